import { LRUCache } from 'lru-cache';
import { completesCommand, tagOf, type ImageStreamEvent, type Position, type RecordedEvent } from '#lib/events';
import type { EventStore } from '#lib/event-store';
import {
  emptySnapshot,
  foldSnapshot,
  streamsOf,
  subjectOf,
  type Snapshot,
  type Subject,
  type SubjectKind,
} from './subject.js';

/** What one command did to one subject. */
export interface SubjectChange {
  readonly subject: Subject;
  readonly before: Snapshot;
  readonly after: Snapshot;
  readonly position: Position;
  /** Tags that the command touched, of a stream. */
  readonly tags: ReadonlySet<string>;
}

/** Everything that happened up to a position, whether or not it changed anything that is watched. */
export interface SubjectChanges {
  readonly position: Position;
  readonly changes: readonly SubjectChange[];
}

const CACHED_SUBJECTS = 512;

/** Turns the events of the log, read in order, into changes of the subjects that they are about. */
export class ChangeFolder {
  private readonly snapshots = new LRUCache<string, Snapshot>({ max: CACHED_SUBJECTS });
  private open: { subject: Subject; before: Snapshot; tags: Set<string> } | undefined;

  constructor(
    private readonly store: EventStore,
    private readonly kinds: ReadonlySet<SubjectKind>,
  ) {}

  /** The changes that a run of events makes. A command that is not complete yet shows with the events to come. */
  async fold(events: readonly RecordedEvent[]): Promise<SubjectChanges> {
    const changes: SubjectChange[] = [];
    for (const event of events) {
      const subject = subjectOf(event.stream);
      if (subject === undefined || !this.kinds.has(subject.kind)) continue;
      const key = `${subject.kind}-${subject.id}`;
      const before = this.snapshots.get(key) ?? (await this.snapshotBefore(subject, event));
      const after = foldSnapshot(before, event);
      this.snapshots.set(key, after);
      this.open ??= { subject, before, tags: new Set() };
      const tag = subject.kind === 'imageStream' ? tagOf(event as RecordedEvent & ImageStreamEvent) : undefined;
      if (tag !== undefined) this.open.tags.add(tag);
      if (!completesCommand(event.metadata)) continue;
      changes.push({ ...this.open, after, position: event.position });
      this.open = undefined;
    }
    return { position: events.at(-1)?.position ?? 0, changes };
  }

  private async snapshotBefore(
    subject: Subject,
    { stream: own, revision, position }: RecordedEvent,
  ): Promise<Snapshot> {
    const events: RecordedEvent[] = [];
    for (const stream of streamsOf(subject)) {
      if (stream === own && revision === 0) continue;
      for await (const event of this.store.readStream(stream)) {
        if (event.position >= position) break;
        events.push(event);
      }
    }
    events.sort((a, b) => a.position - b.position);
    return events.reduce(foldSnapshot, emptySnapshot(subject.kind));
  }
}
