import { CommandHandler, type EventStore } from '#lib/event-store';
import { streamName, type EventContext, type ImageStreamImportEvent, type ImportOutcome } from '#lib/events';
import type { ImportCommand } from './commands.js';
import { importDecider, type ImportState } from './decide.js';
import type { ImageOutcome, ImportFindings } from './import-outcome.js';
import type { ImportRequest } from './import-request.js';

/** An import is written to within one run, and never again. */
const CACHED_IMPORTS = 64;

/** Notes in the log that imports were asked for, and how they ended. */
export class ImportJournal {
  private readonly handler: CommandHandler<ImportState, ImportCommand, ImageStreamImportEvent>;

  constructor(store: EventStore) {
    this.handler = new CommandHandler(store, importDecider, { cachedAggregates: CACHED_IMPORTS });
  }

  /** @returns id of the event, which is the cause of everything that the import does. */
  async requested(request: ImportRequest, context: EventContext): Promise<string | undefined> {
    const { uid, namespace, stream, trigger, images, repository } = request;
    const { events } = await this.handle(request, context, {
      type: 'RequestImport',
      ...{ uid, namespace, name: stream, trigger },
      images: images.map(({ from, to }) => ({ from, ...(to === undefined ? {} : { to }) })),
      ...(repository === undefined ? {} : { repository: repository.from }),
    });
    return events[0]?.metadata.id;
  }

  async completed(
    request: ImportRequest,
    findings: ImportFindings,
    durationMs: number,
    context: EventContext,
  ): Promise<void> {
    await this.handle(request, context, {
      type: 'CompleteImport',
      outcomes: outcomes(request, findings),
      additionalTags: findings.repository?.additionalTags.length ?? 0,
      durationMs,
    });
  }

  async failed(request: ImportRequest, reason: string, message: string, context: EventContext): Promise<void> {
    await this.handle(request, context, { type: 'FailImport', reason, message });
  }

  private handle(
    { uid }: ImportRequest,
    context: EventContext,
    command: ImportCommand,
  ): ReturnType<typeof this.handler.handle> {
    return this.handler.handle(streamName.imageStreamImport(uid), command, context);
  }
}

function outcomes({ images, repository }: ImportRequest, findings: ImportFindings): ImportOutcome[] {
  const { failure, images: ofRepository = [] } = findings.repository ?? {};
  const from = repository?.from ?? '';
  // That tags have failed is in the outcomes of the tags.
  const listing = failure === undefined || failure.reason === 'ImportFailed' ? [] : [{ from, failure: why(failure) }];
  return [
    ...listing,
    ...ofRepository.map((outcome) => outcomeOf(outcome, from)),
    ...findings.images.map((outcome, index) => outcomeOf(outcome, images[index]?.from ?? '')),
  ];
}

function outcomeOf({ tag, result }: ImageOutcome, from: string): ImportOutcome {
  return {
    from,
    ...(tag === undefined ? {} : { tag }),
    ...(result.kind === 'found' ? { image: result.image.name } : { failure: why(result.failure) }),
  };
}

const why = ({ reason, message }: { readonly reason: string; readonly message: string }) => ({ reason, message });
