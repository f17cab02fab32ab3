import {
  CommandHandler,
  StaleVersionError,
  type EventStore,
  type Handled,
  type Loaded,
  type Precondition,
} from '#lib/event-store';
import { streamName, type EventContext, type ImageStreamEvent } from '#lib/events';
import type {
  ApplyImport,
  CreateStream,
  DeleteStream,
  DeleteTag,
  ImageStreamCommand,
  PushTag,
  RefuseImportedTags,
  RemoveTagSpec,
  ReplaceStatus,
  SpecifyTag,
  UpdateStream,
} from './commands.js';
import { imageStreamDecider } from './decide.js';
import type { ImageStream } from './image-stream.js';
import type { ImageStreams, StreamCaller } from './image-streams.js';
import { NO_BOUNDS, roomFor, UNBOUNDED, type Bounds, type NamespaceBounds } from './namespace-bounds.js';
import { quotaExceeded, RoomNeeded } from './refusals.js';
import { lookUpSource } from './rules/image-lookup.js';
import { sourceKey, SourcesNeeded, type SourceAnswer, type Sources, type TagSource } from './rules/tag-sources.js';
import type { StreamPolicy } from './stream-policy.js';

export type StreamHandled = Handled<ImageStream, ImageStreamEvent>;

/** What a command would lead to; nothing of it is stored. */
export type StreamPreview = Pick<Loaded<ImageStream>, 'state' | 'version'> & {
  readonly events: readonly ImageStreamEvent[];
};

/** Streams that are kept folded. A stream of five tags takes about 8 KB. */
const CACHED_STREAMS = 2_000;

/** References to streams that refer to streams are looked up one level; more rounds mean that the streams keep changing. */
const MAX_ROUNDS = 5;

/**
 * Writes image streams.
 *
 * All methods throw Refusal where the domain refuses, and StaleVersionError where a precondition does not hold.
 */
export class ImageStreamService implements ImageStreams {
  private readonly handler: CommandHandler<ImageStream, ImageStreamCommand, ImageStreamEvent>;
  private readonly decider: ReturnType<typeof imageStreamDecider>;

  /** By namespace: the creation that has counted its streams and is not stored yet. */
  private readonly creating = new Map<string, Promise<unknown>>();

  constructor(
    store: EventStore,
    policy: StreamPolicy,
    private readonly bounds: NamespaceBounds = UNBOUNDED,
  ) {
    this.decider = imageStreamDecider(policy);
    this.handler = new CommandHandler(store, this.decider, { cachedAggregates: CACHED_STREAMS });
  }

  create(namespace: string, command: CreateStream, caller: StreamCaller): Promise<StreamHandled> {
    return this.resolving(namespace, command.creation.name, command, caller);
  }

  update(
    namespace: string,
    command: UpdateStream,
    caller: StreamCaller,
    precondition?: Precondition,
  ): Promise<StreamHandled> {
    return this.resolving(namespace, command.name, command, caller, precondition);
  }

  specifyTag(
    namespace: string,
    command: SpecifyTag,
    caller: StreamCaller,
    precondition?: Precondition,
  ): Promise<StreamHandled> {
    return this.resolving(namespace, command.creation.name, command, caller, precondition);
  }

  removeTagSpec(
    namespace: string,
    command: RemoveTagSpec,
    caller: StreamCaller,
    precondition?: Precondition,
  ): Promise<StreamHandled> {
    return this.resolving(namespace, command.name, command, caller, precondition);
  }

  applyImport(
    namespace: string,
    command: ApplyImport,
    caller: StreamCaller,
    precondition?: Precondition,
  ): Promise<StreamHandled> {
    return this.resolving(namespace, command.creation.name, command, caller, precondition);
  }

  deleteTag(
    namespace: string,
    command: DeleteTag,
    caller: StreamCaller,
    precondition?: Precondition,
  ): Promise<StreamHandled> {
    return this.handle(namespace, command.name, command, caller, precondition);
  }

  push(namespace: string, command: PushTag, caller: StreamCaller): Promise<StreamHandled> {
    return this.handle(namespace, command.name, command, caller);
  }

  replaceStatus(
    namespace: string,
    command: ReplaceStatus,
    caller: StreamCaller,
    precondition?: Precondition,
  ): Promise<StreamHandled> {
    return this.handle(namespace, command.name, command, caller, precondition);
  }

  delete(
    namespace: string,
    command: DeleteStream,
    caller: StreamCaller,
    precondition?: Precondition,
  ): Promise<StreamHandled> {
    return this.handle(namespace, command.name, command, caller, precondition);
  }

  refuseImportedTags(namespace: string, command: RefuseImportedTags, caller: StreamCaller): Promise<StreamHandled> {
    return this.handle(namespace, command.name, command, caller);
  }

