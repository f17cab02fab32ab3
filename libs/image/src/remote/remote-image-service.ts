import type { Loaded, Precondition } from '#lib/event-store';
import type { EventContext, ImageState } from '#lib/events';
import { timed, type ServiceClient } from '#lib/remoting';
import type { DeleteImage, ImageCommand, RegisterImage, ReviseImage } from '../commands.js';
import type { ImagePreview, Images, ImageWritten, Registered } from '../images.js';
import { IMAGE_CALLS } from './image-calls.js';

/** Images that a service writes. What only reads the log reads it here. */
export class RemoteImageService implements Images {
  constructor(
    private readonly client: ServiceClient,
    private readonly log: Pick<Images, 'load' | 'preview'>,
  ) {}

  register(command: Omit<RegisterImage, 'type'>, context: EventContext): Promise<Registered> {
    // An image that may be there already may as well be there because of the call whose answer was lost.
    const idempotent = command.existing === 'keep';
    return this.client.call(IMAGE_CALLS.register, { command: timed(command) }, { context }, { idempotent });
  }

  revise(
    command: Omit<ReviseImage, 'type'>,
    context: EventContext,
    precondition: Precondition = {},
  ): Promise<Pick<ImageWritten, 'version'>> {
    return this.client.call(IMAGE_CALLS.revise, { command: timed(command), ...precondition }, { context });
  }

  async delete(
    command: Omit<DeleteImage, 'type'>,
    context: EventContext,
    precondition: Precondition = {},
  ): Promise<ImageWritten> {
    const request = { command: timed(command), ...precondition };
    const { version, state } = await this.client.call(IMAGE_CALLS.delete, request, { context });
    return { version, state };
  }

  preview(command: ImageCommand): Promise<ImagePreview> {
    return this.log.preview(command);
  }

  load(name: string): Promise<Loaded<ImageState | undefined>> {
    return this.log.load(name);
  }
}
