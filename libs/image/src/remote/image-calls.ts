import { call, type Timed } from '#lib/remoting';
import type { DeleteImage, RegisterImage, ReviseImage } from '../commands.js';
import type { ImageWritten, Registered } from '../images.js';

/** What the image service can be asked to do. */
export const IMAGE_CALLS = {
  register: call<{ readonly command: Timed<Omit<RegisterImage, 'type'>> }, Registered>('image.register'),
  revise: call<Conditional<Timed<Omit<ReviseImage, 'type'>>>, Pick<ImageWritten, 'version'>>('image.revise'),
  delete: call<Conditional<Timed<Omit<DeleteImage, 'type'>>>, Written>('image.delete'),
} as const;

interface Conditional<Command> {
  readonly command: Command;
  /** Version that the image must have. */
  readonly version?: number;
}

/** The image is there where its finalizers hold it. */
interface Written {
  readonly version: number;
  readonly state?: NonNullable<ImageWritten['state']>;
}
