import type { DeclaredBirth } from '../declared/birth.js';
import type { DomainEvent } from '../event.js';
import type { UserMetadata } from '../image-stream/values.js';
import type { RoleAggregation, RoleRef, RoleRule, RoleSubject } from './values.js';

interface Granted {
  readonly rules: readonly RoleRule[];
  readonly aggregationRule?: RoleAggregation;
}

export type RoleCreated = DomainEvent<'RoleCreated', DeclaredBirth & Granted>;
export type RoleMetadataChanged = DomainEvent<'RoleMetadataChanged', UserMetadata>;
/** From now on the holders of the role may do this, and nothing else. */
export type RoleRulesChanged = DomainEvent<'RoleRulesChanged', Granted>;
export type RoleDeleted = DomainEvent<'RoleDeleted', { readonly uid: string }>;

export type RoleEvent = RoleCreated | RoleMetadataChanged | RoleRulesChanged | RoleDeleted;

/** Somebody is given a role. Which role it is never changes. */
export type RoleBindingCreated = DomainEvent<
  'RoleBindingCreated',
  DeclaredBirth & { readonly roleRef: RoleRef; readonly subjects: readonly RoleSubject[] }
>;
export type RoleBindingMetadataChanged = DomainEvent<'RoleBindingMetadataChanged', UserMetadata>;
/** From now on these have the role, and nobody else. */
export type RoleBindingSubjectsChanged = DomainEvent<
  'RoleBindingSubjectsChanged',
  { readonly subjects: readonly RoleSubject[] }
>;
export type RoleBindingDeleted = DomainEvent<'RoleBindingDeleted', { readonly uid: string }>;

export type RoleBindingEvent =
  RoleBindingCreated | RoleBindingMetadataChanged | RoleBindingSubjectsChanged | RoleBindingDeleted;

export type RbacEvent = RoleEvent | RoleBindingEvent;
