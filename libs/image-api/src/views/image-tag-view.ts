import { statusOf } from '#lib/read-model';
import type { EmbeddedImage, ImageTagObject, ObjectMeta } from '../schema/types.js';
import { currentItem, type TagOfStream } from './image-stream-tag-view.js';
import { statusRepository } from './image-stream-view.js';
import { pullReference } from './pull-reference.js';
import type { RegistryHostnames } from './registry-hostnames.js';
import { streamMetadata } from './stream-source.js';

/**
 * One tag as an ImageTag: wish, history and image side by side. Its metadata are those of the stream.
 *
 * @param image - `null` where it is not known or, in a list, not shown.
 */
export function imageTag(
  { header, version, tag, document }: TagOfStream,
  image: EmbeddedImage | null,
  hostnames: RegistryHostnames,
): ImageTagObject & { metadata: ObjectMeta & { name: string } } {
  const { spec, items, conditions } = document;
  const current = currentItem(document);
  return {
    kind: 'ImageTag',
    apiVersion: 'image.openshift.io/v1',
    metadata: { ...streamMetadata({ header, version }), name: `${header.name}:${tag}` },
    spec,
    status: statusOf(tag, items, conditions),
    image:
      image === null || current === undefined
        ? null
        : shown(image, pullReference(current, spec, statusRepository(header, hostnames))),
  };
}

function shown(image: EmbeddedImage, reference: string): EmbeddedImage {
  const { metadata, dockerImageManifest: _manifest, dockerImageConfig: _config, ...rest } = image;
  return { metadata, ...rest, dockerImageReference: reference };
}
