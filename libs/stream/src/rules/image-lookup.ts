import type { TagItem } from '#lib/events';
import { matchesDigestPrefix } from '#lib/registry';
import { tagStateOf, type ImageStream } from '../image-stream.js';
import type { SourceAnswer, TagSource } from './tag-sources.js';

/** Finds what a source names in the stream that it names. */
export function lookUpSource(stream: ImageStream, source: TagSource, now: Date): SourceAnswer {
  if (stream.header === undefined) return { kind: 'stream-not-found' };
  if (source.kind === 'ImageStreamImage') return lookUpImage(stream, source.id, now);
  const { head } = tagStateOf(stream, source.id || 'latest').history;
  return head === undefined ? { kind: 'empty' } : { kind: 'found', item: head };
}

/** Finds an image by its name or the start of its digest in the histories of all tags. */
export function lookUpImage(stream: ImageStream, id: string, now: Date): SourceAnswer {
  const found = new Map<string, TagItem>();
  for (const { history } of stream.tags.values()) {
    for (const item of history) {
      if (item.image !== '' && !found.has(item.image) && matchesDigestPrefix(item.image, id))
        found.set(item.image, item);
    }
  }
  const [item] = found.values();
  if (item === undefined) return { kind: 'image-not-found' };
  if (found.size > 1) return { kind: 'ambiguous', images: [...found.keys()].sort() };
  return { kind: 'found', item: { ...item, created: timestamp(now) } };
}

/** RFC 3339 UTC with seconds, as the API writes times. */
export const timestamp = (time: Date): string => `${time.toISOString().slice(0, 19)}Z`;
