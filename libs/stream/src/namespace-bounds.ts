/** The most of something that there may be. */
export interface Maximum {
  readonly max: number;
  /** As its author would write it. */
  readonly text: string;
}

/** What a namespace limits each of its streams to. */
export interface StreamLimits {
  /** Images in the histories of a stream. */
  readonly images?: Maximum;
  /** What the spec tags of a stream refer to. */
  readonly imageTags?: Maximum;
}

/** How many streams one quota of a namespace allows, by the names of the resource under which it says so. */
export interface StreamQuota {
  readonly name: string;
  readonly hard: readonly (Maximum & { readonly resource: string })[];
}

/** Whether a namespace has room for one more stream. */
export type Room =
  | { readonly kind: 'enough' }
  | { readonly kind: 'exceeded'; readonly why: string }
  /** Nobody has counted yet. */
  | { readonly kind: 'unknown' };

/** What bounds a command. Comes with it: deciders look nothing up. */
export interface Bounds {
  readonly limits?: StreamLimits | undefined;
  readonly room: Room;
}

export const NO_BOUNDS: Bounds = { room: { kind: 'enough' } };

/** What bounds the streams of namespaces, and how many there are. The app binds it to those who know. */
export interface NamespaceBounds {
  /** Asked with every write, and so from memory. */
  limitsOf(namespace: string): StreamLimits | undefined;
  /** As {@link limitsOf}, in the order in which they are looked at. */
  quotasOf(namespace: string): readonly StreamQuota[];
  /** How many streams a namespace has, by all that is in the log. */
  countStreams(namespace: string): Promise<number>;
}

/** Namespaces that bound nothing. */
export const UNBOUNDED: NamespaceBounds = {
  limitsOf: () => undefined,
  quotasOf: () => [],
  countStreams: () => Promise.resolve(0),
};

/** Nest token of the {@link NamespaceBounds}. */
export const NAMESPACE_BOUNDS = Symbol('NamespaceBounds');

/** Whether quotas leave room for one more stream beside those that there are. The first that does not is named. */
export function roomFor(quotas: readonly StreamQuota[], count: number): Room {
  for (const { name, hard } of quotas) {
    const exceeded = hard.filter(({ max }) => count + 1 > max);
    if (exceeded.length === 0) continue;
    const each = (amount: (limit: Maximum) => string | number): string =>
      exceeded.map((limit) => `${limit.resource}=${amount(limit)}`).join(',');
    const why =
      `exceeded quota: ${name}, requested: ${each(() => 1)}, used: ${each(() => count)}, ` +
      `limited: ${each(({ text }) => text)}`;
    return { kind: 'exceeded', why };
  }
  return { kind: 'enough' };
}
