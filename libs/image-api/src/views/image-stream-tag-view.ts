import type { TagItem } from '#lib/events';
import type { NamedTagEventList, StreamDocument, TagDocument } from '#lib/read-model';
import { EMPTY_METADATA, type ImageStreamTagObject } from '../schema/types.js';
import type { EmbeddedImage, ObjectMeta } from '../schema/types.js';
import { statusRepository } from './image-stream-view.js';
import { pullReference } from './pull-reference.js';
import type { RegistryHostnames } from './registry-hostnames.js';

/** A tag with the stream that it is part of. */
export interface TagOfStream extends Pick<StreamDocument, 'header' | 'version'> {
  readonly tag: string;
  readonly document: TagDocument;
}

/** The newest item of a tag that shows an image; none for a tag that only refers, or whose imports all failed. */
export function currentItem({ items }: TagDocument): TagItem | undefined {
  const [head] = items;
  return head === undefined || head.image === '' ? undefined : head;
}

/**
 * One tag as an ImageStreamTag.
 *
 * @param image - the image that the tag shows, where it is to be shown in full; a list shows its name only.
 */
export function imageStreamTag(
  { header, version, tag, document }: TagOfStream,
  image: EmbeddedImage | undefined,
  hostnames: RegistryHostnames,
): ImageStreamTagObject & { metadata: ObjectMeta & { name: string } } {
  const { spec, items, conditions } = document;
  const current = currentItem(document);
  const [head] = items;
  const annotations = spec?.annotations ?? {};
  const { labels } = header.metadata;
  const reference = head === undefined ? '' : pullReference(head, spec, statusRepository(header, hostnames));
  return {
    kind: 'ImageStreamTag',
    apiVersion: 'image.openshift.io/v1',
    metadata: {
      name: `${header.name}:${tag}`,
      namespace: header.namespace,
      uid: header.uid,
      resourceVersion: `${version}`,
      creationTimestamp: current === undefined ? header.creationTimestamp : current.created,
      ...(Object.keys(labels).length === 0 ? {} : { labels }),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
    tag: spec,
    generation: current?.generation ?? 0,
    lookupPolicy: header.lookupPolicy,
    ...(conditions.length === 0 ? {} : { conditions }),
    image: withReference(shownImage(image, head, annotations), reference),
  };
}

/** The image without manifest and configuration, with the annotations of the tag laid over its own. */
function shownImage(
  image: EmbeddedImage | undefined,
  head: TagItem | undefined,
  annotations: Readonly<Record<string, string>>,
): EmbeddedImage {
  if (image === undefined) {
    return { metadata: { name: head?.image ?? '', creationTimestamp: null }, ...EMPTY_METADATA };
  }
  const { dockerImageManifest: _manifest, dockerImageConfig: _config, metadata, ...rest } = image;
  const merged = { ...metadata.annotations, ...annotations };
  return { metadata: { ...metadata, ...(Object.keys(merged).length === 0 ? {} : { annotations: merged }) }, ...rest };
}

function withReference(image: EmbeddedImage, reference: string): EmbeddedImage {
  const { metadata, dockerImageReference: _own, ...rest } = image;
  return { metadata, ...(reference === '' ? {} : { dockerImageReference: reference }), ...rest };
}

export type { NamedTagEventList };
