import type { DeclaredEvent } from './declared/fold.js';
import type { DomainEvent } from './event.js';
import type { ImageEvent } from './image/events.js';
import type { ImageSignaturesEvent } from './image-signatures/events.js';
import type { ImageStreamEvent } from './image-stream/events.js';
import type { ImageStreamImportEvent } from './image-stream-import/events.js';
import type { NamespaceEvent } from './namespace/events.js';

/** Every event that Tagline knows. */
export type TaglineEvent =
  ImageEvent | ImageSignaturesEvent | ImageStreamEvent | ImageStreamImportEvent | NamespaceEvent | DeclaredEvent;

export type EventType = TaglineEvent['type'];

/** Turns the data of one schema version into that of the next. */
export type Upcaster = (data: object) => object;

interface Entry {
  /** Current schema version. It rises with every change that an older reader would misread. */
  readonly version: number;
  /** `upcasters[n]` lifts version `n + 1` to `n + 2`. */
  readonly upcasters: readonly Upcaster[];
}

const FIRST: Entry = { version: 1, upcasters: [] };

/** The event catalogue. An event is stored once, as it was said; what its words mean today is decided when it is read. */
export const CATALOGUE: Readonly<Record<EventType, Entry>> = {
  ImageImported: FIRST,
  ImageMetadataChanged: FIRST,
  ImageContentAmended: FIRST,
  ImageDeletionRequested: FIRST,
  ImageDeleted: FIRST,
  SignatureAdded: FIRST,
  SignatureVerified: FIRST,
  SignatureRemoved: FIRST,
  ImageStreamCreated: FIRST,
  ImageStreamMetadataChanged: FIRST,
  LookupPolicyChanged: FIRST,
  SourceRepositoryChanged: FIRST,
  TagSpecified: FIRST,
  TagSpecRemoved: FIRST,
  TagPushed: FIRST,
  TagResolved: FIRST,
  TagImported: FIRST,
  TagFollowed: FIRST,
  TagImportFailed: FIRST,
  TagDeleted: FIRST,
  TagHistoryPruned: FIRST,
  TagStatusReplaced: FIRST,
  RepositoryChecked: FIRST,
  ImageStreamDeletionRequested: FIRST,
  ImageStreamDeleted: FIRST,
  ImportRequested: FIRST,
  ImportCompleted: FIRST,
  ImportFailed: FIRST,
  NamespaceCreated: FIRST,
  NamespaceMetadataChanged: FIRST,
  NamespaceDeletionRequested: FIRST,
  NamespaceDeleted: FIRST,
  RoleCreated: FIRST,
  RoleMetadataChanged: FIRST,
  RoleRulesChanged: FIRST,
  RoleDeleted: FIRST,
  RoleBindingCreated: FIRST,
  RoleBindingMetadataChanged: FIRST,
  RoleBindingSubjectsChanged: FIRST,
  RoleBindingDeleted: FIRST,
  LimitRangeCreated: FIRST,
  LimitRangeMetadataChanged: FIRST,
  LimitRangeLimitsChanged: FIRST,
  LimitRangeDeleted: FIRST,
  ResourceQuotaCreated: FIRST,
  ResourceQuotaMetadataChanged: FIRST,
  ResourceQuotaSpecChanged: FIRST,
  ResourceQuotaDeleted: FIRST,
  ServiceAccountCreated: FIRST,
  ServiceAccountMetadataChanged: FIRST,
  ServiceAccountContentChanged: FIRST,
  ServiceAccountDeleted: FIRST,
  GroupCreated: FIRST,
  GroupMetadataChanged: FIRST,
  GroupUsersChanged: FIRST,
  GroupDeleted: FIRST,
};

export class UnknownEventError extends Error {
  constructor(type: string, version: number) {
    super(
      `event ${type} version ${version} was written by a newer Tagline: run that version, or a later one, on this store`,
    );
    this.name = 'UnknownEventError';
  }
}

export const currentVersion = (type: string): number => entryOf(type, 1).version;

/**
 * Lifts an event that was written in an older schema version to the current one.
 *
 * @throws UnknownEventError for a type or version from the future.
 */
export function upcast<E extends DomainEvent & { readonly metadata: { readonly schemaVersion: number } }>(event: E): E {
  const { version, upcasters } = entryOf(event.type, event.metadata.schemaVersion);
  const written = event.metadata.schemaVersion;
  if (written === version) return event;
  if (written > version) throw new UnknownEventError(event.type, written);
  const data = upcasters.slice(written - 1).reduce<object>((older, lift) => lift(older), event.data);
  return { ...event, data };
}

function entryOf(type: string, version: number): Entry {
  const entry = Object.hasOwn(CATALOGUE, type) ? CATALOGUE[type as EventType] : undefined;
  if (entry === undefined) throw new UnknownEventError(type, version);
  return entry;
}
