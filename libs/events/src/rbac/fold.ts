import type { RoleBindingCreated, RoleBindingEvent, RoleCreated, RoleEvent } from './events.js';

/** A role or a cluster role. */
export type RoleState = RoleCreated['data'];
/** A binding, of a namespace or of the cluster. */
export type RoleBindingState = RoleBindingCreated['data'];

/** @returns `undefined` once the role is gone. */
export function foldRole(role: RoleState | undefined, event: RoleEvent): RoleState | undefined {
  if (event.type === 'RoleCreated') return event.data;
  if (role === undefined) return undefined;
  switch (event.type) {
    case 'RoleMetadataChanged':
      return { ...role, metadata: event.data };
    case 'RoleRulesChanged': {
      const { aggregationRule: _before, ...rest } = role;
      return { ...rest, ...event.data };
    }
    case 'RoleDeleted':
      return undefined;
  }
}

/** @returns `undefined` once the binding is gone. */
export function foldRoleBinding(
  binding: RoleBindingState | undefined,
  event: RoleBindingEvent,
): RoleBindingState | undefined {
  if (event.type === 'RoleBindingCreated') return event.data;
  if (binding === undefined) return undefined;
  switch (event.type) {
    case 'RoleBindingMetadataChanged':
      return { ...binding, metadata: event.data };
    case 'RoleBindingSubjectsChanged':
      return { ...binding, subjects: event.data.subjects };
    case 'RoleBindingDeleted':
      return undefined;
  }
}

export type RbacState = RoleState | RoleBindingState;
