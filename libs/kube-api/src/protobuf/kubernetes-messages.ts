import {
  flag,
  int32,
  int64,
  many,
  mapOf,
  microTime,
  one,
  optionalFlag,
  optionalInt64,
  optionalText,
  text,
  texts,
  time,
} from './message-shape.js';
import type { MessageShape } from './message-shape.js';

/**
 * The shape of the kinds that typed Kubernetes clients send as protobuf.
 *
 * Field numbers: `generated.proto` of k8s.io/api (core, authentication, authorization, rbac) and k8s.io/apimachinery (meta).
 *
 * @returns nothing for a kind that is only read as JSON or YAML.
 */
export function messageShapeOf(apiVersion: string, kind: string): MessageShape | undefined {
  // Clients write these in the group and version of whatever they delete.
  if (kind === 'DeleteOptions') return deleteOptions;
  return KINDS.get(`${apiVersion}/${kind}`);
}

const ownerReference: MessageShape = {
  1: text('kind'),
  3: text('name'),
  4: text('uid'),
  5: text('apiVersion'),
  6: optionalFlag('controller'),
  7: optionalFlag('blockOwnerDeletion'),
};

/** Without managedFields (17): the server keeps its own account of who set what. */
const objectMeta: MessageShape = {
  1: text('name'),
  2: text('generateName'),
  3: text('namespace'),
  4: text('selfLink'),
  5: text('uid'),
  6: text('resourceVersion'),
  7: int64('generation'),
  8: time('creationTimestamp'),
  9: time('deletionTimestamp'),
  10: optionalInt64('deletionGracePeriodSeconds'),
  11: mapOf('labels', 'string'),
  12: mapOf('annotations', 'string'),
  13: many('ownerReferences', ownerReference),
  14: texts('finalizers'),
};

const metadata = one('metadata', objectMeta);

const deleteOptions: MessageShape = {
  1: optionalInt64('gracePeriodSeconds'),
  2: one('preconditions', { 1: optionalText('uid'), 2: optionalText('resourceVersion') }),
  3: optionalFlag('orphanDependents'),
  4: optionalText('propagationPolicy'),
  5: texts('dryRun'),
  6: optionalFlag('ignoreStoreReadErrorWithClusterBreakingPotential'),
};

const condition: MessageShape = {
  1: text('type'),
  2: text('status'),
  4: time('lastTransitionTime'),
  5: text('reason'),
  6: text('message'),
};

const namespace: MessageShape = {
  1: metadata,
  2: one('spec', { 1: texts('finalizers') }),
  3: one('status', { 1: text('phase'), 2: many('conditions', condition) }),
};

const secret: MessageShape = {
  1: metadata,
  2: mapOf('data', 'bytes'),
  3: text('type'),
  4: mapOf('stringData', 'string'),
  5: optionalFlag('immutable'),
};

const configMap: MessageShape = {
  1: metadata,
  2: mapOf('data', 'string'),
  3: mapOf('binaryData', 'bytes'),
  4: optionalFlag('immutable'),
};

const objectReference: MessageShape = {
  1: text('kind'),
  2: text('namespace'),
  3: text('name'),
  4: text('uid'),
  5: text('apiVersion'),
  6: text('resourceVersion'),
  7: text('fieldPath'),
};

const serviceAccount: MessageShape = {
  1: metadata,
  2: many('secrets', objectReference),
  3: many('imagePullSecrets', { 1: text('name') }),
  4: optionalFlag('automountServiceAccountToken'),
};

const event: MessageShape = {
  1: metadata,
  2: one('involvedObject', objectReference),
  3: text('reason'),
  4: text('message'),
  5: one('source', { 1: text('component'), 2: text('host') }),
  6: time('firstTimestamp'),
  7: time('lastTimestamp'),
  8: int32('count'),
  9: text('type'),
  10: microTime('eventTime'),
  11: one('series', { 1: int32('count'), 2: microTime('lastObservedTime') }),
  12: text('action'),
  13: one('related', objectReference),
  14: text('reportingComponent'),
  15: text('reportingInstance'),
};

const userInfo: MessageShape = {
  1: text('username'),
  2: text('uid'),
  3: texts('groups'),
  4: mapOf('extra', 'strings'),
};

/** The status, which only the server writes, is passed over. */
const tokenRequest: MessageShape = {
  1: metadata,
  2: one('spec', {
    1: texts('audiences'),
    3: one('boundObjectRef', { 1: text('kind'), 2: text('apiVersion'), 3: text('name'), 4: text('uid') }),
    4: optionalInt64('expirationSeconds'),
  }),
};

const tokenReview: MessageShape = { 1: metadata, 2: one('spec', { 1: text('token'), 2: texts('audiences') }) };

