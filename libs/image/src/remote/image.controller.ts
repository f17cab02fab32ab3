import { Controller, Inject, UseFilters } from '@nestjs/common';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import { PassOnErrors, untimed, type AnswerOf, type CallContext, type RequestOf } from '#lib/remoting';
import type { DeleteImage, RegisterImage, ReviseImage } from '../commands.js';
import { IMAGES, type Images } from '../images.js';
import { IMAGE_CALLS } from './image-calls.js';

type Calls = typeof IMAGE_CALLS;

/** Answers {@link IMAGE_CALLS} with the images of this process. */
@Controller()
@UseFilters(PassOnErrors)
export class ImageController {
  constructor(@Inject(IMAGES) private readonly images: Images) {}

  @MessagePattern(IMAGE_CALLS.register.pattern)
  register(
    @Payload() { command }: RequestOf<Calls['register']>,
    @Ctx() { envelope }: CallContext,
  ): Promise<AnswerOf<Calls['register']>> {
    return this.images.register(untimed<Omit<RegisterImage, 'type'>>(command), envelope.context);
  }

  @MessagePattern(IMAGE_CALLS.revise.pattern)
  async revise(
    @Payload() { command, ...precondition }: RequestOf<Calls['revise']>,
    @Ctx() { envelope }: CallContext,
  ): Promise<AnswerOf<Calls['revise']>> {
    const revision = untimed<Omit<ReviseImage, 'type'>>(command);
    const { version } = await this.images.revise(revision, envelope.context, precondition);
    return { version };
  }

  @MessagePattern(IMAGE_CALLS.delete.pattern)
  async delete(
    @Payload() { command, ...precondition }: RequestOf<Calls['delete']>,
    @Ctx() { envelope }: CallContext,
  ): Promise<AnswerOf<Calls['delete']>> {
    const deletion = untimed<Omit<DeleteImage, 'type'>>(command);
    const { version, state } = await this.images.delete(deletion, envelope.context, precondition);
    return { version, ...(state && { state }) };
  }
}
