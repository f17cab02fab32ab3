import type { TagItem, TagReference } from '#lib/events';
import { InvalidReferenceError, parseReference } from '#lib/registry';

/**
 * What a user of a tag should pull. A tag with reference policy `Local` is pulled through the repository of its stream,
 * where there is one; any other from where its image came.
 *
 * @param repository - `status.dockerImageRepository` of the stream.
 */
export function pullReference(item: TagItem, spec: TagReference | null, repository: string): string {
  const throughStream = spec?.referencePolicy.type === 'Local' && repository !== '' && item.image !== '';
  return throughStream && isReference(repository) ? `${repository}@${item.image}` : item.dockerImageReference;
}

function isReference(text: string): boolean {
  try {
    parseReference(text);
    return true;
  } catch (error) {
    if (error instanceof InvalidReferenceError) return false;
    throw error;
  }
}
