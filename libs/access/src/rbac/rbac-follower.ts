import type { EventStore } from '#lib/event-store';
import { foldRbac, type Position, type RbacEvent, type RecordedEvent } from '#lib/events';
import { isRbac, RBAC_KINDS, subjectOf, type RbacKind, type ReadModel } from '#lib/read-model';
import { FormerNamespaces } from './former-namespaces.js';
import type { RbacIndex } from './rbac-index.js';

const PAGE = 500;

interface Waiter {
  readonly position: Position;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Keeps an index of roles and bindings as the log has them: from the read model at the start, then event by event. */
export class RbacFollower {
  /** Who could see namespaces that are no longer there. */
  readonly former = new FormerNamespaces();
  private readonly stopping = new AbortController();
  private waiters: Waiter[] = [];
  private position: Position = 0;
  private failure: Error | undefined;
  private running: Promise<void> | undefined;

  constructor(
    private readonly index: RbacIndex,
    private readonly store: EventStore,
    private readonly readModel: Pick<ReadModel, 'position' | 'waitFor' | 'rbacList'>,
  ) {}

  /** @param onFailure - told when the index can no longer be kept up to date, and must not be decided by. */
  async start(onFailure: (error: unknown) => void = () => undefined): Promise<void> {
    await this.readModel.waitFor(await this.store.lastPosition());
    this.position = this.readModel.position;
    for (const kind of RBAC_KINDS) await this.load(kind);
    this.running = this.follow().then(
      () => this.end(new Error('roles are no longer followed: the server stops')),
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

  /** Resolves when decisions are made by the roles and bindings as of a position. */
  waitFor(position: Position): Promise<void> {
    if (position <= this.position) return Promise.resolve();
    if (this.failure !== undefined) return Promise.reject(this.failure);
    return new Promise((resolve, reject) => this.waiters.push({ position, resolve, reject }));
  }

  private async load(kind: RbacKind): Promise<void> {
    for (let after: readonly string[] | undefined; ;) {
      const page = await this.readModel.rbacList(kind, undefined, { limit: PAGE, ...(after && { after }) });
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
    const subject = subjectOf(event.stream);
    if (subject?.kind === 'namespace') this.takeNamespace(event, subject.id);
    if (subject === undefined || !isRbac(subject.kind)) return;
    const { kind, id } = subject;
    const slash = id.indexOf('/');
    const namespace = slash < 0 ? undefined : id.slice(0, slash);
    const name = id.slice(slash + 1);
    const before = this.index.get(kind, namespace, name);
    // The read model may have been ahead of the position from which the log is followed.
    if (before !== undefined && before.version >= event.position) return;
    const object = foldRbac(before?.object, event as RecordedEvent & RbacEvent);
    if (object === undefined) this.index.delete(kind, namespace, name);
    else this.index.put({ kind, object, version: event.position });
  }

  private takeNamespace({ type }: RecordedEvent, namespace: string): void {
    if (type === 'NamespaceDeletionRequested') this.former.remember(namespace, this.index);
    if (type === 'NamespaceCreated') this.former.forget(namespace);
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
