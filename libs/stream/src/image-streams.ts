import type { Loaded, Precondition } from '#lib/event-store';
import type { EventContext, Position } from '#lib/events';
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
import type { ImageStream } from './image-stream.js';

export interface PullDecision {
  readonly allowed: boolean;
  readonly reason: string;
}

/** Somebody whose rights decide which streams may be referred to. */
export interface PullingUser {
  readonly name: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/** Whether somebody may pull from a stream, and so refer to it from another namespace. */
export interface PullCheck {
  (namespace: string, stream: string): Promise<PullDecision>;
  /** Who that is. A service that decides in another process asks for itself what they may do. */
  readonly asks?: PullingUser;
}

/** Who asks for a change, and which streams of other namespaces they may pull from, and so refer to. */
export interface StreamCaller extends EventContext {
  readonly mayPullFrom?: PullCheck;
}

/** A stream's version after a write. */
export interface StreamVersion {
  readonly version: Position;
}

/**
 * A stream after a write, as far as the write was about it: after the write of a tag there may be no other tags, after one
 * of the whole stream none at all. Histories show as many items as clients see.
 */
export interface StreamWritten extends StreamVersion {
  readonly state: ImageStream;
}

/** What a command led to, or would: nothing where there are no events. */
export interface StreamOutcome extends StreamWritten {
  readonly events: { readonly length: number };
}

/**
 * The image streams, wherever they are kept: in this process, or by a service that it calls.
 *
 * All methods throw Refusal where the domain refuses, and StaleVersionError where a precondition does not hold.
 */
export interface ImageStreams {
  create(namespace: string, command: CreateStream, caller: StreamCaller): Promise<StreamVersion>;
  update(
    namespace: string,
    command: UpdateStream,
    caller: StreamCaller,
    precondition?: Precondition,
  ): Promise<StreamWritten>;
  specifyTag(
    namespace: string,
    command: SpecifyTag,
    caller: StreamCaller,
    precondition?: Precondition,
  ): Promise<StreamWritten>;
  removeTagSpec(
    namespace: string,
    command: RemoveTagSpec,
    caller: StreamCaller,
    precondition?: Precondition,
  ): Promise<StreamWritten>;
  /** The state has all tags: an import may be about any of them. */
  applyImport(
    namespace: string,
    command: ApplyImport,
    caller: StreamCaller,
    precondition?: Precondition,
  ): Promise<StreamOutcome>;
  deleteTag(
    namespace: string,
    command: DeleteTag,
    caller: StreamCaller,
    precondition?: Precondition,
  ): Promise<StreamWritten>;
  push(namespace: string, command: PushTag, caller: StreamCaller): Promise<StreamVersion>;
  replaceStatus(
    namespace: string,
    command: ReplaceStatus,
    caller: StreamCaller,
    precondition?: Precondition,
  ): Promise<StreamWritten>;
  /** The state has all tags where finalizers hold the stream. */
  delete(
    namespace: string,
    command: DeleteStream,
    caller: StreamCaller,
    precondition?: Precondition,
  ): Promise<StreamWritten>;
  refuseImportedTags(namespace: string, command: RefuseImportedTags, caller: StreamCaller): Promise<StreamVersion>;
  /**
   * Makes sure that a stream is there or that there is room for it, before anything is done that takes long. It may be
   * different by the time that the stream is written.
   *
   * @throws Refusal when a quota is used up.
   */
  assertRoom(namespace: string, name: string): Promise<void>;
  /** The whole stream, as it is now. */
  load(namespace: string, name: string): Promise<Loaded<ImageStream>>;
  /** Decides without appending, as a dry run does. The state has all tags. */
  preview(
    namespace: string,
    name: string,
    command: ImageStreamCommand,
    caller: StreamCaller,
    precondition?: Precondition,
  ): Promise<StreamOutcome>;
}

/** Nest token of the {@link ImageStreams}. */
export const IMAGE_STREAMS = Symbol('ImageStreams');
