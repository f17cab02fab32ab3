import type { EventStore } from '#lib/event-store';
import { ChainVerifier, type BrokenLink, type StreamName } from '#lib/events';

export interface Verification {
  readonly events: number;
  readonly streams: number;
  /** The first broken link of every stream that has one. */
  readonly broken: readonly BrokenLink[];
}

/** Checks the hash chains of all streams in one pass over the log. */
export async function verifyLog(store: EventStore): Promise<Verification> {
  const verifiers = new Map<StreamName, ChainVerifier>();
  const broken = new Map<StreamName, BrokenLink>();
  let events = 0;
  for await (const page of store.readAll({ after: 0, asWritten: true })) {
    events += page.length;
    for (const event of page) {
      let verifier = verifiers.get(event.stream);
      if (verifier === undefined) verifiers.set(event.stream, (verifier = new ChainVerifier()));
      const link = broken.has(event.stream) ? undefined : verifier.check(event);
      if (link !== undefined) broken.set(event.stream, link);
    }
  }
  return { events, streams: verifiers.size, broken: [...broken.values()] };
}
