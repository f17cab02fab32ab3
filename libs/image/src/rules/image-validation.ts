import type { FieldProblem } from '#lib/event-store';
import type { ImageContent, ImageManifestEntry } from '#lib/events';
import { InvalidReferenceError, parseReference } from '#lib/registry';

/**
 * The rules for an image's content. Signatures have their own.
 *
 * @param path - put before every field, such as `image.`.
 */
export function validateImage(content: ImageContent, path = ''): FieldProblem[] {
  const { dockerImageReference: reference = '', dockerImageManifests: entries = [], dockerImageLayers } = content;
  const problems = validateReference(reference, `${path}dockerImageReference`);
  problems.push(...entries.flatMap((entry, index) => validateEntry(entry, `${path}dockerImageManifests[${index}]`)));
  if (entries.length > 0 && dockerImageLayers !== undefined && dockerImageLayers.length > 0) {
    const detail = 'dockerImageLayers should not be set when dockerImageManifests is set';
    problems.push({ field: `${path}dockerImageLayers`, kind: 'invalid', value: dockerImageLayers, detail });
  }
  return problems;
}

/** Longest name of an image, in characters; that of a digest is 135 at most. The original has no limit. */
export const MAX_IMAGE_NAME_LENGTH = 256;

/** The rule that names are kept to on top of those for all objects. */
export function validateImageName(name: string): FieldProblem[] {
  if (name.length <= MAX_IMAGE_NAME_LENGTH) return [];
  const detail = `must be no more than ${MAX_IMAGE_NAME_LENGTH} characters`;
  return [{ field: 'metadata.name', kind: 'invalid', detail }];
}

function validateReference(reference: string, field: string): FieldProblem[] {
  if (reference === '') return [{ field, kind: 'required', detail: '' }];
  try {
    parseReference(reference);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidReferenceError)) throw error;
    return [{ field, kind: 'invalid', value: reference, detail: error.message }];
  }
}

const OCI_DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9A-Fa-f]{32,}$/;
/** A type without dots and plus signs, a subtype with them; RFC 6838 section 4.2. */
const MEDIA_TYPE = /^[A-Za-z0-9][A-Za-z0-9!#$&^_-]{0,126}\/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}$/;

function validateEntry(entry: ImageManifestEntry, path: string): FieldProblem[] {
  const { digest, mediaType, architecture, os, manifestSize } = entry;
  const problems: FieldProblem[] = [];
  const invalid = (field: string, value: unknown, detail: string): void => {
    problems.push({ field: `${path}.${field}`, kind: 'invalid', value, detail });
  };
  if (!OCI_DIGEST.test(digest)) invalid('digest', digest, 'digest does not conform with OCI image specification');
  if (!MEDIA_TYPE.test(mediaType.trim())) invalid('mediaType', mediaType, 'media type does not conform to RFC6838');
  if (architecture === '') problems.push({ field: `${path}.architecture`, kind: 'required', detail: '' });
  if (os === '') problems.push({ field: `${path}.os`, kind: 'required', detail: '' });
  // Clients know this field of the error as `size`, although the object calls it `manifestSize`.
  if (manifestSize < 0) invalid('size', manifestSize, 'manifest size cannot be negative');
  return problems;
}
