import type { Loaded, Precondition } from '#lib/event-store';
import type { EventContext, ImageEvent, ImageState, Position } from '#lib/events';
import type { DeleteImage, ImageCommand, RegisterImage, ReviseImage } from './commands.js';

export interface Registered {
  /** The image was known already, and is as it was. */
  readonly existed: boolean;
  readonly version: Position;
}

/** What a command would lead to; nothing of it is stored. */
export interface ImagePreview {
  readonly events: readonly ImageEvent[];
  readonly state: ImageState | undefined;
}

/** An image after somebody wrote it; no `state` once it is deleted. */
export interface ImageWritten {
  readonly version: Position;
  readonly state: ImageState | undefined;
}

/**
 * The images, wherever they are kept: in this process, or by a service that it calls.
 *
 * All methods throw Refusal where the domain refuses, and StaleVersionError where a precondition does not hold.
 */
export interface Images {
  register(command: Omit<RegisterImage, 'type'>, context: EventContext): Promise<Registered>;
  revise(
    command: Omit<ReviseImage, 'type'>,
    context: EventContext,
    precondition?: Precondition,
  ): Promise<Pick<ImageWritten, 'version'>>;
  /** Deletes the image. Its signatures are another aggregate: discard them before. */
  delete(command: Omit<DeleteImage, 'type'>, context: EventContext, precondition?: Precondition): Promise<ImageWritten>;
  /** Decides without appending, as a dry run does. */
  preview(command: ImageCommand): Promise<ImagePreview>;
  load(name: string): Promise<Loaded<ImageState | undefined>>;
}

/** Nest token of the {@link Images}. */
export const IMAGES = Symbol('Images');
