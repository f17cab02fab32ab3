import type { StreamHeader } from '#lib/events';
import type { EmbeddedImage, ImageStreamImageObject, ObjectMeta } from '../schema/types.js';

/**
 * An image as part of a stream.
 *
 * @param id - the image's digest as the request gave it, perhaps only its start; the name repeats it.
 */
export function imageStreamImage(
  { name, namespace, metadata }: StreamHeader,
  id: string,
  image: EmbeddedImage,
): ImageStreamImageObject & { metadata: ObjectMeta & { name: string } } {
  const { dockerImageManifest: _manifest, dockerImageConfig: _config, ...shown } = image;
  const { annotations } = metadata;
  return {
    kind: 'ImageStreamImage',
    apiVersion: 'image.openshift.io/v1',
    metadata: {
      name: `${name}@${id}`,
      namespace,
      creationTimestamp: image.metadata.creationTimestamp ?? null,
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
    image: shown,
  };
}
