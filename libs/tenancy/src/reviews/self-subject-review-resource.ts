import {
  array,
  as,
  map,
  object,
  objectMeta,
  string,
  typeMeta,
  type ObjectView,
  type RequestContext,
  type ResourceDefinition,
  type ResourceStorage,
} from '#lib/kube-api';
import { answer } from './answer.js';

const userInfo = object('io.k8s.api.authentication.v1.UserInfo', 'Who somebody is.', {
  username: string('Name of the user.'),
  uid: string('Stays the same when the name changes hands.'),
  groups: array('Groups that the user belongs to.', string('Name of one group.')),
  extra: map('What else authentication found out.', array('Values of one key.', string('One value.'))),
});

const status = object('io.k8s.api.authentication.v1.SelfSubjectReviewStatus', 'The answer.', {
  userInfo: as(userInfo, 'Whoever asked.'),
});

class SelfSubjectReviewStorage implements ResourceStorage {
  async create({ user }: RequestContext): Promise<ObjectView> {
    const { name: username, uid, groups, extra } = user;
    const known = {
      username,
      ...(uid === '' ? {} : { uid }),
      groups,
      ...(Object.keys(extra).length === 0 ? {} : { extra }),
    };
    const review = { kind: 'SelfSubjectReview', apiVersion: 'authentication.k8s.io/v1', metadata: {} };
    return answer({ ...review, ...{ status: { userInfo: known } } });
  }
}

/** `selfsubjectreviews`: who am I. */
export const selfSubjectReviewResource = (): ResourceDefinition => ({
  group: 'authentication.k8s.io',
  version: 'v1',
  resource: 'selfsubjectreviews',
  kind: 'SelfSubjectReview',
  singular: 'selfsubjectreview',
  namespaced: false,
  schema: object('io.k8s.api.authentication.v1.SelfSubjectReview', 'Asks the server who the caller is.', {
    ...typeMeta,
    metadata: as(objectMeta, 'Not used.'),
    status: as(status, 'The answer. Written by the server.'),
  }),
  storage: new SelfSubjectReviewStorage(),
});
