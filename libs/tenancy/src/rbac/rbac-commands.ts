import type { RoleAggregation, RoleRef, RoleRule, RoleSubject, UserMetadata } from '#lib/events';
import type { Born } from '../declared/births.js';

interface RoleContent {
  readonly metadata: UserMetadata;
  readonly rules: readonly RoleRule[];
  readonly aggregationRule?: RoleAggregation;
}

export type RoleCommand =
  | ({ readonly type: 'CreateRole' } & Born & RoleContent)
  /** Makes metadata and rules what they are here. */
  | ({ readonly type: 'ChangeRole'; readonly name: string } & RoleContent)
  | { readonly type: 'DeleteRole'; readonly name: string; readonly uid?: string };

interface BindingContent {
  readonly metadata: UserMetadata;
  readonly subjects: readonly RoleSubject[];
}

export type RoleBindingCommand =
  | ({ readonly type: 'CreateRoleBinding'; readonly roleRef: RoleRef } & Born & BindingContent)
  /** Makes metadata and subjects what they are here. Which role is given cannot be changed. */
  | ({ readonly type: 'ChangeRoleBinding'; readonly name: string } & BindingContent)
  | { readonly type: 'DeleteRoleBinding'; readonly name: string; readonly uid?: string };
