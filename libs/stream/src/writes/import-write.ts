import type { TagCondition, TagItem, TagReference, TagState } from '#lib/events';
import type { ApplyImport, ImportedTag, RefuseImportedTags } from '../commands.js';
import type { Draft } from '../draft.js';
import { timestamp } from '../rules/image-lookup.js';
import { followMovedTags } from '../rules/tracking.js';
import { REPOSITORY_CHECK_ANNOTATION } from '#lib/events';
import type { StreamPolicy } from '../stream-policy.js';
import { createStream, writeSpec } from './spec-write.js';

/**
 * Writes what an import found: a success becomes the tag's newest item and its spec tag names the source; a failure
 * becomes a condition and leaves the history, and so the image that the tag shows, alone. An import that finds nothing
 * new changes nothing.
 */
export function applyImport(draft: Draft, command: ApplyImport, policy: StreamPolicy): void {
  const { now, importUid, tags, sources } = command;
  const isNew = draft.current.header === undefined;
  if (isNew) createStream(draft, command.creation, now);
  const generation = isNew ? 1 : draft.header.generation + 1;

  const outcomes = tags.map((imported) => ({ imported, news: isNews(draft.tag(imported.tag), imported) }));
  writeSpec(draft, { tags: specTags(draft, outcomes) }, { now, sources, policy }, { isNew });
  for (const { imported, news } of outcomes) {
    const { tag, result } = imported;
    if (result.kind === 'failure') {
      if (news) {
        const condition = failed(result, generation, now);
        draft.emit({ type: 'TagImportFailed', data: { tag, condition, importUid } });
      }
      continue;
    }
    const { image, dockerImageReference } = result;
    const item: TagItem = { created: timestamp(now), dockerImageReference, image, generation };
    recordSuccess(draft, tag, item, importUid);
  }
  followMovedTags(draft);
  const unchecked = draft.header.metadata.annotations[REPOSITORY_CHECK_ANNOTATION] === undefined;
  if (draft.events.length > 0 || unchecked) {
    draft.emit({ type: 'RepositoryChecked', data: { time: timestamp(now) } });
  }
}

/**
 * Says of tags that show nothing yet that an import found something for them, and why they could not take it: their wish
 * is answered, and nobody imports them again and again.
 */
export function refuseImportedTags(draft: Draft, command: RefuseImportedTags): void {
  const { tags, reason, message, importUid, now } = command;
  const generation = draft.header.generation + 1;
  const condition = failed({ reason, message }, generation, now);
  for (const tag of tags) {
    const { history, conditions } = draft.tag(tag);
    if (history.length === 0 && conditions.length === 0) {
      draft.emit({ type: 'TagImportFailed', data: { tag, condition, importUid } });
    }
  }
}

function recordSuccess(draft: Draft, tag: string, item: TagItem, importUid: string): void {
  const { history, conditions, spec } = draft.tag(tag);
  const { head } = history;
  const showsIt =
    head !== undefined && head.image === item.image && head.dockerImageReference === item.dockerImageReference;
  // A wish newer than the head has now been met, also where it led to what was there already.
  const isCurrent = showsIt && (spec?.generation ?? 0) <= head.generation;
  if (!isCurrent) {
    draft.move(tag, item, (step) => ({ type: 'TagImported', data: { ...step, importUid } }));
  } else if (conditions.length > 0) {
    draft.emit({
      type: 'TagImported',
      data: { tag, item: head, move: 'unchanged', previousImage: head.image, importUid },
    });
  }
}

/** Whether an outcome says anything about a tag that is not known already. */
function isNews({ spec, history, conditions }: TagState, { result }: ImportedTag): boolean {
  if (result.kind === 'failure') return !conditions.some((known) => tellsOf(known, result));
  const { head } = history;
  return (
    spec === null ||
    spec.generation === null ||
    head === undefined ||
    head.image !== result.image ||
    head.dockerImageReference !== result.dockerImageReference ||
    spec.generation > head.generation
  );
}

const tellsOf = (condition: TagCondition, { reason, message }: { reason: string; message: string }): boolean =>
  condition.type === 'ImportSuccess' &&
  condition.status === 'False' &&
  condition.reason === reason &&
  condition.message === message;

function failed({ reason, message }: { reason: string; message: string }, generation: number, now: Date): TagCondition {
  const lastTransitionTime = timestamp(now);
  return { type: 'ImportSuccess', status: 'False', reason, message, generation, lastTransitionTime };
}

/** The spec tags as the import leaves them; generation 0 asks for the stream's next one. */
function specTags(
  draft: Draft,
  outcomes: readonly { readonly imported: ImportedTag; readonly news: boolean }[],
): Map<string, TagReference> {
  const tags = new Map<string, TagReference>();
  for (const { imported, news } of outcomes) {
    const known = tags.get(imported.tag) ?? draft.tag(imported.tag).spec;
    const written = specTag(imported, known, news);
    if (written !== null) tags.set(imported.tag, written);
  }
  return tags;
}

function specTag(imported: ImportedTag, known: TagReference | null, news: boolean): TagReference | null {
  const { tag, from, importPolicy, referencePolicy, result, specifyOnFailure } = imported;
  if (result.kind === 'failure') {
    if (known !== null) return news ? { ...known, generation: 0 } : known;
    if (!specifyOnFailure) return null;
  }
  const source = { kind: 'DockerImage', name: from };
  if (known === null) {
    return { name: tag, annotations: null, from: source, generation: 0, importPolicy, referencePolicy };
  }
  if (!news) return { ...known, importPolicy };
  const kept = known.referencePolicy.type === '' ? referencePolicy : known.referencePolicy;
  return { ...known, from: source, generation: 0, importPolicy, referencePolicy: kept };
}
