import type { DeclaredBirth } from '../declared/birth.js';
import type { DomainEvent } from '../event.js';
import type { UserMetadata } from '../image-stream/values.js';

export type GroupCreated = DomainEvent<'GroupCreated', DeclaredBirth & { readonly users: readonly string[] }>;
export type GroupMetadataChanged = DomainEvent<'GroupMetadataChanged', UserMetadata>;
/** From now on these users are in the group, and nobody else whom it named before. */
export type GroupUsersChanged = DomainEvent<'GroupUsersChanged', { readonly users: readonly string[] }>;
/** From now on nobody is in the group for having been named in it. */
export type GroupDeleted = DomainEvent<'GroupDeleted', { readonly uid: string }>;

/** What an administrator says of who belongs together. */
export type GroupEvent = GroupCreated | GroupMetadataChanged | GroupUsersChanged | GroupDeleted;
