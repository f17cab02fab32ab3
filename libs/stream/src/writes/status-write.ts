import type { FieldProblem } from '#lib/event-store';
import { sameItem, type TagCondition, type TagItem, type TagState } from '#lib/events';
import type { ReplaceStatus, WrittenTagStatus } from '../commands.js';
import type { Draft } from '../draft.js';
import { invalidStream } from '../refusals.js';
import { historyReferences } from '../rules/known-references.js';
import { isInsecureStream, tryParse } from '../rules/tag-validation.js';
import type { StreamPolicy } from '../stream-policy.js';
import { changeMetadata } from './metadata-write.js';

/**
 * Takes over a status that a client wrote. Where a tag only lost entries that is a pruning; anything else replaces what
 * the client could see of the tag. Entries beyond the window stay.
 */
export function replaceStatus(draft: Draft, command: ReplaceStatus, policy: StreamPolicy): void {
  const { metadata, tags, window } = command;
  const written = new Map(tags.map((tag) => [tag.tag, tag]));
  const problems = validateReferences(draft, tags, policy);
  if (problems.length > 0) throw invalidStream(draft.header.name, problems);
  changeMetadata(draft, metadata);
  const names = new Set([...written.keys(), ...draft.current.tags.keys()]);
  for (const tag of [...names].sort()) {
    const status = written.get(tag) ?? { tag, items: [], conditions: [] };
    replaceTagStatus(draft, status, window);
  }
}

function replaceTagStatus(draft: Draft, { tag, items, conditions }: WrittenTagStatus, window: number): void {
  const before = draft.tag(tag);
  const visible = before.history.toArray(window);
  const numbered = items.map((item, index) => (index === 0 ? withGeneration(draft, before, item) : item));
  const sameConditions = sameList(before.conditions, conditions, sameCondition);
  if (sameList(visible, numbered, sameItem) && sameConditions) return;
  const all = [...numbered, ...before.history.toArray().slice(window)];
  const removed = sameConditions ? missingFrom(visible, numbered) : undefined;
  // Of equal entries a pruning takes out the newest; where another was meant, only the whole history says it.
  if (removed !== undefined && sameList(before.history.without(removed).toArray(), all, sameItem)) {
    draft.emit({ type: 'TagHistoryPruned', data: { tag, removed } });
    return;
  }
  const previousImage = before.history.head?.image;
  draft.emit({
    type: 'TagStatusReplaced',
    data: {
      tag,
      items: all,
      conditions,
      ...(previousImage === undefined ? {} : { previousImage }),
    },
  });
}

/** A head that says no generation gets that of the wish behind it. */
function withGeneration(draft: Draft, { spec, history }: TagState, item: TagItem): TagItem {
  if (item.generation !== 0) return item;
  const { head } = history;
  const unchanged =
    head !== undefined &&
    head.image === item.image &&
    head.dockerImageReference === item.dockerImageReference &&
    head.generation === 0;
  const generation =
    head === undefined || unchanged ? draft.header.generation : (spec?.generation ?? draft.header.generation);
  return { ...item, generation };
}

/** Only references that nobody has written before are checked, so that old ones never block a pruning. */
function validateReferences(draft: Draft, tags: readonly WrittenTagStatus[], policy: StreamPolicy): FieldProblem[] {
  const known = new Set(historyReferences(draft.current));
  const insecureStream = isInsecureStream(draft.header);
  return tags.flatMap(({ tag, items }) =>
    items.flatMap(({ dockerImageReference: text }, index): FieldProblem[] => {
      if (known.has(text)) return [];
      const field = `status.tags[${tag}].items[${index}].dockerImageReference`;
      const parsed = tryParse(text);
      if (typeof parsed === 'string') return [{ field, kind: 'invalid', value: text, detail: parsed }];
      const insecure = insecureStream || draft.tag(tag).spec?.importPolicy.insecure;
      const refusal = policy.refuseImport(parsed, insecure ? 'any' : 'secure');
      return refusal === undefined ? [] : [{ field, kind: 'forbidden', detail: refusal }];
    }),
  );
}

/** The entries of `before` that `after` lacks, if `after` is `before` with some taken out. */
function missingFrom(before: readonly TagItem[], after: readonly TagItem[]): TagItem[] | undefined {
  const removed: TagItem[] = [];
  let next = 0;
  for (const item of before) {
    const kept = after[next];
    if (kept !== undefined && sameItem(kept, item)) next++;
    else removed.push(item);
  }
  return next === after.length ? removed : undefined;
}

const sameList = <T>(a: readonly T[], b: readonly T[], same: (x: T, y: T) => boolean): boolean =>
  a.length === b.length && a.every((x, index) => same(x, b[index] as T));

const sameCondition = (a: TagCondition, b: TagCondition): boolean =>
  a.type === b.type &&
  a.status === b.status &&
  a.reason === b.reason &&
  a.message === b.message &&
  a.generation === b.generation &&
  a.lastTransitionTime === b.lastTransitionTime;
