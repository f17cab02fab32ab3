import { setTimeout as sleep } from 'node:timers/promises';
import type { EventStore } from '#lib/event-store';
import { streamName, type EventContext, type NamespaceState, type RecordedEvent } from '#lib/events';
import type { ReadModel } from '#lib/read-model';
import type { LocalSecrets } from '../secrets/secret-store.js';
import { SYSTEM } from '../system-actor.js';
import type { IsMeant, NamespaceContents } from './namespace-contents.js';
import type { NamespaceService } from './namespace-service.js';

export interface NamespaceFinalizerDeps {
  readonly store: EventStore;
  readonly readModel: ReadModel;
  readonly namespaces: NamespaceService;
  /** Everything that namespaces hold. */
  readonly contents: readonly NamespaceContents[];
  /** What only this process has of namespaces, and nobody else can delete. */
  readonly secrets?: LocalSecrets | undefined;
  /** Told of every attempt that failed; it is repeated. Without a namespace: the log can no longer be followed. */
  readonly onFailure?: (namespace: string | undefined, error: unknown) => void;
  /** Pauses between attempts, in milliseconds: doubled from the first to the longest. */
  readonly retry?: { readonly first: number; readonly longest: number };
}

const PAGE = 500;

type Name = Pick<NamespaceState, 'name' | 'uid'>;

/**
 * The reactor that empties namespaces whose deletion was requested, and then lets them go. Several processes may do so at
 * the same time: each deletes what it has found while the namespace was still the one that it means.
 *
 * Each step can be repeated, and where it left off is in the log: after a crash it takes up every namespace that is
 * still being deleted.
 */
export class NamespaceFinalizer {
  private readonly stopping = new AbortController();
  private readonly working = new Map<string, Promise<void>>();
  private following: Promise<void> | undefined;

  constructor(private readonly deps: NamespaceFinalizerDeps) {}

  /** Deletes what this process has of namespaces that went, or were replaced, while it was away. Before anybody reads it. */
  async settle(): Promise<void> {
    const { store, readModel, secrets } = this.deps;
    if (secrets === undefined) return;
    await readModel.waitFor(await store.lastPosition());
    for (const name of await secrets.namespaces()) {
      const document = await readModel.namespace(name);
      if (document === undefined) await secrets.release(name);
      else await secrets.adopt(name, document.namespace.uid);
    }
  }

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
    for (const namespace of await this.terminating()) this.take(namespace);
    for await (const events of store.subscribe(start, this.stopping.signal)) {
      for (const event of events) {
        // What came while another process finished the deletion is looked for once it has.
        if (event.type === 'NamespaceDeletionRequested' || event.type === 'NamespaceDeleted') {
          this.take(event.data as Name);
        }
      }
    }
  }

  private async terminating(): Promise<readonly Name[]> {
    const names: Name[] = [];
    for (let after: readonly string[] | undefined; ;) {
      const page = await this.deps.readModel.namespaces({ limit: PAGE, ...(after && { after }) });
      for (const { namespace } of page) if (namespace.deletionTimestamp !== undefined) names.push(namespace);
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) return names;
      after = [last.namespace.name];
    }
  }

  /** One namespace is emptied by one worker; the same name again has to wait its turn. */
  private take({ name, uid }: Name): void {
    const turn = (this.working.get(name) ?? Promise.resolve())
      .then(() => this.finalizeUntilDone({ name, uid }))
      .finally(() => {
        if (this.working.get(name) === turn) this.working.delete(name);
      });
    this.working.set(name, turn);
  }

  private async finalizeUntilDone(namespace: Name): Promise<void> {
    const { first, longest } = this.deps.retry ?? { first: 1_000, longest: 60_000 };
    const { signal } = this.stopping;
    for (let pause = first; !signal.aborted; pause = Math.min(2 * pause, longest)) {
      try {
        return await this.finalize(namespace);
      } catch (error) {
        this.deps.onFailure?.(namespace.name, error);
        await sleep(pause, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  private async finalize({ name, uid }: Name): Promise<void> {
    const { store, readModel, namespaces, contents, secrets } = this.deps;
    await readModel.waitFor(await store.lastPosition());
    await secrets?.release(name, uid);
    const isMeant = async (): Promise<boolean> => {
      const { namespace } = (await readModel.namespace(name)) ?? {};
      return namespace?.uid === uid && namespace.deletionTimestamp !== undefined;
    };
    if (!(await isMeant())) return;
    const context = await this.contextOf(name);
    for (const content of contents) await emptied(content, name, context, isMeant);
    if (await isMeant()) await namespaces.handle({ type: 'FinishNamespaceDeletion', name, uid }, context);
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
async function emptied(
  contents: NamespaceContents,
  namespace: string,
  context: EventContext,
  isMeant: IsMeant,
): Promise<void> {
  while ((await contents.deleteAll(namespace, context, isMeant)) > 0);
}
