import type { Decider } from '#lib/event-store';
import {
  foldDeclared,
  type DeclaredEvent,
  type DeclaredState,
  type GroupState,
  type LimitRangeState,
  type ResourceQuotaState,
  type RoleBindingState,
  type RoleState,
  type ServiceAccountState,
} from '#lib/events';
import { groupDecider, type GroupCommand } from '../groups/group-decider.js';
import { limitRangeDecider, type LimitRangeCommand } from '../limits/limit-range-decider.js';
import { resourceQuotaDecider, type ResourceQuotaCommand } from '../limits/resource-quota-decider.js';
import type { RoleBindingCommand, RoleCommand } from '../rbac/rbac-commands.js';
import { roleBindingDecider } from '../rbac/role-binding-decider.js';
import { roleDecider } from '../rbac/role-decider.js';
import { serviceAccountDecider, type ServiceAccountCommand } from '../service-accounts/service-account-decider.js';

export type DeclaredCommand =
  RoleCommand | RoleBindingCommand | LimitRangeCommand | ResourceQuotaCommand | ServiceAccountCommand | GroupCommand;

/** Whatever is declared, as one decider: the command says of which kind the aggregate is. */
export const declaredDecider: Decider<DeclaredState | undefined, DeclaredCommand, DeclaredEvent> = {
  initialState: undefined,
  evolve: foldDeclared,
  decide: (command, state) => {
    switch (command.type) {
      case 'CreateRole':
      case 'ChangeRole':
      case 'DeleteRole':
        return roleDecider.decide(command, state as RoleState | undefined);
      case 'CreateRoleBinding':
      case 'ChangeRoleBinding':
      case 'DeleteRoleBinding':
        return roleBindingDecider.decide(command, state as RoleBindingState | undefined);
      case 'CreateLimitRange':
      case 'ChangeLimitRange':
      case 'DeleteLimitRange':
        return limitRangeDecider.decide(command, state as LimitRangeState | undefined);
      case 'CreateResourceQuota':
      case 'ChangeResourceQuota':
      case 'DeleteResourceQuota':
        return resourceQuotaDecider.decide(command, state as ResourceQuotaState | undefined);
      case 'CreateServiceAccount':
      case 'ChangeServiceAccount':
      case 'DeleteServiceAccount':
        return serviceAccountDecider.decide(command, state as ServiceAccountState | undefined);
      case 'CreateGroup':
      case 'ChangeGroup':
      case 'DeleteGroup':
        return groupDecider.decide(command, state as GroupState | undefined);
    }
  },
};
