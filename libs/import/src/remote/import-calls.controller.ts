import { Controller, Inject, UseFilters } from '@nestjs/common';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import { PassOnErrors, type AnswerOf, type CallContext, type Envelope, type RequestOf } from '#lib/remoting';
import { delegating, wireStream, type StreamCaller } from '#lib/stream';
import type { ImageOutcome, ImportFindings } from '../import-outcome.js';
import { IMPORTS, type Imports } from '../imports.js';
import { NotifiedPushes } from '../notifications/notified-pushes.js';
import { IMPORT_CALLS } from './import-calls.js';

type Calls = typeof IMPORT_CALLS;

/** Answers {@link IMPORT_CALLS} with the imports of this process. */
@Controller()
@UseFilters(PassOnErrors)
export class ImportCallsController {
  constructor(
    @Inject(IMPORTS) private readonly imports: Imports,
    @Inject(NotifiedPushes) private readonly pushes: NotifiedPushes,
  ) {}

  @MessagePattern(IMPORT_CALLS.run.pattern)
  async run(
    @Payload() { request, mode, items, ...precondition }: RequestOf<Calls['run']>,
    @Ctx() { envelope, signal }: CallContext,
  ): Promise<AnswerOf<Calls['run']>> {
    const options = { mode, signal, precondition };
    const { findings, stream, changed } = await this.imports.run(request, callerOf(envelope), options);
    return {
      findings: told(findings),
      changed,
      ...(stream && { stream: { state: wireStream(stream.state, { tags: 'all', items }), version: stream.version } }),
    };
  }

  @MessagePattern(IMPORT_CALLS.push.pattern)
  push(
    @Payload() { push }: RequestOf<Calls['push']>,
    @Ctx() { envelope, signal }: CallContext,
  ): Promise<AnswerOf<Calls['push']>> {
    return this.pushes.carryOut(push, { caller: callerOf(envelope), signal });
  }
}

/** What the caller may refer to is decided where the stream is written. */
const callerOf = ({ context, user }: Envelope): StreamCaller =>
  user === undefined ? context : { ...context, mayPullFrom: delegating(user) };

/** Which places were asked for an image is for the log of this process. */
function told({ images, repository }: ImportFindings): ImportFindings {
  return {
    images: images.map(withoutAttempts),
    ...(repository && { repository: { ...repository, images: repository.images.map(withoutAttempts) } }),
  };
}

const withoutAttempts = (outcome: ImageOutcome): ImageOutcome =>
  outcome.result.kind === 'found' ? { ...outcome, result: { ...outcome.result, attempts: [] } } : outcome;