  /**
   * Makes sure that a stream is there or that there is room for it, before anything is done that takes long. It may be
   * different by the time that the stream is written.
   *
   * @throws Refusal when a quota is used up.
   */
  async assertRoom(namespace: string, name: string): Promise<void> {
    const quotas = this.bounds.quotasOf(namespace);
    if (quotas.length === 0 || (await this.load(namespace, name)).state.header !== undefined) return;
    const room = roomFor(quotas, await this.bounds.countStreams(namespace));
    if (room.kind === 'exceeded') throw quotaExceeded(name, room.why);
  }

  load(namespace: string, name: string): Promise<Loaded<ImageStream>> {
    return this.handler.load(streamName.imageStream(namespace, name));
  }

  /** Decides without appending, as a dry run does. */
  async preview(
    namespace: string,
    name: string,
    command: ImageStreamCommand,
    caller: StreamCaller,
    precondition: Precondition = {},
  ): Promise<StreamPreview> {
    return this.withSources(namespace, command, caller, async (known) => {
      const { state, version } = await this.load(namespace, name);
      if (precondition.version !== undefined && precondition.version !== version) {
        throw new StaleVersionError(precondition.version, version);
      }
      const decide = async (bounded: ImageStreamCommand): Promise<StreamPreview> => {
        const events = this.decider.decide(bounded, state);
        return { events, state: events.reduce(this.decider.evolve, state), version };
      };
      return this.bounded(namespace, known, decide);
    });
  }

  private resolving(
    namespace: string,
    name: string,
    command: ImageStreamCommand,
    caller: StreamCaller,
    precondition?: Precondition,
  ): Promise<StreamHandled> {
    return this.withSources(namespace, command, caller, (resolved) =>
      this.handle(namespace, name, resolved, caller, precondition),
    );
  }

  private handle(
    namespace: string,
    name: string,
    command: ImageStreamCommand,
    caller: StreamCaller,
    precondition?: Precondition,
  ): Promise<StreamHandled> {
    const stream = streamName.imageStream(namespace, name);
    return this.bounded(namespace, command, (bounded) =>
      this.handler.handle(stream, bounded, contextOf(caller), precondition),
    );
  }

  /**
   * Tells a command what its namespace allows. Where that has a quota, and the command turns out to bring a stream into
   * being, the streams are counted and the command decided anew, while all other creations in the namespace wait.
   */
  private async bounded<T>(
    namespace: string,
    command: ImageStreamCommand,
    run: (command: ImageStreamCommand) => Promise<T>,
  ): Promise<T> {
    const limits = this.bounds.limitsOf(namespace);
    const quotas = this.bounds.quotasOf(namespace);
    if (limits === undefined && quotas.length === 0) return run(command);
    const within = (room: Bounds['room']) => run({ ...command, bounds: { limits, room } });
    if (quotas.length === 0) return within(NO_BOUNDS.room);
    try {
      return await within({ kind: 'unknown' });
    } catch (error) {
      if (!(error instanceof RoomNeeded)) throw error;
    }
    return this.oneAtATime(namespace, async () =>
      within(roomFor(this.bounds.quotasOf(namespace), await this.bounds.countStreams(namespace))),
    );
  }

  private async oneAtATime<T>(namespace: string, run: () => Promise<T>): Promise<T> {
    const before = this.creating.get(namespace) ?? Promise.resolve();
    const turn = before.then(run);
    // Whoever comes next waits for the end of this turn, however it ends.
    const ended = turn.then(
      () => undefined,
      () => undefined,
    );
    this.creating.set(namespace, ended);
    try {
      return await turn;
    } finally {
      if (this.creating.get(namespace) === ended) this.creating.delete(namespace);
    }
  }

  /** Decides; where that needs to know more about other streams, finds it out and decides again. */
  private async withSources<T>(
    namespace: string,
    command: ImageStreamCommand,
    caller: StreamCaller,
    decide: (command: ImageStreamCommand) => Promise<T>,
  ): Promise<T> {
    const known = new Map<string, SourceAnswer>();
    for (let round = 0; ; round++) {
      try {
        return await decide('sources' in command ? { ...command, sources: known satisfies Sources } : command);
      } catch (error) {
        if (!(error instanceof SourcesNeeded) || round === MAX_ROUNDS) throw error;
        for (const source of error.sources) known.set(sourceKey(source), await this.lookUp(source, namespace, caller));
      }
    }
  }

  private async lookUp(source: TagSource, ownNamespace: string, caller: StreamCaller): Promise<SourceAnswer> {
    if (source.namespace !== ownNamespace && caller.mayPullFrom !== undefined) {
      const { allowed, reason } = await caller.mayPullFrom(source.namespace, source.stream);
      const path = `${source.namespace}/${source.stream}`;
      if (!allowed) return { kind: 'forbidden', reason: reason === '' ? path : `${path}: ${JSON.stringify(reason)}` };
    }
    const { state } = await this.load(source.namespace, source.stream);
    return lookUpSource(state, source, new Date());
  }
}

/** What of a caller is recorded with the events. */
function contextOf(caller: StreamCaller): EventContext {
  const { mayPullFrom, ...context } = caller;
  return mayPullFrom === undefined ? caller : context;
}
