import { Controller, Inject, UseFilters } from '@nestjs/common';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import { PassOnErrors, untimed, type AnswerOf, type CallContext, type RequestOf } from '#lib/remoting';
import type { AddSignature } from '../commands.js';
import { SIGNATURES, type Signatures, type SignaturesWritten } from '../signatures.js';
import { SIGNATURE_CALLS } from './signature-calls.js';

type Calls = typeof SIGNATURE_CALLS;

/** Answers {@link SIGNATURE_CALLS} with the signatures of this process. */
@Controller()
@UseFilters(PassOnErrors)
export class SignatureController {
  constructor(@Inject(SIGNATURES) private readonly signatures: Signatures) {}

  @MessagePattern(SIGNATURE_CALLS.add.pattern)
  async add(
    @Payload() { command, ...precondition }: RequestOf<Calls['add']>,
    @Ctx() { envelope }: CallContext,
  ): Promise<AnswerOf<Calls['add']>> {
    const addition = untimed<Omit<AddSignature, 'type' | 'claims'>>(command);
    const { version, state } = await this.signatures.add(addition, envelope.context, precondition);
    return { version, state };
  }

  @MessagePattern(SIGNATURE_CALLS.remove.pattern)
  async remove(
    @Payload() { command, ...precondition }: RequestOf<Calls['remove']>,
    @Ctx() { envelope }: CallContext,
  ): Promise<SignaturesWritten> {
    return versionOf(await this.signatures.remove(command, envelope.context, precondition));
  }

  @MessagePattern(SIGNATURE_CALLS.recordVerification.pattern)
  async recordVerification(
    @Payload() { command, ...precondition }: RequestOf<Calls['recordVerification']>,
    @Ctx() { envelope }: CallContext,
  ): Promise<SignaturesWritten> {
    return versionOf(await this.signatures.recordVerification(command, envelope.context, precondition));
  }

  @MessagePattern(SIGNATURE_CALLS.replace.pattern)
  async replace(
    @Payload() { command, ...precondition }: RequestOf<Calls['replace']>,
    @Ctx() { envelope }: CallContext,
  ): Promise<SignaturesWritten> {
    return versionOf(await this.signatures.replace(command, envelope.context, precondition));
  }

  @MessagePattern(SIGNATURE_CALLS.discard.pattern)
  async discard(
    @Payload() { command, ...precondition }: RequestOf<Calls['discard']>,
    @Ctx() { envelope }: CallContext,
  ): Promise<SignaturesWritten> {
    return versionOf(await this.signatures.discard(command, envelope.context, precondition));
  }
}

const versionOf = ({ version }: SignaturesWritten): SignaturesWritten => ({ version });
