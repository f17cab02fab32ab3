import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.js';
import type { DomainEvent, RecordedEvent, Revision } from './event.js';
import type { EventContext, EventMetadata } from './metadata.js';
import type { StreamName } from './stream-name.js';

/** An event ready to be appended: its place in the stream, its metadata and its hash are settled. */
export interface SealedEvent {
  readonly type: string;
  readonly data: object;
  readonly metadata: EventMetadata;
  readonly stream: StreamName;
  readonly revision: Revision;
  /** The RFC 8785 text that the hash was taken over, so that a store need not print the event again. */
  readonly canonical: string;
}

/** What the hash covers: everything but the position, which the store gives, and the hash itself. */
interface Hashed {
  readonly stream: StreamName;
  readonly revision: Revision;
  readonly type: string;
  readonly data: object;
  readonly metadata: Omit<EventMetadata, 'hash'>;
}

export interface Seal {
  readonly stream: StreamName;
  /** Revision that the first of the events will have. */
  readonly revision: Revision;
  /** Hash of the stream's last event; empty for a new stream. */
  readonly previousHash: string;
  readonly time: Date;
  readonly context: EventContext;
  readonly newId: () => string;
  readonly schemaVersion: (type: string) => number;
}

/**
 * Gives the events of one command their metadata and links them into the stream's hash chain.
 *
 * What comes back is what a store will read back, down to the order of keys: whoever is told of an event when it is
 * appended makes the same of it as whoever replays it.
 */
export function seal(events: readonly DomainEvent[], place: Seal): SealedEvent[] {
  let { previousHash } = place;
  return events.map(({ type, data }, index) => {
    const metadata = {
      ...place.context,
      id: place.newId(),
      time: place.time.toISOString(),
      schemaVersion: place.schemaVersion(type),
      part: { index, count: events.length },
      previousHash,
    };
    const hashed: Hashed = { stream: place.stream, revision: place.revision + index, type, data, metadata };
    const canonical = canonicalJson(hashed);
    const hash = sha256(canonical);
    previousHash = hash;
    return { ...unseal(canonical, hash), canonical };
  });
}

/** Makes an event that was read, as it was written, ready to be appended to another log. */
export function sealAgain(event: RecordedEvent): SealedEvent {
  const canonical = canonicalOf(event);
  return { ...unseal(canonical, event.metadata.hash), canonical };
}

/** Reads back what {@link seal} produced. */
export function unseal(canonical: string, hash: string): Omit<SealedEvent, 'canonical'> {
  const { metadata, ...event } = JSON.parse(canonical) as Hashed;
  return { ...event, metadata: { ...metadata, hash } };
}

export interface BrokenLink {
  readonly stream: StreamName;
  readonly revision: Revision;
  readonly why: 'content does not match its hash' | 'does not follow the event before it' | 'revision is missing';
}

/** Checks the events of one stream, handed to it in order from the first. */
export class ChainVerifier {
  private previousHash = '';
  private next: Revision = 0;

  /** @returns what is wrong with the event, if anything is. */
  check(event: RecordedEvent): BrokenLink | undefined {
    const { stream, revision } = event;
    const { hash, previousHash } = event.metadata;
    const at = { stream, revision };
    if (revision !== this.next) return { ...at, why: 'revision is missing' };
    if (previousHash !== this.previousHash) return { ...at, why: 'does not follow the event before it' };
    if (sha256(canonicalOf(event)) !== hash) return { ...at, why: 'content does not match its hash' };
    this.previousHash = hash;
    this.next++;
    return undefined;
  }
}

/**
 * Checks that a stream's events, read in order from its start, are those that were appended.
 *
 * @returns the first event that was altered, reordered or cut out.
 */
export function verifyChain(events: Iterable<RecordedEvent>): BrokenLink | undefined {
  const verifier = new ChainVerifier();
  for (const event of events) {
    const broken = verifier.check(event);
    if (broken !== undefined) return broken;
  }
  return undefined;
}

/** What the hash of an event was taken over. */
function canonicalOf({ stream, revision, type, data, metadata }: RecordedEvent): string {
  const { hash: _hash, ...covered } = metadata;
  const hashed: Hashed = { stream, revision, type, data, metadata: covered };
  return canonicalJson(hashed);
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
