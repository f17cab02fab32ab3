import { randomUUID } from 'node:crypto';
import type { EventStore } from '#lib/event-store';
import { currentVersion, seal, streamName, type DomainEvent, type RecordedEvent, type StreamName } from '#lib/events';

/** Appends to streams as command handlers do, without their rules. */
export class LogWriter {
  private readonly ends = new Map<StreamName, { revision: number; hash: string }>();

  private readonly pending = new Map<StreamName, Promise<unknown>>();

  constructor(private readonly store: EventStore) {}

  /** More may be appended to the stream before these are there. */
  append(stream: StreamName, events: readonly DomainEvent[]): Promise<readonly RecordedEvent[]> {
    const end = this.ends.get(stream) ?? { revision: -1, hash: '' };
    const sealed = seal(events, {
      stream,
      revision: end.revision + 1,
      previousHash: end.hash,
      time: new Date(),
      context: { actor: { user: 'alice', groups: [] } },
      newId: randomUUID,
      schemaVersion: currentVersion,
    });
    const last = sealed.at(-1);
    if (last !== undefined) this.ends.set(stream, { revision: last.revision, hash: last.metadata.hash });
    const before = this.pending.get(stream) ?? Promise.resolve();
    const appended = before.then(() => this.store.append(stream, sealed));
    this.pending.set(stream, appended);
    return appended;
  }

  /** Commands of one to three events each, over several streams. */
  async appendMany(count: number, streams: readonly StreamName[]): Promise<void> {
    for (let written = 0, turn = 0; written < count; turn++) {
      const size = Math.min(count - written, 1 + (turn % 3));
      const stream = streams[turn % streams.length] ?? streamName.namespace('none');
      await this.append(
        stream,
        Array.from({ length: size }, () => tagPushed(written++)),
      );
    }
  }
}

export const tagPushed = (number: number): DomainEvent => ({
  type: 'TagPushed',
  data: {
    tag: `v${number}`,
    item: { created: '2026-01-01T00:00:00Z', dockerImageReference: '', image: `sha256:${number}`, generation: 1 },
    move: 'appended',
  },
});

export const streams = (count: number): readonly StreamName[] =>
  Array.from({ length: count }, (_, index) => streamName.imageStream('team', `app-${index}`));

export async function everything(store: EventStore): Promise<readonly RecordedEvent[]> {
  const all: RecordedEvent[] = [];
  for await (const page of store.readAll({ after: 0 })) all.push(...page);
  return all;
}
