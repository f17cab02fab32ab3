import type { RequestContext } from '#lib/kube-api';
import { isTag } from '#lib/registry';

/** Warnings travel in headers, which have to stay short. */
const NAMED = 3;

/**
 * Tells a writer of tags that no registry can have. They are taken all the same, as there are streams that have them,
 * but nobody can push or pull them.
 *
 * @param known - the tags that were there before: nobody needs to be told of those with every write.
 */
export function warnOfTagNames(
  { warn }: Pick<RequestContext, 'warn'>,
  tags: readonly string[],
  known: () => Iterable<string>,
): void {
  const unusual = tags.filter((tag) => !isTag(tag));
  if (unusual.length === 0) return;
  const before = new Set(known());
  const added = unusual.filter((tag) => !before.has(tag));
  for (const tag of added.slice(0, NAMED)) {
    warn(`spec.tags[${tag}].name: no registry takes this as the name of a tag, so it can be neither pushed nor pulled`);
  }
  if (added.length > NAMED) warn(`${added.length - NAMED} more names of tags can be neither pushed nor pulled`);
}
