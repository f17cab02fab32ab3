import type { ObjectReference, TagReference } from '#lib/events';

/**
 * Whether a spec tag asks for something else than before, so that it has to be resolved or imported again. Policies
 * that only say how an image is shown or when it is fetched do not count.
 */
export function asksForSomethingElse(
  before: TagReference | null,
  after: TagReference,
  streamNamespace: string,
): boolean {
  if (before === null) return true;
  const { from } = after;
  if (from === undefined || (!from.kind && !from.name)) return false;
  const old: ObjectReference = before.from ?? {};
  return (
    (from.kind ?? '') !== (old.kind ?? '') ||
    (from.name ?? '') !== (old.name ?? '') ||
    (from.namespace || streamNamespace) !== (old.namespace || streamNamespace) ||
    (after.reference ?? false) !== (before.reference ?? false) ||
    after.importPolicy.importMode !== before.importPolicy.importMode ||
    (after.generation === 0 && before.generation !== 0)
  );
}

/** Whether two wishes for a tag are the same in every field, their generations included. */
export function sameReference(a: TagReference, b: TagReference): boolean {
  return (
    a.generation === b.generation &&
    (a.reference ?? false) === (b.reference ?? false) &&
    a.importPolicy.importMode === b.importPolicy.importMode &&
    (a.importPolicy.insecure ?? false) === (b.importPolicy.insecure ?? false) &&
    (a.importPolicy.scheduled ?? false) === (b.importPolicy.scheduled ?? false) &&
    a.referencePolicy.type === b.referencePolicy.type &&
    sameFields(a.from ?? {}, b.from ?? {}) &&
    sameFields(a.annotations ?? {}, b.annotations ?? {})
  );
}

function sameFields(a: object, b: object): boolean {
  const entries = Object.entries(a).filter(([, value]) => value !== undefined && value !== '');
  const others = new Map(Object.entries(b).filter(([, value]) => value !== undefined && value !== ''));
  return entries.length === others.size && entries.every(([key, value]) => others.get(key) === value);
}
