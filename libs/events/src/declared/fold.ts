import type { GroupEvent } from '../group/events.js';
import { foldGroup, type GroupState } from '../group/fold.js';
import { foldLimitRange, foldResourceQuota, type LimitRangeState, type ResourceQuotaState } from '../limits/fold.js';
import type { LimitsEvent } from '../limits/events.js';
import type { RbacEvent } from '../rbac/events.js';
import { foldRole, foldRoleBinding, type RoleBindingState, type RoleState } from '../rbac/fold.js';
import type { ServiceAccountEvent } from '../service-account/events.js';
import { foldServiceAccount, type ServiceAccountState } from '../service-account/fold.js';

/**
 * What people declare and the server then keeps to: who there is, who may do what, and how much of it. Each is an
 * aggregate that is no more than what was said last.
 */
export interface DeclaredStates {
  readonly role: RoleState;
  readonly clusterRole: RoleState;
  readonly roleBinding: RoleBindingState;
  readonly clusterRoleBinding: RoleBindingState;
  readonly limitRange: LimitRangeState;
  readonly resourceQuota: ResourceQuotaState;
  readonly serviceAccount: ServiceAccountState;
  readonly group: GroupState;
}

export type DeclaredKind = keyof DeclaredStates;
export type DeclaredState = DeclaredStates[DeclaredKind];
export type DeclaredEvent = RbacEvent | LimitsEvent | ServiceAccountEvent | GroupEvent;

/** Folds whichever of them an event is about. */
export function foldDeclared(state: DeclaredState | undefined, event: DeclaredEvent): DeclaredState | undefined {
  switch (event.type) {
    case 'RoleCreated':
    case 'RoleMetadataChanged':
    case 'RoleRulesChanged':
    case 'RoleDeleted':
      return foldRole(state as RoleState | undefined, event);
    case 'RoleBindingCreated':
    case 'RoleBindingMetadataChanged':
    case 'RoleBindingSubjectsChanged':
    case 'RoleBindingDeleted':
      return foldRoleBinding(state as RoleBindingState | undefined, event);
    case 'LimitRangeCreated':
    case 'LimitRangeMetadataChanged':
    case 'LimitRangeLimitsChanged':
    case 'LimitRangeDeleted':
      return foldLimitRange(state as LimitRangeState | undefined, event);
    case 'ResourceQuotaCreated':
    case 'ResourceQuotaMetadataChanged':
    case 'ResourceQuotaSpecChanged':
    case 'ResourceQuotaDeleted':
      return foldResourceQuota(state as ResourceQuotaState | undefined, event);
    case 'ServiceAccountCreated':
    case 'ServiceAccountMetadataChanged':
    case 'ServiceAccountContentChanged':
    case 'ServiceAccountDeleted':
      return foldServiceAccount(state as ServiceAccountState | undefined, event);
    case 'GroupCreated':
    case 'GroupMetadataChanged':
    case 'GroupUsersChanged':
    case 'GroupDeleted':
      return foldGroup(state as GroupState | undefined, event);
  }
}
