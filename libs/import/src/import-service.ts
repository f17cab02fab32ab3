import { randomUUID } from 'node:crypto';
import { Refusal, StaleVersionError, type EventStore } from '#lib/event-store';
import type { Position } from '#lib/events';
import { NO_TRACER, within, type Tracer } from '#lib/tracing';
import type { Images } from '#lib/image';
import {
  LimitExceededRefusal,
  NO_SOURCES,
  tagStateOf,
  type ApplyImport,
  type ImageStream,
  type ImageStreams,
  type ImportedTag,
  type StreamCaller,
} from '#lib/stream';
import { appliedTags, stillWanted } from './applied-tags.js';
import { ImportJournal } from './import-journal.js';
import type { ImportObserver, ImportReport } from './import-observer.js';
import type { ImportFindings } from './import-outcome.js';
import type { ImportRequest } from './import-request.js';
import type { ImportRun, Imports, RunOptions } from './imports.js';
import { ImportInterruptedError } from './importer/deadline.js';
import type { PreferredPlatform } from './importer/fetch-plan.js';
import type { Importer } from './importer/importer.js';
import { registerImages } from './register-images.js';

export interface ImportServiceOptions {
  readonly store: EventStore;
  readonly images: Images;
  readonly streams: ImageStreams;
  readonly importer: Importer;
  readonly observer?: ImportObserver;
  readonly tracer?: Tracer | undefined;
  readonly clock?: () => Date;
}

/** An optimistic writer that loses this often is not alone with bad luck. */
const MAX_ATTEMPTS = 100;

const PREFER_ARCH = 'importer.image.openshift.io/prefer-arch';
const PREFER_OS = 'importer.image.openshift.io/prefer-os';

/** Runs imports: fetches, stores the images, moves the tags. Every step can be repeated. */
export class ImportService implements Imports {
  private readonly journal: ImportJournal;
  private readonly clock: () => Date;

  constructor(private readonly options: ImportServiceOptions) {
    this.journal = new ImportJournal(options.store);
    this.clock = options.clock ?? (() => new Date());
  }

  /**
   * @throws Refusal where the stream refuses the results, is gone, or was never there for a background import.
   * @throws StaleVersionError when the precondition does not hold.
   * @throws ImportInterruptedError when the signal aborts before the images are fetched.
   */
  run(request: ImportRequest, caller: StreamCaller, options: RunOptions = {}): Promise<ImportRun> {
    const { tracer = NO_TRACER } = this.options;
    if (!tracer.isOn) return this.runReported(request, caller, options);
    const attributes = { 'tagline.trigger': request.trigger };
    return tracer.span('import', { parent: caller.traceparent, attributes }, (span) =>
      this.runReported(request, within(caller, span), options),
    );
  }

  private async runReported(request: ImportRequest, caller: StreamCaller, options: RunOptions): Promise<ImportRun> {
    const begun = performance.now();
    const report = (outcome: Pick<ImportReport, 'result'> & { findings?: ImportFindings; error?: unknown }): void =>
      this.options.observer?.finished?.(reportOf(request, outcome, performance.now() - begun));
    try {
      const run = await new Run(request, caller, options, this.options, this.journal, this.clock).complete();
      const result = run.changed ? 'changed' : (options.mode ?? 'write') === 'write' ? 'unchanged' : 'looked';
      report({ result, findings: run.findings });
      return run;
    } catch (error) {
      report({ result: 'failed', error });
      throw error;
    }
  }
}

/** One import on its way. */
class Run {
  private cause: string | undefined;
  private requested = false;

  constructor(
    private readonly request: ImportRequest,
    private readonly caller: StreamCaller,
    private readonly options: RunOptions,
    private readonly services: ImportServiceOptions,
    private readonly journal: ImportJournal,
    private readonly clock: () => Date,
  ) {}

  async complete(): Promise<ImportRun> {
    const before = await this.streamBefore();
    const writes = (this.options.mode ?? 'write') === 'write';
    if (this.options.mode !== 'look') await this.assertRoom();
    // What the schedule finds is mostly nothing new, which leaves no trace.
    if (writes && this.request.trigger !== 'schedule') await this.noteRequest();
    try {
      const begun = performance.now();
      const findings = await this.find(before.state);
      if (!writes) return await this.preview(findings);
      if (!this.requested && !(await this.findsNews(findings, before))) return { findings, changed: false };
      if (!this.requested) await this.noteRequest();
      await registerImages(this.services.images, this.request, findings, this.clock(), this.context);
      const run = await this.write(findings, before);
      await this.journal.completed(this.request, findings, Math.round(performance.now() - begun), this.context);
      return run;
    } catch (error) {
      await this.noteFailure(error);
      throw error;
    }
  }

  /** The stream as it is when the import begins. */
  private async streamBefore(): Promise<StreamVersion> {
    const { stream } = this.request;
    const before = await this.load();
    const { version } = this.options.precondition ?? {};
    if (version !== undefined && version !== before.version) throw new StaleVersionError(version, before.version);
    if (this.inBackground && before.state.header === undefined) throw streamGone(stream);
    return before;
  }

  private find(before: ImageStream): Promise<ImportFindings> {
    const { importer, observer } = this.services;
    return importer.find(this.request, {
      now: this.clock(),
      preferredOf: (tag) => preferredPlatform(before, tag),
      signal: this.options.signal,
      onProgress: (progress) => observer?.progress?.(this.request, progress),
    });
  }

