import { as } from '#lib/kube-api';
import type { ObjectSchema } from '#lib/kube-api';
import { imageSchema } from './image.js';
import { kind } from './kind.js';

/** One image as a member of a stream. */
export const imageStreamImageSchema: ObjectSchema = kind(
  'ImageStreamImage',
  'An image that a stream holds or held under any of its tags. Get it by "<stream>@<image>", where the beginning of the ' +
    'digest is enough as long as it fits one image only.',
  { image: as(imageSchema, 'The image, without manifest and configuration.') },
  'Standard metadata. The name is "<stream>@<image name>".',
);
