import { isDeepStrictEqual } from 'node:util';
import type { Decider } from '#lib/event-store';
import { foldRoleBinding, type RoleBindingEvent, type RoleBindingState } from '#lib/events';
import { assertAbsent, bornAs, existing } from '../declared/births.js';
import type { RoleBindingCommand } from './rbac-commands.js';

/** `undefined`: there is no such binding. */
export type RoleBinding = RoleBindingState | undefined;

/** A role binding, of a namespace or of the cluster, as a decider. */
export const roleBindingDecider: Decider<RoleBinding, RoleBindingCommand, RoleBindingEvent> = {
  initialState: undefined,
  evolve: foldRoleBinding,
  decide: (command, binding) => {
    switch (command.type) {
      case 'CreateRoleBinding': {
        assertAbsent(binding, command.name);
        const { metadata, roleRef, subjects } = command;
        return [{ type: 'RoleBindingCreated', data: { ...bornAs(command), metadata, roleRef, subjects } }];
      }
      case 'ChangeRoleBinding':
        return change(command, existing(binding, command.name));
      case 'DeleteRoleBinding': {
        const { uid } = existing(binding, command.name, command.uid);
        return [{ type: 'RoleBindingDeleted', data: { uid } }];
      }
    }
  },
};

function change(
  { metadata, subjects }: Extract<RoleBindingCommand, { type: 'ChangeRoleBinding' }>,
  binding: RoleBindingState,
): RoleBindingEvent[] {
  const events: RoleBindingEvent[] = [];
  if (!isDeepStrictEqual(metadata, binding.metadata)) {
    events.push({ type: 'RoleBindingMetadataChanged', data: metadata });
  }
  if (!isDeepStrictEqual(subjects, binding.subjects)) {
    events.push({ type: 'RoleBindingSubjectsChanged', data: { subjects } });
  }
  return events;
}
