import { as, string } from '#lib/kube-api';
import type { ObjectSchema } from '#lib/kube-api';
import { imageSchema } from './image.js';
import { kind } from './kind.js';

/** How a registry says that an image was pushed. */
export const imageStreamMappingSchema: ObjectSchema = kind(
  'ImageStreamMapping',
  'Points a tag to an image in one step, creating the image when it is new. Registries create one after each push; it is ' +
    'carried out and not kept.',
  {
    image: as(imageSchema, 'Image that was pushed. One that exists already is left as it is.', { required: true }),
    tag: string('Tag that is to point to the image. It need not exist before.', { required: true }),
  },
  'Standard metadata. Namespace and name are those of the stream, which must exist.',
);
