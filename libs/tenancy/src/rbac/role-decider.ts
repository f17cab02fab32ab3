import { isDeepStrictEqual } from 'node:util';
import type { Decider } from '#lib/event-store';
import { foldRole, type RoleEvent, type RoleState } from '#lib/events';
import { assertAbsent, bornAs, existing } from '../declared/births.js';
import type { RoleCommand } from './rbac-commands.js';

/** `undefined`: there is no such role. */
export type Role = RoleState | undefined;

/** A role, or a cluster role, as a decider. */
export const roleDecider: Decider<Role, RoleCommand, RoleEvent> = {
  initialState: undefined,
  evolve: foldRole,
  decide: (command, role) => {
    switch (command.type) {
      case 'CreateRole': {
        assertAbsent(role, command.name);
        const { metadata, rules, aggregationRule } = command;
        return [{ type: 'RoleCreated', data: { ...bornAs(command), metadata, ...granted(rules, aggregationRule) } }];
      }
      case 'ChangeRole':
        return change(command, existing(role, command.name));
      case 'DeleteRole': {
        const { uid } = existing(role, command.name, command.uid);
        return [{ type: 'RoleDeleted', data: { uid } }];
      }
    }
  },
};

function change(command: Extract<RoleCommand, { type: 'ChangeRole' }>, role: RoleState): RoleEvent[] {
  const events: RoleEvent[] = [];
  if (!isDeepStrictEqual(command.metadata, role.metadata)) {
    events.push({ type: 'RoleMetadataChanged', data: command.metadata });
  }
  const after = granted(command.rules, command.aggregationRule);
  if (!isDeepStrictEqual(after, granted(role.rules, role.aggregationRule))) {
    events.push({ type: 'RoleRulesChanged', data: after });
  }
  return events;
}

const granted = (rules: RoleState['rules'], aggregationRule: RoleState['aggregationRule']) => ({
  rules,
  ...(aggregationRule === undefined ? {} : { aggregationRule }),
});
