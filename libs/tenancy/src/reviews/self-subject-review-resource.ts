import {
  as,
  object,
  objectMeta,
  typeMeta,
  type ObjectView,
  type RequestContext,
  type ResourceDefinition,
  type ResourceStorage,
} from '#lib/kube-api';
import { answer } from './answer.js';
import { userInfo, userInfoOf } from './user-info.js';

const status = object('io.k8s.api.authentication.v1.SelfSubjectReviewStatus', 'The answer.', {
  userInfo: as(userInfo, 'Whoever asked.'),
});

class SelfSubjectReviewStorage implements ResourceStorage {
  async create({ user }: RequestContext): Promise<ObjectView> {
    const review = { kind: 'SelfSubjectReview', apiVersion: 'authentication.k8s.io/v1', metadata: {} };
    return answer({ ...review, ...{ status: { userInfo: userInfoOf(user) } } });
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
