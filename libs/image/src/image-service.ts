import { CommandHandler, type EventStore, type Handled, type Loaded, type Precondition } from '#lib/event-store';
import { streamName, type EventContext, type ImageEvent, type ImageState } from '#lib/events';
import type { DeleteImage, ImageCommand, RegisterImage, ReviseImage } from './commands.js';
import type { ImagePreview, Images, Registered } from './images.js';
import { imageDecider } from './decide.js';
import { imageNotFound, invalidImage } from './refusals.js';
import { validateImageName } from './rules/image-validation.js';

/** Images are written once and hardly ever again, so only those of the moment are worth keeping folded. */
const CACHED_IMAGES = 256;

/**
 * Writes images.
 *
 * All methods throw Refusal where the domain refuses, and StaleVersionError where a precondition does not hold.
 */
export class ImageService implements Images {
  private readonly handler: CommandHandler<ImageState | undefined, ImageCommand, ImageEvent>;

  constructor(store: EventStore) {
    this.handler = new CommandHandler(store, imageDecider, { cachedAggregates: CACHED_IMAGES });
  }

  async register(command: Omit<RegisterImage, 'type'>, context: EventContext): Promise<Registered> {
    const { events, version } = await this.handle({ type: 'RegisterImage', ...command }, context);
    return { existed: events.length === 0, version };
  }

  revise(
    command: Omit<ReviseImage, 'type'>,
    context: EventContext,
    precondition?: Precondition,
  ): Promise<Handled<ImageState | undefined, ImageEvent>> {
    return this.handle({ type: 'ReviseImage', ...command }, context, precondition);
  }

  /** Deletes the image. Its signatures are another aggregate: discard them before. */
  delete(
    command: Omit<DeleteImage, 'type'>,
    context: EventContext,
    precondition?: Precondition,
  ): Promise<Handled<ImageState | undefined, ImageEvent>> {
    return this.handle({ type: 'DeleteImage', ...command }, context, precondition);
  }

  /** Decides without appending, as a dry run does. */
  async preview(command: ImageCommand): Promise<ImagePreview> {
    assertName(command);
    const { state } = await this.load(command.name);
    const events = imageDecider.decide(command, state);
    return { events, state: events.reduce(imageDecider.evolve, state) };
  }

  load(name: string): Promise<Loaded<ImageState | undefined>> {
    return this.handler.load(streamName.image(name));
  }

  private async handle(
    command: ImageCommand,
    context: EventContext,
    precondition: Precondition = {},
  ): Promise<Handled<ImageState | undefined, ImageEvent>> {
    assertName(command);
    return this.handler.handle(streamName.image(command.name), command, context, precondition);
  }
}

/** Names that no image can have do not even get to the store, which could not look for them. */
function assertName({ type, name }: ImageCommand): void {
  const problems = validateImageName(name);
  if (problems.length === 0) return;
  throw type === 'RegisterImage' ? invalidImage(name, problems) : imageNotFound(name);
}
