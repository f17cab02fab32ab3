import type { DeclaredKind } from './fold.js';

const KINDS: Readonly<Record<DeclaredKind, true>> = {
  role: true,
  clusterRole: true,
  roleBinding: true,
  clusterRoleBinding: true,
  limitRange: true,
  resourceQuota: true,
  serviceAccount: true,
  group: true,
};

/** Every kind of what is declared. */
export const DECLARED_KINDS = Object.keys(KINDS) as readonly DeclaredKind[];

/** Whether an aggregate of some kind is no more than what was declared of it last. */
export const isDeclared = (kind: string): kind is DeclaredKind => Object.hasOwn(KINDS, kind);