const selfSubjectReview: MessageShape = { 1: metadata, 2: one('status', { 1: one('userInfo', userInfo) }) };

const requirement: MessageShape = { 1: text('key'), 2: text('operator'), 3: texts('values') };
const selector: MessageShape = { 1: text('rawSelector'), 2: many('requirements', requirement) };

const resourceAttributes = one('resourceAttributes', {
  1: text('namespace'),
  2: text('verb'),
  3: text('group'),
  4: text('version'),
  5: text('resource'),
  6: text('subresource'),
  7: text('name'),
  8: one('fieldSelector', selector),
  9: one('labelSelector', selector),
});

const nonResourceAttributes = one('nonResourceAttributes', { 1: text('path'), 2: text('verb') });

const accessReviewStatus = one('status', {
  1: flag('allowed'),
  2: text('reason'),
  3: text('evaluationError'),
  4: flag('denied'),
});

const selfSubjectAccessReview: MessageShape = {
  1: metadata,
  2: one('spec', { 1: resourceAttributes, 2: nonResourceAttributes }),
  3: accessReviewStatus,
};

const subjectAccessReview: MessageShape = {
  1: metadata,
  2: one('spec', {
    1: resourceAttributes,
    2: nonResourceAttributes,
    3: text('user'),
    4: texts('groups'),
    5: mapOf('extra', 'strings'),
    6: text('uid'),
  }),
  3: accessReviewStatus,
};

/** The status, which only the server writes, is passed over. */
const selfSubjectRulesReview: MessageShape = { 1: metadata, 2: one('spec', { 1: text('namespace') }) };

const policyRules = many('rules', {
  1: texts('verbs'),
  2: texts('apiGroups'),
  3: texts('resources'),
  4: texts('resourceNames'),
  5: texts('nonResourceURLs'),
});

const labelSelector: MessageShape = {
  1: mapOf('matchLabels', 'string'),
  2: many('matchExpressions', requirement),
};

const role: MessageShape = { 1: metadata, 2: policyRules };

const clusterRole: MessageShape = {
  1: metadata,
  2: policyRules,
  3: one('aggregationRule', { 1: many('clusterRoleSelectors', labelSelector) }),
};

/** A role binding, of a namespace or of the cluster. */
const roleBinding: MessageShape = {
  1: metadata,
  2: many('subjects', { 1: text('kind'), 2: text('apiGroup'), 3: text('name'), 4: text('namespace') }),
  3: one('roleRef', { 1: text('apiGroup'), 2: text('kind'), 3: text('name') }),
};

const limitRange: MessageShape = {
  1: metadata,
  2: one('spec', {
    1: many('limits', {
      1: text('type'),
      2: mapOf('max', 'quantity'),
      3: mapOf('min', 'quantity'),
      4: mapOf('default', 'quantity'),
      5: mapOf('defaultRequest', 'quantity'),
      6: mapOf('maxLimitRequestRatio', 'quantity'),
    }),
  }),
};

/** The status, which only the server writes, is passed over. */
const resourceQuota: MessageShape = {
  1: metadata,
  2: one('spec', {
    1: mapOf('hard', 'quantity'),
    2: texts('scopes'),
    3: one('scopeSelector', {
      1: many('matchExpressions', { 1: text('scopeName'), 2: text('operator'), 3: texts('values') }),
    }),
  }),
};

const KINDS: ReadonlyMap<string, MessageShape> = new Map([
  ['v1/Namespace', namespace],
  ['v1/Secret', secret],
  ['v1/ConfigMap', configMap],
  ['v1/Event', event],
  ['v1/LimitRange', limitRange],
  ['v1/ResourceQuota', resourceQuota],
  ['v1/ServiceAccount', serviceAccount],
  ['authentication.k8s.io/v1/TokenRequest', tokenRequest],
  ['authentication.k8s.io/v1/TokenReview', tokenReview],
  ['authentication.k8s.io/v1/SelfSubjectReview', selfSubjectReview],
  ['authorization.k8s.io/v1/SelfSubjectAccessReview', selfSubjectAccessReview],
  ['authorization.k8s.io/v1/SelfSubjectRulesReview', selfSubjectRulesReview],
  ['authorization.k8s.io/v1/SubjectAccessReview', subjectAccessReview],
  ['authorization.k8s.io/v1/LocalSubjectAccessReview', subjectAccessReview],
  ['rbac.authorization.k8s.io/v1/Role', role],
  ['rbac.authorization.k8s.io/v1/ClusterRole', clusterRole],
  ['rbac.authorization.k8s.io/v1/RoleBinding', roleBinding],
  ['rbac.authorization.k8s.io/v1/ClusterRoleBinding', roleBinding],
]);
