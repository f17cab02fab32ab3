import { as } from '#lib/kube-api';
import type { ObjectSchema } from '#lib/kube-api';
import { imageSchema } from './image.js';
import { namedTagEventList } from './image-stream.js';
import { kind } from './kind.js';
import { tagReference } from './tag-reference.js';

/** One tag of a stream with spec and status side by side. */
export const imageTagSchema: ObjectSchema = kind(
  'ImageTag',
  'One tag of an image stream: what it is meant to be, what it is and was, and the image that it points to now. Unlike ' +
    'an ImageStreamTag it exists also while its image is still missing. Writing to it changes the spec entry; deleting it ' +
    'removes the tag with its history.',
  {
    spec: as(tagReference, 'Entry of the tag in the spec of the stream. Null for a tag that is only pushed to.'),
    status: as(namedTagEventList, 'History of the tag. Null for a tag that has none yet. Read only.'),
    image: as(
      imageSchema,
      'Image that the tag points to now, without manifest and configuration; null when it is not there. Read only.',
    ),
  },
  'Standard metadata. The name is "<stream>:<tag>"; uid and resource version are those of the stream.',
);
