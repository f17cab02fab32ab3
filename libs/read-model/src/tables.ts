/** Keys are compared part by part; strings by their bytes, numbers by value. */
export type Key = readonly (string | number)[];

/** The tables that the projections write. */
export interface Tables {
  /** `[namespace, stream]` → stream without its tags. */
  readonly streams: Table;
  /** `[namespace, stream, tag]` → tag, with the newest part of its history. */
  readonly tags: Table;
  /** `[namespace, stream, tag, number]` → what of a tag's history no longer fits its window; the oldest is number 0. */
  readonly olderItems: Table;
  /** `[namespace, stream, image, tag]` → how many items of the tag's history name the image. */
  readonly streamImages: Table;
  /** `[image]` → image. */
  readonly images: Table;
  /** `[namespace, stream, tag, position]` → one move of a tag. Never deleted. */
  readonly tagRevisions: Table;
  /** `[namespace]` → namespace. */
  readonly namespaces: Table;
  /** `[aggregate, namespace, name]`, without a namespace for what holds in the cluster → what was declared. */
  readonly declared: Table;
  /** `[namespace]` → how many streams it has, where there are any. */
  readonly streamCounts: Table;
}

export type TableName = keyof Tables;

export const TABLES: readonly TableName[] = [
  'streams',
  'tags',
  'olderItems',
  'streamImages',
  'images',
  'tagRevisions',
  'namespaces',
  'declared',
  'streamCounts',
];

export interface Entry {
  readonly key: Key;
  readonly value: Buffer;
}

export interface Table {
  get(key: Key): Buffer | undefined;
  put(key: Key, value: Buffer): void;
  delete(key: Key): void;
  /** Entries whose key starts with `prefix`, in order of their keys. */
  under(prefix: Key, options?: RangeOptions): Iterable<Entry>;
}

export interface RangeOptions {
  /** Leave out entries up to and including this key. */
  readonly after?: Key;
  readonly limit?: number;
  readonly reverse?: boolean;
}
