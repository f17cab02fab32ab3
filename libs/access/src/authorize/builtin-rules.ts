import { AUTHENTICATED, MASTERS, UNAUTHENTICATED } from '../user.js';
import type { PolicyRule } from './policy-rule.js';

const SEE_THAT_IT_LIVES: readonly PolicyRule[] = [
  {
    verbs: ['get', 'head'],
    nonResourceURLs: ['/healthz', '/healthz/*', '/livez', '/livez/*', '/readyz', '/readyz/*', '/version', '/version/'],
  },
  // What a login probes for before it has anything to show.
  { verbs: ['head'], nonResourceURLs: ['/'] },
];

const DISCOVER: readonly PolicyRule[] = [
  {
    verbs: ['get', 'head'],
    nonResourceURLs: ['/', '/api', '/api/*', '/apis', '/apis/*', '/openapi', '/openapi/*'],
  },
];

const ASK_ABOUT_ONESELF: readonly PolicyRule[] = [
  { verbs: ['create'], apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'] },
  {
    verbs: ['create'],
    apiGroups: ['authorization.k8s.io'],
    resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
  },
  { verbs: ['get'], apiGroups: ['user.openshift.io'], resources: ['users'], resourceNames: ['~'] },
];

const EVERYTHING: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

/** What groups may do whatever else is configured. */
export const BUILTIN_RULES: ReadonlyMap<string, readonly PolicyRule[]> = new Map([
  [MASTERS, EVERYTHING],
  [AUTHENTICATED, [...SEE_THAT_IT_LIVES, ...DISCOVER, ...ASK_ABOUT_ONESELF]],
  [UNAUTHENTICATED, SEE_THAT_IT_LIVES],
]);
