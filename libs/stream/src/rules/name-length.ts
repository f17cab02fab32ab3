import type { FieldProblem } from '#lib/event-store';
import { tagOf, type ImageStreamEvent, type TagItem } from '#lib/events';
import type { ImageStream } from '../image-stream.js';

/**
 * Longest name of a tag or an image that a stream takes, in characters. Registries allow 128 for a tag, and the longest
 * digest has 135; the original has no limit, but what cannot be a key of an index cannot be found again either.
 */
export const MAX_NAME_LENGTH = 256;

/** The names in a decision that are new to the stream and too long to be kept. */
export function validateNameLengths({ tags }: ImageStream, events: readonly ImageStreamEvent[]): FieldProblem[] {
  return events.flatMap((event) => {
    const tag = tagOf(event);
    if (tag === undefined) return [];
    if (tag.length > MAX_NAME_LENGTH) {
      if (tags.has(tag)) return [];
      return [
        tooLong(
          event.type === 'TagSpecified' ? `spec.tags[${shortened(tag)}].name` : `status.tags[${shortened(tag)}].tag`,
        ),
      ];
    }
    return itemsOf(event).flatMap(({ image }, index) =>
      image.length > MAX_NAME_LENGTH ? [tooLong(`status.tags[${tag}].items[${index}].image`)] : [],
    );
  });
}

function itemsOf(event: ImageStreamEvent): readonly TagItem[] {
  if (event.type === 'TagStatusReplaced') return event.data.items;
  return 'item' in event.data ? [event.data.item] : [];
}

const tooLong = (field: string): FieldProblem => ({
  field,
  kind: 'invalid',
  detail: `must be no more than ${MAX_NAME_LENGTH} characters`,
});

const shortened = (name: string): string => `${name.slice(0, 32)}…`;
