import { array, as, object, objectMeta, string, typeMeta, type ResourceDefinition } from '#lib/kube-api';
import { DeclaredStorage, type DeclaredStorageDeps } from '../declared/declared-storage.js';
import { GroupFamily, USER_GROUP, usersOf, type GroupsInForce } from './group-family.js';

export interface GroupResourceDeps extends DeclaredStorageDeps, GroupsInForce {}

const schema = object(
  'com.github.openshift.api.user.v1.Group',
  'Users who belong together. Whoever is named in it is in it from the next request on, however they sign in.',
  {
    ...typeMeta,
    metadata: as(objectMeta, 'Standard metadata. The name is what bindings give roles to.'),
    users: array(
      'Users who are in the group. A service account is "system:serviceaccount:<namespace>:<name>".',
      string('Name of one user.'),
    ),
  },
);

/** `groups` of `user.openshift.io`. */
export function groupResource(deps: GroupResourceDeps): ResourceDefinition {
  const family = new GroupFamily(deps);
  return {
    group: USER_GROUP,
    version: 'v1',
    resource: 'groups',
    kind: 'Group',
    singular: 'group',
    namespaced: false,
    generatesNames: true,
    schema,
    columns: {
      columns: [
        { name: 'Name', type: 'string', format: 'name', description: 'Name of the group.' },
        { name: 'Users', type: 'string', description: 'Users who are in it.' },
      ],
      cells: (group) => [group.metadata.name, usersOf(group).join(', ')],
    },
    storage: new DeclaredStorage(deps, family),
    ownership: { complete: (sent) => family.complete(sent) },
  };
}
