import { as, boolean, int64, map, objectReference, string } from '#lib/kube-api';
import type { ObjectSchema } from '#lib/kube-api';
import { part } from './kind.js';

export const tagImportPolicy: ObjectSchema = part('TagImportPolicy', 'How images are fetched for a tag.', {
  insecure: boolean(
    'Accept certificates that cannot be verified, and plain HTTP, from the registry that this tag imports from. ' +
      'Leave it off wherever the registry can be given a proper certificate.',
    { default: false },
  ),
  scheduled: boolean(
    'Import the tag again from time to time, so that it follows its source. Only for tags whose source is a container ' +
      'image in a registry. The interval is set for the whole server.',
    { default: false },
  ),
  importMode: string(
    'What to do with a source that has images for several platforms: "Legacy" picks the one that fits and imports it ' +
      'as a plain image; "PreserveOriginal" keeps the list together with the images of all platforms. Defaults to the ' +
      'mode that the server is configured with, which is "Legacy" unless its administrator chose otherwise.',
  ),
});

export const tagReferencePolicy: ObjectSchema = part(
  'TagReferencePolicy',
  'Which pull specification users of a tag are given.',
  {
    type: string(
      '"Source" gives out the location that the image was imported from. "Local" gives out the internal registry, ' +
        'which then fetches and caches the image for its users, so that they need neither access nor credentials for the ' +
        'source. Without an internal registry "Local" acts as "Source".',
      { default: 'Source' },
    ),
  },
);

/** What somebody wants a tag to be. */
export const tagReference: ObjectSchema = part(
  'TagReference',
  'What a tag of an image stream is meant to be: where its images come from and how they are treated. A tag that ' +
    'images are only pushed to needs none.',
  {
    name: string('Name of the tag. May be left out where the object is one tag, which has its name already.'),
    annotations: map(
      'Annotations of the tag, shown as the annotations of the image stream tag. ' +
        'importer.image.openshift.io/prefer-arch and importer.image.openshift.io/prefer-os choose the platform of ' +
        'imports in "Legacy" mode.',
      string('Value of the annotation.'),
    ),
    from: as(
      objectReference,
      'Source of the tag. Kind "DockerImage" is a pull specification in a registry, which is imported; ' +
        '"ImageStreamTag" follows another tag, whose name is "<stream>:<tag>", or just "<tag>" within the same stream; ' +
        '"ImageStreamImage" is one image, "<stream>@<image>". Namespace matters for the last two only and defaults to the ' +
        "stream's own. Leave it out for a tag that is only pushed to.",
    ),
    reference: boolean(
      'Make the tag a bare pointer: nothing is imported and the pull specification is handed out as it is written. Use ' +
        'it for sources that the server itself cannot or should not reach.',
      { default: false },
    ),
    generation: int64(
      'Generation of the stream at which this entry last changed. Set by the server. An import has been done once the ' +
        'newest item of the tag in the status has a generation at least as high. Set it to 0, or leave it out, to have ' +
        'the tag imported again.',
    ),
    importPolicy: as(tagImportPolicy, 'How images are fetched for the tag.'),
    referencePolicy: as(tagReferencePolicy, 'Which pull specification users of the tag are given.'),
  },
);
