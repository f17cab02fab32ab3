import { array, as, int64 } from '#lib/kube-api';
import type { ObjectSchema } from '#lib/kube-api';
import { imageSchema } from './image.js';
import { imageLookupPolicy, tagEventCondition } from './image-stream.js';
import { kind } from './kind.js';
import { tagReference } from './tag-reference.js';

/** One tag of a stream with the image that it points to. */
export const imageStreamTagSchema: ObjectSchema = kind(
  'ImageStreamTag',
  'One tag of an image stream together with the image that it points to now. It is a view: writing to it changes the ' +
    'entry of the tag in the spec of its stream, and deleting it removes the tag with its history.',
  {
    tag: as(tagReference, 'Entry of the tag in the spec of the stream. Null for a tag that is only pushed to.'),
    generation: int64('Generation of the item that the tag shows now. Read only.'),
    lookupPolicy: as(imageLookupPolicy, 'Lookup policy of the stream. Read only; change it on the stream.'),
    conditions: array('What is wrong with the tag now. Read only.', tagEventCondition),
    image: as(
      imageSchema,
      'Image that the tag points to, without manifest and configuration. Its dockerImageReference is what a user of the ' +
        'tag should pull. Read only.',
    ),
  },
  'Standard metadata. The name is "<stream>:<tag>". Annotations are those of the tag; labels, uid and resource version ' +
    'are those of the stream.',
);
