/**
 * A set of field paths, as a tree. A node stands for one path; its children for the paths that go on from it.
 *
 * Elements of a path are written as FieldsV1 writes them: `f:<field>`, `k:<JSON of the merge keys>`, `v:<JSON value>`.
 */
export interface FieldSet {
  /** Whether the path that ends here is in the set itself. */
  readonly isMember: boolean;
  readonly children: ReadonlyMap<string, FieldSet>;
}

const NO_CHILDREN: ReadonlyMap<string, FieldSet> = new Map();

export const NO_FIELDS: FieldSet = { isMember: false, children: NO_CHILDREN };

/** A path in the set from which none goes on. */
export const ONE_FIELD: FieldSet = { isMember: true, children: NO_CHILDREN };

/** Leaves out children that hold nothing. */
export function fieldSet(isMember: boolean, children: Iterable<readonly [string, FieldSet]>): FieldSet {
  const kept = new Map<string, FieldSet>();
  for (const [element, child] of children) if (!isEmptySet(child)) kept.set(element, child);
  if (kept.size === 0) return isMember ? ONE_FIELD : NO_FIELDS;
  return { isMember, children: kept };
}

/** Every node holds something below it, so only the root can be empty. */
export const isEmptySet = ({ isMember, children }: FieldSet): boolean => !isMember && children.size === 0;

export function union(one: FieldSet, other: FieldSet): FieldSet {
  if (one === other || isEmptySet(other)) return one;
  if (isEmptySet(one)) return other;
  const children = new Map(one.children);
  for (const [element, child] of other.children) {
    const known = children.get(element);
    children.set(element, known === undefined ? child : union(known, child));
  }
  return { isMember: one.isMember || other.isMember, children };
}

/** The paths of `one` that are not in `other`. */
export function difference(one: FieldSet, other: FieldSet): FieldSet {
  if (isEmptySet(other)) return one;
  return fieldSet(
    one.isMember && !other.isMember,
    [...one.children].map(([element, child]) => [element, difference(child, other.children.get(element) ?? NO_FIELDS)]),
  );
}

export function intersection(one: FieldSet, other: FieldSet): FieldSet {
  return fieldSet(
    one.isMember && other.isMember,
    [...one.children].map(([element, child]) => [
      element,
      intersection(child, other.children.get(element) ?? NO_FIELDS),
    ]),
  );
}

export function sameFields(one: FieldSet, other: FieldSet): boolean {
  if (one === other) return true;
  if (one.isMember !== other.isMember || one.children.size !== other.children.size) return false;
  for (const [element, child] of one.children) {
    const counterpart = other.children.get(element);
    if (counterpart === undefined || !sameFields(child, counterpart)) return false;
  }
  return true;
}

/** Every path of a set, as a list of elements; in the order of the elements. */
export function* pathsOf(set: FieldSet, above: readonly string[] = []): Iterable<readonly string[]> {
  if (set.isMember) yield above;
  for (const [element, child] of [...set.children].sort(byElement)) yield* pathsOf(child, [...above, element]);
}

export const byElement = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number =>
  one < other ? -1 : one > other ? 1 : 0;
