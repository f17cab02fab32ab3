import { isDeepStrictEqual } from 'node:util';
import type { TagReference } from '#lib/events';
import { asRepository, exact, isTag } from '#lib/registry';
import { tagStateOf, type ImageStream, type ImportedTag } from '#lib/stream';
import { tryParse } from './importer/fetch-plan.js';
import type { ImageOutcome, ImportFindings } from './import-outcome.js';
import type { ImportRequest } from './import-request.js';

/**
 * What an import means for the tags of its stream: first the repository's, then those that were named one by one, so that
 * the latter win. Images without a tag to write are only looked up.
 */
export function appliedTags(request: ImportRequest, findings: ImportFindings): readonly ImportedTag[] {
  return [...repositoryTags(request, findings), ...namedTags(request, findings)];
}

/**
 * The tags of a background import that are still wanted as they were when it began. Nobody asked for it by name, so it
 * must not undo what somebody has asked for meanwhile.
 */
export function stillWanted(
  tags: readonly ImportedTag[],
  { repository }: ImportRequest,
  before: ImageStream,
  now: ImageStream,
): readonly ImportedTag[] {
  const sameRepository = repository === undefined || now.header?.dockerImageRepository === repository.from;
  return tags.filter(({ tag, specifyOnFailure }) =>
    specifyOnFailure ? sameWish(tagStateOf(before, tag).spec, tagStateOf(now, tag).spec) : sameRepository,
  );
}

function repositoryTags({ repository }: ImportRequest, findings: ImportFindings): ImportedTag[] {
  const reference = repository === undefined ? '' : tryParse(repository.from);
  if (repository === undefined || typeof reference === 'string') return [];
  const { importPolicy, referencePolicy } = repository;
  return (findings.repository?.images ?? []).flatMap((outcome) => {
    // A registry may list anything; what cannot be a tag must not become one.
    const { tag = '' } = outcome;
    if (!isTag(tag)) return [];
    const from = exact({ ...asRepository(reference), tag });
    return [{ tag, from, importPolicy, referencePolicy, specifyOnFailure: false, result: resultOf(outcome) }];
  });
}

function namedTags({ images }: ImportRequest, findings: ImportFindings): ImportedTag[] {
  return images.flatMap(({ to, from, importPolicy, referencePolicy }, index) => {
    const outcome = findings.images[index];
    if (to === undefined || outcome === undefined) return [];
    return [{ tag: to, from, importPolicy, referencePolicy, specifyOnFailure: true, result: resultOf(outcome) }];
  });
}

function resultOf({ result }: ImageOutcome): ImportedTag['result'] {
  if (result.kind === 'failed') {
    const { reason, message } = result.failure;
    return { kind: 'failure', reason, message };
  }
  const { name, content } = result.image;
  return { kind: 'success', image: name, dockerImageReference: content.dockerImageReference ?? '' };
}

const sameWish = (before: TagReference | null, now: TagReference | null): boolean =>
  before !== null &&
  now !== null &&
  before.generation === now.generation &&
  before.reference === now.reference &&
  isDeepStrictEqual([before.from, before.importPolicy], [now.from, now.importPolicy]);
