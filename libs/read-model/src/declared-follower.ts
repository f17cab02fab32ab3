import type { EventStore } from '#lib/event-store';
import {
  foldDeclared,
  isDeclared,
  type DeclaredEvent,
  type DeclaredKind,
  type Position,
  type RecordedEvent,
} from '#lib/events';
import { subjectOf } from './changes/subject.js';
import { declaredPlace, type DeclaredDocument } from './projections/declared-projection.js';
import type { ReadModel } from './read-model.js';

const PAGE = 500;

/** Where a follower keeps what was declared, in whatever form serves those who decide by it. */
export interface DeclaredIndex<K extends DeclaredKind> {
  get(kind: K, namespace: string | undefined, name: string): DeclaredDocument<K> | undefined;
  put(document: DeclaredDocument<K>): void;
  delete(kind: K, namespace: string | undefined, name: string): void;
}

interface Waiter {
  readonly position: Position;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Keeps an index of some kinds as the log has them: from the read model at the start, then event by event. */
export class DeclaredFollower<K extends DeclaredKind> {
  private readonly stopping = new AbortController();
  private waiters: Waiter[] = [];
  private position: Position = 0;
  private failure: Error | undefined;
  private running: Promise<void> | undefined;

  constructor(
    private readonly kinds: readonly K[],
    private readonly index: DeclaredIndex<K>,
    private readonly store: EventStore,
    private readonly readModel: Pick<ReadModel, 'position' | 'waitFor' | 'declaredList'>,
    /** Sees every event before the index does. */
    private readonly onEvent: (event: RecordedEvent) => void = () => undefined,
  ) {}

  /** @param onFailure - told when the index can no longer be kept up to date, and must not be decided by. */
  async start(onFailure: (error: unknown) => void = () => undefined): Promise<void> {
    await this.readModel.waitFor(await this.store.lastPosition());
    this.position = this.readModel.position;
    for (const kind of this.kinds) await this.load(kind);
    this.running = this.follow().then(
      () => this.end(new Error('the log is no longer followed: the server stops')),
      (error: unknown) => {
        this.end(error instanceof Error ? error : new Error(String(error)));
        if (!this.stopping.signal.aborted) onFailure(error);
      },
    );
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** Resolves when decisions are made by what was declared up to a position. */
  waitFor(position: Position): Promise<void> {
    if (position <= this.position) return Promise.resolve();
    if (this.failure !== undefined) return Promise.reject(this.failure);
    return new Promise((resolve, reject) => this.waiters.push({ position, resolve, reject }));
  }

  private async load(kind: K): Promise<void> {
    for (let after: readonly string[] | undefined; ;) {
      const page = await this.readModel.declaredList(kind, undefined, { limit: PAGE, ...(after && { after }) });
      for (const document of page) this.index.put(document);
      const last = page.at(-1)?.object;
      if (last === undefined || page.length < PAGE) return;
      after = last.namespace === undefined ? [last.name] : [last.namespace, last.name];
    }
  }

  private async follow(): Promise<void> {
    for await (const events of this.store.subscribe(this.position, this.stopping.signal)) {
      for (const event of events) this.take(event);
      this.position = events.at(-1)?.position ?? this.position;
      if (this.waiters.length > 0) this.wake();
    }
  }

  private take(event: RecordedEvent): void {
    this.onEvent(event);
    const subject = subjectOf(event.stream);
    if (subject === undefined || !isDeclared(subject.kind) || !this.follows(subject.kind)) return;
    const { kind } = subject;
    const { namespace, name } = declaredPlace(subject.id);
    const before = this.index.get(kind, namespace, name);
    // The read model may have been ahead of the position from which the log is followed.
    if (before !== undefined && before.version >= event.position) return;
    const object = foldDeclared(before?.object, event as RecordedEvent & DeclaredEvent);
    if (object === undefined) this.index.delete(kind, namespace, name);
    else this.index.put({ kind, object, version: event.position } as DeclaredDocument<K>);
  }

  private follows(kind: DeclaredKind): kind is K {
    return (this.kinds as readonly DeclaredKind[]).includes(kind);
  }

  private wake(): void {
    const ready = this.waiters.filter(({ position }) => position <= this.position);
    this.waiters = this.waiters.filter(({ position }) => position > this.position);
    for (const { resolve } of ready) resolve();
  }

  private end(why: Error): void {
    this.failure = why;
    for (const { reject } of this.waiters.splice(0)) reject(why);
  }
}
