import type { Loaded, Precondition } from '#lib/event-store';
import type { AnyCall, Envelope, RequestOf, ServiceClient } from '#lib/remoting';
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
} from '../commands.js';
import type { ImageStream } from '../image-stream.js';
import type { ImageStreams, StreamCaller, StreamOutcome, StreamVersion, StreamWritten } from '../image-streams.js';
import { STREAM_CALLS, type StreamAnswer } from './stream-calls.js';
import { envelopeOf } from './stream-caller.js';
import { wireCommand } from './wire-command.js';
import { streamOfWire } from './wire-stream.js';

/** Streams that a service writes. What only reads the log reads it here: a stream may be large. */
export class RemoteImageStreamService implements ImageStreams {
  /** @param items how many items of a tag's history are looked at after a write. */
  constructor(
    private readonly client: ServiceClient,
    private readonly log: Pick<ImageStreams, 'load'>,
    private readonly items: number,
  ) {}

  create(namespace: string, command: CreateStream, caller: StreamCaller): Promise<StreamVersion> {
    return this.client.call(STREAM_CALLS.create, { namespace, command: wireCommand(command) }, envelopeOf(caller));
  }

  update(
    namespace: string,
    command: UpdateStream,
    caller: StreamCaller,
    precondition?: Precondition,
  ): Promise<StreamWritten> {
    return this.shown(STREAM_CALLS.update, this.request(namespace, command, precondition), caller);
  }

  specifyTag(
    namespace: string,
    command: SpecifyTag,
    caller: StreamCaller,
    precondition?: Precondition,
  ): Promise<StreamWritten> {
    return this.shown(STREAM_CALLS.specifyTag, this.request(namespace, command, precondition), caller);
  }

  removeTagSpec(
    namespace: string,
    command: RemoveTagSpec,
    caller: StreamCaller,
    precondition?: Precondition,
  ): Promise<StreamWritten> {
    return this.shown(STREAM_CALLS.removeTagSpec, this.request(namespace, command, precondition), caller);
  }

  applyImport(
    namespace: string,
    command: ApplyImport,
    caller: StreamCaller,
    precondition?: Precondition,
  ): Promise<StreamOutcome> {
    return this.shown(STREAM_CALLS.applyImport, this.request(namespace, command, precondition), caller);
  }

  deleteTag(
    namespace: string,
    command: DeleteTag,
    caller: StreamCaller,
    precondition?: Precondition,
  ): Promise<StreamWritten> {
    return this.shown(STREAM_CALLS.deleteTag, this.request(namespace, command, precondition), caller);
  }

  push(namespace: string, command: PushTag, caller: StreamCaller): Promise<StreamVersion> {
    return this.client.call(STREAM_CALLS.push, { namespace, command: wireCommand(command) }, envelopeOf(caller));
  }

  replaceStatus(
    namespace: string,
    command: ReplaceStatus,
    caller: StreamCaller,
    precondition?: Precondition,
  ): Promise<StreamWritten> {
    return this.shown(STREAM_CALLS.replaceStatus, this.request(namespace, command, precondition), caller);
  }

  delete(
    namespace: string,
    command: DeleteStream,
    caller: StreamCaller,
    precondition?: Precondition,
  ): Promise<StreamWritten> {
    return this.shown(STREAM_CALLS.delete, this.request(namespace, command, precondition), caller);
  }

  refuseImportedTags(namespace: string, command: RefuseImportedTags, caller: StreamCaller): Promise<StreamVersion> {
    const request = { namespace, command: wireCommand(command) };
    return this.client.call(STREAM_CALLS.refuseImportedTags, request, envelopeOf(caller));
  }

  async assertRoom(namespace: string, name: string): Promise<void> {
    await this.client.call(STREAM_CALLS.assertRoom, { namespace, name }, NOBODY);
  }

  load(namespace: string, name: string): Promise<Loaded<ImageStream>> {
    return this.log.load(namespace, name);
  }

  preview(
    namespace: string,
    name: string,
    command: ImageStreamCommand,
    caller: StreamCaller,
    precondition?: Precondition,
  ): Promise<StreamOutcome> {
    return this.shown(STREAM_CALLS.preview, { ...this.request(namespace, command, precondition), name }, caller);
  }

  private request<Command extends ImageStreamCommand>(
    namespace: string,
    command: Command,
    precondition: Precondition = {},
  ) {
    return { namespace, command: wireCommand(command), items: this.items, ...precondition };
  }

  private async shown<C extends AnyCall>(what: C, request: RequestOf<C>, caller: StreamCaller): Promise<StreamOutcome> {
    const { stream, version, events } = (await this.client.call(what, request, envelopeOf(caller))) as StreamAnswer;
    return { state: streamOfWire(stream), version, events: { length: events } };
  }
}

/** Nothing is written in anybody's name. */
const NOBODY: Envelope = { context: { actor: { user: 'system:tagline', groups: [] } } };
