import { setTimeout as sleep } from 'node:timers/promises';
import type { EventStore } from '#lib/event-store';
import { streamName, type EventContext, type RecordedEvent } from '#lib/events';
import type { ReadModel } from '#lib/read-model';
import { SYSTEM } from '../system-actor.js';
import type { NamespaceContents } from './namespace-contents.js';
import type { NamespaceService } from './namespace-service.js';

export interface NamespaceFinalizerDeps {
  readonly store: EventStore;
  readonly readModel: ReadModel;
  readonly namespaces: NamespaceService;
  /** Everything that namespaces hold. */
  readonly contents: readonly NamespaceContents[];
  /** Told of every attempt that failed; it is repeated. Without a namespace: the log can no longer be followed. */
  readonly onFailure?: (namespace: string | undefined, error: unknown) => void;
  /** Pauses between attempts, in milliseconds: doubled from the first to the longest. */
  readonly retry?: { readonly first: number; readonly longest: number };
}

const PAGE = 500;

/**
 * The reactor that empties namespaces whose deletion was requested, and then lets them go.
 *
 * Each step can be repeated, and where it left off is in the log: after a crash it takes up every namespace that is
 * still being deleted.
 */
export class NamespaceFinalizer {
  private readonly stopping = new AbortController();
  private readonly working = new Map<string, Promise<void>>();
  private following: Promise<void> | undefined;

  constructor(private readonly deps: NamespaceFinalizerDeps) {}

  /** Takes up what an earlier run left, then follows the log. */
  start(): void {
    this.following ??= this.follow().catch((error: unknown) => {
      if (!this.stopping.signal.aborted) this.deps.onFailure?.(undefined, error);
    });
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.following;
    await Promise.all(this.working.values());
  }

  private async follow(): Promise<void> {
    const { store, readModel } = this.deps;
    const start = await store.lastPosition();
    await readModel.waitFor(start);
    for (const name of await this.terminating()) this.take(name);
    for await (const events of store.subscribe(start, this.stopping.signal)) {
      for (const event of events) {
        if (event.type === 'NamespaceDeletionRequested') this.take((event.data as { name: string }).name);
      }
    }
  }

  private async terminating(): Promise<readonly string[]> {
    const names: string[] = [];
    for (let after: readonly string[] | undefined; ;) {
      const page = await this.deps.readModel.namespaces({ limit: PAGE, ...(after && { after }) });
      for (const { namespace } of page) if (namespace.deletionTimestamp !== undefined) names.push(namespace.name);
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) return names;
      after = [last.namespace.name];
    }
  }

  /** One namespace is emptied by one worker; the same name again has to wait its turn. */
  private take(name: string): void {
    const turn = (this.working.get(name) ?? Promise.resolve())
      .then(() => this.finalizeUntilDone(name))
      .finally(() => {
        if (this.working.get(name) === turn) this.working.delete(name);
      });
    this.working.set(name, turn);
  }

  private async finalizeUntilDone(name: string): Promise<void> {
    const { first, longest } = this.deps.retry ?? { first: 1_000, longest: 60_000 };
    const { signal } = this.stopping;
    for (let pause = first; !signal.aborted; pause = Math.min(2 * pause, longest)) {
      try {
        return await this.finalize(name);
      } catch (error) {
        this.deps.onFailure?.(name, error);
        await sleep(pause, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  private async finalize(name: string): Promise<void> {
    const { store, readModel, namespaces, contents } = this.deps;
    await readModel.waitFor(await store.lastPosition());
    const { namespace } = (await readModel.namespace(name)) ?? {};
    if (namespace?.deletionTimestamp === undefined) return;
    const context = await this.contextOf(name);
    for (const content of contents) await emptied(content, name, context);
    await namespaces.handle({ type: 'FinishNamespaceDeletion', name, uid: namespace.uid }, context);
  }

  /** The deletions are caused by whoever asked for that of the namespace. */
  private async contextOf(name: string): Promise<EventContext> {
    const request = await this.deletionRequest(name);
    return { actor: SYSTEM, ...(request === undefined ? {} : { cause: request.metadata.id }) };
  }

  private async deletionRequest(name: string): Promise<RecordedEvent | undefined> {
    for await (const event of this.deps.store.readStream(streamName.namespace(name), { direction: 'backward' })) {
      if (event.type === 'NamespaceDeletionRequested') return event;
    }
    return undefined;
  }
}

/** A creation that was under way when the deletion was requested may still arrive: look until there is nothing. */
async function emptied(contents: NamespaceContents, namespace: string, context: EventContext): Promise<void> {
  while ((await contents.deleteAll(namespace, context)) > 0);
}