  private async preview(findings: ImportFindings): Promise<ImportRun> {
    if (this.options.mode === 'look') return { findings, changed: false };
    const { namespace, stream } = this.request;
    const command = this.command(appliedTags(this.request, findings));
    const { streams } = this.services;
    const previewed = await streams.preview(namespace, stream, command, this.caller, this.options.precondition);
    return { findings, changed: false, stream: previewed };
  }

  private async findsNews(findings: ImportFindings, before: StreamVersion): Promise<boolean> {
    const { namespace, stream } = this.request;
    const { state } = await this.load();
    const command = this.command(this.tagsFor(findings, before.state, state));
    const { events } = await this.services.streams.preview(namespace, stream, command, this.caller);
    return events.length > 0;
  }

  /**
   * Applies the findings to the stream as it is now. A stream that was there when the import began must still be the same:
   * an import does not bring back what somebody deleted.
   */
  private async write(findings: ImportFindings, before: StreamVersion): Promise<ImportRun> {
    const { namespace, stream } = this.request;
    const { precondition } = this.options;
    const uid = before.state.header?.uid;
    for (let attempt = 1; ; attempt++) {
      const current = await this.load();
      if (uid !== undefined && current.state.header?.uid !== uid) throw streamGone(stream);
      const command = this.command(this.tagsFor(findings, before.state, current.state));
      const expected = precondition ?? (uid === undefined ? {} : { version: current.version });
      try {
        const caller = { ...this.caller, ...this.context };
        const handled = await this.services.streams.applyImport(namespace, command, caller, expected);
        return { findings, stream: handled, changed: handled.events.length > 0 };
      } catch (error) {
        if (error instanceof LimitExceededRefusal && uid !== undefined) await this.noteLimit(error);
        const lostRace = error instanceof StaleVersionError && precondition === undefined;
        if (!lostRace || attempt >= MAX_ATTEMPTS) throw error;
      }
    }
  }

  /** Remote work that a quota would throw away is not begun. */
  private async assertRoom(): Promise<void> {
    const { namespace, stream, images, repository } = this.request;
    if (images.length === 0 && repository === undefined) return;
    await this.services.streams.assertRoom(namespace, stream);
  }

  /** Tags that nothing shows yet say why: that answers their wish, as a failed import would. */
  private async noteLimit({ newTags, message }: LimitExceededRefusal): Promise<void> {
    if (newTags.length === 0) return;
    const { uid, namespace, stream: name } = this.request;
    const why = {
      reason: 'Invalid',
      message: `ImageStream.image.openshift.io "${name}" is invalid: []: Internal error: ${message}`,
    };
    const told = {
      type: 'RefuseImportedTags',
      name,
      importUid: uid,
      tags: newTags,
      ...why,
      now: this.clock(),
    } as const;
    // That the limit was reached matters more than that it could not be noted.
    await this.services.streams
      .refuseImportedTags(namespace, told, { ...this.caller, ...this.context })
      .catch(() => undefined);
  }

  private tagsFor(findings: ImportFindings, before: ImageStream, now: ImageStream): readonly ImportedTag[] {
    const tags = appliedTags(this.request, findings);
    return this.inBackground ? stillWanted(tags, this.request, before, now) : tags;
  }

  private command(tags: readonly ImportedTag[]): ApplyImport {
    const { uid, namespace, stream } = this.request;
    return {
      type: 'ApplyImport',
      creation: { namespace, name: stream, uid: randomUUID() },
      importUid: uid,
      tags,
      now: this.clock(),
      sources: NO_SOURCES,
    };
  }

  private async noteRequest(): Promise<void> {
    this.cause = await this.journal.requested(this.request, this.context);
    this.requested = true;
  }

  private async noteFailure(error: unknown): Promise<void> {
    if (!this.requested) return;
    const message = error instanceof Error ? error.message : String(error);
    // Why the import failed matters more than that it could not be noted.
    await this.journal.failed(this.request, reasonOf(error), message, this.context).catch(() => undefined);
  }

  private load(): Promise<StreamVersion> {
    return this.services.streams.load(this.request.namespace, this.request.stream);
  }

  private get inBackground(): boolean {
    return this.request.trigger !== 'request';
  }

  /** Who asked, and, once it is noted, the request as the cause of all that follows. */
  private get context(): Omit<StreamCaller, 'mayPullFrom'> {
    const { mayPullFrom: _mayPullFrom, ...context } = this.caller;
    return this.cause === undefined ? context : { ...context, cause: this.cause };
  }
}

interface StreamVersion {
  readonly state: ImageStream;
  readonly version: Position;
}

function preferredPlatform(stream: ImageStream, tag: string): PreferredPlatform {
  const annotations = tagStateOf(stream, tag).spec?.annotations ?? {};
  const { [PREFER_ARCH]: architecture, [PREFER_OS]: os } = annotations;
  return { ...(architecture && { architecture }), ...(os && { os }) };
}

const streamGone = (stream: string): Refusal => new Refusal('not-found', stream, `image stream "${stream}" is gone`);

function reasonOf(error: unknown): string {
  if (error instanceof Refusal) return error.code;
  if (error instanceof StaleVersionError) return 'conflict';
  return error instanceof ImportInterruptedError ? 'interrupted' : 'error';
}

function reportOf(
  { uid, namespace, stream, trigger }: ImportRequest,
  { result, findings, error }: Pick<ImportReport, 'result'> & { findings?: ImportFindings; error?: unknown },
  durationMs: number,
): ImportReport {
  const all = [...(findings?.images ?? []), ...(findings?.repository?.images ?? [])];
  const found = all.filter((outcome) => outcome.result.kind === 'found').length;
  return {
    ...{ uid, namespace, stream, trigger, result, found },
    missing: all.length - found,
    durationMs,
    ...(error === undefined ? {} : { error }),
  };
}
