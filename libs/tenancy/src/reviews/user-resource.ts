import {
  array,
  as,
  notFound,
  object,
  objectMeta,
  string,
  typeMeta,
  type ObjectKey,
  type ObjectView,
  type RequestContext,
  type ResourceDefinition,
  type ResourceStorage,
} from '#lib/kube-api';
import { USER_GROUP as GROUP } from '../groups/group-family.js';
import { answer } from './answer.js';

/** The name under which everybody finds themselves. */
const SELF = '~';

const userSchema = object('com.github.openshift.api.user.v1.User', 'Somebody who makes requests.', {
  ...typeMeta,
  metadata: as(objectMeta, 'Standard metadata. The name is that of the user.'),
  fullName: string('The name of the person. Not known to this server.'),
  identities: array(
    'Where the user is known from. Not known to this server: it believes what authentication tells it.',
    string('Name of one identity.'),
  ),
  groups: array('Groups that the user belongs to.', string('Name of one group.')),
});

class UserStorage implements ResourceStorage {
  async get({ user }: RequestContext, { name }: ObjectKey): Promise<ObjectView> {
    // Users are not kept here: the only one that is known is the one who asks.
    if (name !== SELF) throw notFound({ group: GROUP, resource: 'users' }, name);
    const metadata = { name: user.name, ...(user.uid === '' ? {} : { uid: user.uid }) };
    const self = { kind: 'User', apiVersion: `${GROUP}/v1`, metadata, identities: null, groups: user.groups };
    return answer(self);
  }
}

/** `users` of `user.openshift.io`: who am I, as OpenShift's client asks it. */
export const userResource = (): ResourceDefinition => ({
  group: GROUP,
  version: 'v1',
  resource: 'users',
  kind: 'User',
  singular: 'user',
  namespaced: false,
  schema: userSchema,
  storage: new UserStorage(),
});
