import { Controller, Inject, UseFilters } from '@nestjs/common';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import { PassOnErrors, type AnswerOf, type CallContext, type Envelope, type RequestOf } from '#lib/remoting';
import type { ImageStreamCommand } from '../commands.js';
import {
  IMAGE_STREAMS,
  type ImageStreams,
  type PullDecision,
  type PullingUser,
  type StreamCaller,
  type StreamVersion,
  type StreamWritten,
} from '../image-streams.js';
import { STREAM_CALLS, type StreamAnswer } from './stream-calls.js';
import { commandOfWire } from './wire-command.js';
import { wireStream, type Shown } from './wire-stream.js';

/** Decides which streams of other namespaces users may refer to. */
export interface PullAuthority {
  mayPullFrom(user: PullingUser, namespace: string, stream: string): Promise<PullDecision>;
}

/** Nest token of the {@link PullAuthority}. */
export const PULL_AUTHORITY = Symbol('PullAuthority');

type Calls = typeof STREAM_CALLS;
type Requested<Name extends keyof Calls> = RequestOf<Calls[Name]>;

/** Answers {@link STREAM_CALLS} with the streams of this process. What callers may refer to is decided here. */
@Controller()
@UseFilters(PassOnErrors)
export class ImageStreamController {
  constructor(
    @Inject(IMAGE_STREAMS) private readonly streams: ImageStreams,
    @Inject(PULL_AUTHORITY) private readonly authority: PullAuthority,
  ) {}

  @MessagePattern(STREAM_CALLS.create.pattern)
  async create(
    @Payload() { namespace, command }: Requested<'create'>,
    @Ctx() { envelope }: CallContext,
  ): Promise<StreamVersion> {
    return versionOf(await this.streams.create(namespace, commandOfWire(command), this.caller(envelope)));
  }

  @MessagePattern(STREAM_CALLS.update.pattern)
  async update(
    @Payload() { namespace, command, items, ...precondition }: Requested<'update'>,
    @Ctx() { envelope }: CallContext,
  ): Promise<StreamAnswer> {
    const caller = this.caller(envelope);
    const written = await this.streams.update(namespace, commandOfWire(command), caller, precondition);
    return answer(written, { tags: [], items });
  }

  @MessagePattern(STREAM_CALLS.specifyTag.pattern)
  async specifyTag(
    @Payload() { namespace, command, items, ...precondition }: Requested<'specifyTag'>,
    @Ctx() { envelope }: CallContext,
  ): Promise<StreamAnswer> {
    const caller = this.caller(envelope);
    const written = await this.streams.specifyTag(namespace, commandOfWire(command), caller, precondition);
    return answer(written, { tags: [command.tag], items });
  }

  @MessagePattern(STREAM_CALLS.removeTagSpec.pattern)
  async removeTagSpec(
    @Payload() { namespace, command, items, ...precondition }: Requested<'removeTagSpec'>,
    @Ctx() { envelope }: CallContext,
  ): Promise<StreamAnswer> {
    const caller = this.caller(envelope);
    const written = await this.streams.removeTagSpec(namespace, commandOfWire(command), caller, precondition);
    return answer(written, { tags: [command.tag], items });
  }

  @MessagePattern(STREAM_CALLS.applyImport.pattern)
  async applyImport(
    @Payload() { namespace, command, items, ...precondition }: Requested<'applyImport'>,
    @Ctx() { envelope }: CallContext,
  ): Promise<StreamAnswer> {
    const caller = this.caller(envelope);
    const written = await this.streams.applyImport(namespace, commandOfWire(command), caller, precondition);
    return answer(written, { tags: 'all', items });
  }

  @MessagePattern(STREAM_CALLS.deleteTag.pattern)
  async deleteTag(
    @Payload() { namespace, command, items, ...precondition }: Requested<'deleteTag'>,
    @Ctx() { envelope }: CallContext,
  ): Promise<StreamAnswer> {
    const caller = this.caller(envelope);
    const written = await this.streams.deleteTag(namespace, commandOfWire(command), caller, precondition);
    return answer(written, { tags: [command.tag], items });
  }

  @MessagePattern(STREAM_CALLS.push.pattern)
  async push(
    @Payload() { namespace, command }: Requested<'push'>,
    @Ctx() { envelope }: CallContext,
  ): Promise<StreamVersion> {
    return versionOf(await this.streams.push(namespace, commandOfWire(command), this.caller(envelope)));
  }

  @MessagePattern(STREAM_CALLS.replaceStatus.pattern)
  async replaceStatus(
    @Payload() { namespace, command, items, ...precondition }: Requested<'replaceStatus'>,
    @Ctx() { envelope }: CallContext,
  ): Promise<StreamAnswer> {
    const caller = this.caller(envelope);
    const written = await this.streams.replaceStatus(namespace, commandOfWire(command), caller, precondition);
    return answer(written, { tags: [], items });
  }

  @MessagePattern(STREAM_CALLS.delete.pattern)
  async delete(
    @Payload() { namespace, command, items, ...precondition }: Requested<'delete'>,
    @Ctx() { envelope }: CallContext,
  ): Promise<StreamAnswer> {
    const caller = this.caller(envelope);
    const written = await this.streams.delete(namespace, commandOfWire(command), caller, precondition);
    return answer(written, { tags: 'all', items });
  }

  @MessagePattern(STREAM_CALLS.refuseImportedTags.pattern)
  async refuseImportedTags(
    @Payload() { namespace, command }: Requested<'refuseImportedTags'>,
    @Ctx() { envelope }: CallContext,
  ): Promise<StreamVersion> {
    return versionOf(await this.streams.refuseImportedTags(namespace, commandOfWire(command), this.caller(envelope)));
  }

  @MessagePattern(STREAM_CALLS.assertRoom.pattern)
  async assertRoom(@Payload() { namespace, name }: Requested<'assertRoom'>): Promise<AnswerOf<Calls['assertRoom']>> {
    await this.streams.assertRoom(namespace, name);
    return null;
  }

  @MessagePattern(STREAM_CALLS.preview.pattern)
  async preview(
    @Payload() { namespace, name, command, items, ...precondition }: Requested<'preview'>,
    @Ctx() { envelope }: CallContext,
  ): Promise<StreamAnswer> {
    const caller = this.caller(envelope);
    const previewed = commandOfWire<ImageStreamCommand>(command);
    const outcome = await this.streams.preview(namespace, name, previewed, caller, precondition);
    return answer(outcome, { tags: 'all', items });
  }

  private caller({ context, user }: Envelope): StreamCaller {
    if (user === undefined) return context;
    const check = (namespace: string, stream: string): Promise<PullDecision> =>
      this.authority.mayPullFrom(user, namespace, stream);
    return { ...context, mayPullFrom: Object.assign(check, { asks: user }) };
  }
}

const versionOf = ({ version }: StreamVersion): StreamVersion => ({ version });

function answer(
  { state, version, events = [] }: StreamWritten & { readonly events?: { readonly length: number } },
  shown: Shown,
): StreamAnswer {
  return { version, stream: wireStream(state, shown), events: events.length };
}
