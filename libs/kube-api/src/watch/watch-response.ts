import type { ServerResponse } from 'node:http';
import type { ListOptions } from '../selection/list-options.js';
import type { Presentation } from '../serving/presentation.js';
import { isSelected } from '../serving/selection.js';
import { ApiError } from '../status.js';
import type { RequestContext } from '../storage/request-context.js';
import type { Change, ObjectView, ResourceStorage, Scope } from '../storage/resource.js';

/** A watcher that leaves this much unread is cut off; it resumes where it was. */
const MAX_UNSENT_BYTES = 16 * 1024 * 1024;
const BOOKMARK_EVERY_MS = 60_000;
const DEFAULT_TIMEOUT_MS = 30 * 60_000;
const MAX_TIMEOUT_MS = 24 * 60 * 60_000;

type EventType = 'ADDED' | 'MODIFIED' | 'DELETED';

export type WatchedStorage = Required<Pick<ResourceStorage, 'watch' | 'list'>>;

export interface Watch {
  readonly storage: WatchedStorage;
  readonly scope: Scope;
  readonly options: ListOptions;
  readonly presentation: Presentation;
  /** Distinguishes presentations, so that watchers with the same one share what is printed. */
  readonly form: string;
  readonly context: RequestContext;
}

/**
 * Streams changes until the client goes, its time is up or the server stops. From a version every change after it;
 * without one first everything that is there.
 */
export async function writeWatch(response: ServerResponse, watch: Watch): Promise<void> {
  const { options, context } = watch;
  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
  const end = new WatchEnd(context.signal, durationOf(options));
  const events = new EventWriter(response, watch);
  const bookmarks = options.allowWatchBookmarks ? setInterval(() => events.bookmark(), BOOKMARK_EVERY_MS) : undefined;
  try {
    const start = await events.initial();
    for await (const { resourceVersion, changes } of watch.storage.watch(
      { ...context, signal: end.signal },
      watch.scope,
      start,
    )) {
      events.changes(changes, resourceVersion);
    }
    if (options.allowWatchBookmarks) events.bookmark();
  } catch (error) {
    events.failure(error);
  } finally {
    clearInterval(bookmarks);
    end.forget();
    response.end();
  }
}

/**
 * When a watch is over. Not made of `AbortSignal.any` and `AbortSignal.timeout`: nothing holds such signals but each other,
 * and one that was collected as garbage never fires.
 */
class WatchEnd {
  private readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly outer: AbortSignal,
    milliseconds: number,
  ) {
    this.timer = setTimeout(this.abort, milliseconds);
    if (outer.aborted) this.abort();
    else outer.addEventListener('abort', this.abort);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  forget(): void {
    clearTimeout(this.timer);
    this.outer.removeEventListener('abort', this.abort);
  }

  private readonly abort = (): void => this.controller.abort();
}

/** Milliseconds that a watch lasts; as with Kubernetes, 0 is no wish. */
const durationOf = ({ timeoutSeconds = 0 }: ListOptions): number =>
  timeoutSeconds > 0 ? Math.min(timeoutSeconds * 1000, MAX_TIMEOUT_MS) : DEFAULT_TIMEOUT_MS;

/** Lines that have been printed for somebody, by the form in which they are shown. */
const printed = new WeakMap<ObjectView, Map<string, Buffer>>();

class EventWriter {
  private first = true;
  private reached = '';

  constructor(
    private readonly response: ServerResponse,
    private readonly watch: Watch,
  ) {}

  /** Sends what is there, where the watcher wants that. @returns the version after which changes follow. */
  async initial(): Promise<number> {
    const { options, storage, scope, context } = this.watch;
    const { resourceVersion = '', sendInitialEvents } = options;
    if (sendInitialEvents !== true && resourceVersion !== '' && resourceVersion !== '0') {
      this.reached = resourceVersion;
      return Number(resourceVersion);
    }
    const list = await storage.list(context, scope);
    this.reached = list.resourceVersion;
    if (sendInitialEvents !== false) {
      for await (const views of list.items) this.send(views.map((view) => this.line('ADDED', view)));
    }
    if (sendInitialEvents === true) this.bookmark({ 'k8s.io/initial-events-end': 'true' });
    return Number(list.resourceVersion);
  }

  changes(changes: readonly Change[], resourceVersion: string): void {
    this.reached = resourceVersion;
    const lines = changes.flatMap((change) => {
      const type = this.typeFor(change);
      return type === undefined ? [] : [this.line(type, change.view)];
    });
    this.send(lines);
  }

  bookmark(annotations?: Readonly<Record<string, string>>): void {
    const metadata = { resourceVersion: this.reached, creationTimestamp: null, ...(annotations && { annotations }) };
    const object = this.watch.presentation.bookmark(metadata);
    this.send([Buffer.from(`{"type":"BOOKMARK","object":${object}}\n`)]);
  }

  failure(error: unknown): void {
    const status = error instanceof ApiError ? error : new ApiError('InternalError', 'the watch was interrupted');
    this.send([Buffer.from(`{"type":"ERROR","object":${JSON.stringify(status.toStatus())}}\n`)]);
  }

  /** What a change is to this watcher: an object that enters or leaves its selection comes or goes. */
  private typeFor({ type, view, previous }: Change): EventType | undefined {
    const { selects } = this.watch.scope;
    if (selects === undefined) return type;
    const was = previous !== undefined && isSelected(selects, previous);
    const is = type !== 'DELETED' && isSelected(selects, view);
    if (is) return was ? 'MODIFIED' : 'ADDED';
    return was ? 'DELETED' : undefined;
  }

  private line(type: EventType, view: ObjectView): Buffer {
    // A table's first event carries the columns, which the shared lines do not.
    if (this.first && this.watch.form !== 'Object') return this.print(type, view);
    let forms = printed.get(view);
    if (forms === undefined) printed.set(view, (forms = new Map<string, Buffer>()));
    const key = `${type} ${this.watch.form}`;
    let line = forms.get(key);
    if (line === undefined) forms.set(key, (line = this.print(type, view)));
    return line;
  }

  private print(type: EventType, view: ObjectView): Buffer {
    const object = this.watch.presentation.event(view, this.first);
    this.first = false;
    return Buffer.from(`{"type":"${type}","object":${object.toString()}}\n`);
  }

  private send(lines: readonly Buffer[]): void {
    if (lines.length === 0 || this.response.destroyed) return;
    this.response.write(lines.length === 1 ? lines[0] : Buffer.concat(lines));
    if (this.response.writableLength > MAX_UNSENT_BYTES) this.response.destroy();
  }
}
