import type { EventMetadata } from './metadata.js';
import type { StreamName } from './stream-name.js';

/** Something that happened, in the domain's words. `data` alone says what; {@link EventMetadata} says who, when and why. */
export interface DomainEvent<Type extends string = string, Data extends object = object> {
  readonly type: Type;
  readonly data: Data;
}

/** Where an event stands in the log of everything. Starts at 1, only grows, and is what clients see as `resourceVersion`. */
export type Position = number;

/** Where an event stands in its own stream. Starts at 0, without gaps. */
export type Revision = number;

/** An event that is in the store. */
export interface RecordedEvent<E extends DomainEvent = DomainEvent> {
  readonly type: E['type'];
  readonly data: E['data'];
  readonly metadata: EventMetadata;
  readonly stream: StreamName;
  readonly revision: Revision;
  readonly position: Position;
}

/** Narrows a recorded event to the union that a reader understands. */
export type Recorded<E extends DomainEvent> = E extends DomainEvent
  ? RecordedEvent<E> & { readonly type: E['type']; readonly data: E['data'] }
  : never;
