import type { DeclaredKind, Position, TagItem } from '#lib/events';
import { decodeStream, type StreamDocument } from './documents/stream-document.js';
import { decodeTag, tagTexts, type TagDocument, type TagTexts } from './documents/tag-document.js';
import type { TagRevision } from './documents/tag-revision.js';
import type { EmbeddedReadModel } from './embedded/embedded-read-model.js';
import { declaredKey, type DeclaredDocument } from './projections/declared-projection.js';
import { streamCountOf } from './projections/stream-count-projection.js';
import type { NamespaceDocument } from './projections/namespace-projection.js';
import type { Projector } from './projector.js';
import type { Key, Tables } from './tables.js';

/** A tag as it is stored, not yet parsed. */
export interface StoredTag {
  readonly tag: string;
  readonly texts: TagTexts;
}

/** A stream with all of its tags, sorted by name. */
export interface StreamView extends StreamDocument {
  readonly tags: readonly StoredTag[];
}

/** One tag with the stream that it belongs to. */
export interface TagView extends StreamDocument {
  readonly tag: string;
  readonly document: TagDocument;
}

/** Where a page of a list starts and ends. `after` is the key of the last object of the page before. */
export interface Page {
  readonly after?: Key;
  readonly limit: number;
}

export interface StreamPage {
  readonly streams: readonly StreamView[];
  /** Key of the last stream that was looked at; `undefined` at the end of the list. */
  readonly last: readonly [namespace: string, name: string] | undefined;
}

/** What the API reads. Only projections write what stands behind it. */
export interface ReadModel {
  /** Waits until everything up to `position` shows. */
  waitFor(position: Position): Promise<void>;
  /** Position of the last event that shows. */
  readonly position: Position;

  namespace(name: string): Promise<NamespaceDocument | undefined>;
  namespaces(page: Page): Promise<readonly NamespaceDocument[]>;

  /** What was declared under a name; without a namespace where it holds in the cluster. */
  declared<K extends DeclaredKind>(
    kind: K,
    namespace: string | undefined,
    name: string,
  ): Promise<DeclaredDocument<K> | undefined>;
  /** Those of one namespace, or of all where it is `undefined`, in order of namespace and name. */
  declaredList<K extends DeclaredKind>(
    kind: K,
    namespace: string | undefined,
    page: Page,
  ): Promise<readonly DeclaredDocument<K>[]>;

  stream(namespace: string, name: string): Promise<StreamView | undefined>;
  /** How many streams a namespace has. */
  streamCount(namespace: string): Promise<number>;
  /** A stream without its tags. */
  streamHeader(namespace: string, name: string): Promise<StreamDocument | undefined>;
  /**
   * Streams of one namespace, or of all when it is `undefined`, in order of namespace and name. Of those that are not
   * wanted the tags are not even read.
   */
  streams(namespace: string | undefined, page: Page, wanted?: (stream: StreamDocument) => boolean): Promise<StreamPage>;
  tag(namespace: string, stream: string, tag: string): Promise<TagView | undefined>;
  /** All items of a tag's history, also those beyond the window, newest first. */
  history(namespace: string, stream: string, tag: string): Promise<readonly TagItem[]>;
  /** Whether an image is in the history of any of a stream's tags. */
  holdsImage(namespace: string, stream: string, image: string): Promise<boolean>;
  /** Names of the images in the histories of a stream's tags, sorted. */
  streamImages(namespace: string, stream: string): Promise<readonly string[]>;

  /** The Image resource as JSON. */
  image(name: string): Promise<Buffer | undefined>;
  images(page: Page): Promise<readonly { readonly name: string; readonly json: Buffer }[]>;

  /** Moves of tags, oldest first, of a namespace, a stream or one tag. */
  revisions(prefix: Key, page: Page): Promise<readonly TagRevision[]>;
}

/** Nest token of the read model that the app binds. */
export const READ_MODEL = Symbol('ReadModel');

/** The read model in the process that also projects it. */
export class LocalReadModel implements ReadModel {
  private readonly tables: Tables;

  constructor(
    stored: EmbeddedReadModel,
    private readonly projector: Projector,
  ) {
    this.tables = stored.tables;
  }

  waitFor(position: Position): Promise<void> {
    return this.projector.waitFor(position);
  }

  get position(): Position {
    return this.projector.projected;
  }

  async namespace(name: string): Promise<NamespaceDocument | undefined> {
    return parse(this.tables.namespaces.get([name]));
  }

  async namespaces({ after, limit }: Page): Promise<readonly NamespaceDocument[]> {
    const range = { limit, ...(after && { after }) };
    return [...this.tables.namespaces.under([], range)].map(({ value }) => parsed(value));
  }

  async declared<K extends DeclaredKind>(
    kind: K,
    namespace: string | undefined,
    name: string,
  ): Promise<DeclaredDocument<K> | undefined> {
    return parse(this.tables.declared.get(declaredKey(kind, namespace, name)));
  }

  async declaredList<K extends DeclaredKind>(
    kind: K,
    namespace: string | undefined,
    { after, limit }: Page,
  ): Promise<readonly DeclaredDocument<K>[]> {
    const prefix = namespace === undefined ? [kind] : [kind, namespace];
    const range = { limit, ...(after && { after: [kind, ...after] }) };
    return [...this.tables.declared.under(prefix, range)].map(({ value }) => parsed(value));
  }

  async stream(namespace: string, name: string): Promise<StreamView | undefined> {
    const stored = this.tables.streams.get([namespace, name]);
    return stored && this.withTags(decodeStream(stored));
  }

  async streamCount(namespace: string): Promise<number> {
    return streamCountOf(this.tables, namespace);
  }

  async streamHeader(namespace: string, name: string): Promise<StreamDocument | undefined> {
    const stored = this.tables.streams.get([namespace, name]);
    return stored && decodeStream(stored);
  }

  async streams(
    namespace: string | undefined,
    { after, limit }: Page,
    wanted: (stream: StreamDocument) => boolean = () => true,
  ): Promise<StreamPage> {
    const streams: StreamView[] = [];
    let looked: StreamPage['last'];
    const prefix = namespace === undefined ? [] : [namespace];
    for (const { value } of this.tables.streams.under(prefix, after && { after })) {
      if (streams.length >= limit) return { streams, last: looked };
      const document = decodeStream(value);
      looked = [document.header.namespace, document.header.name];
      if (wanted(document)) streams.push(this.withTags(document));
    }
    return { streams, last: undefined };
  }

  async tag(namespace: string, stream: string, tag: string): Promise<TagView | undefined> {
    const stored = this.tables.streams.get([namespace, stream]);
    const storedTag = stored && this.tables.tags.get([namespace, stream, tag]);
    return storedTag && { ...decodeStream(stored), tag, document: decodeTag(storedTag) };
  }

  async history(namespace: string, stream: string, tag: string): Promise<readonly TagItem[]> {
    const key = [namespace, stream, tag];
    const stored = this.tables.tags.get(key);
    const older = [...this.tables.olderItems.under(key, { reverse: true })];
    return [
      ...(stored === undefined ? [] : decodeTag(stored).items),
      ...older.map(({ value }) => parsed<TagItem>(value)),
    ];
  }

  async holdsImage(namespace: string, stream: string, image: string): Promise<boolean> {
    const [found] = this.tables.streamImages.under([namespace, stream, image], { limit: 1 });
    return found !== undefined;
  }

  async streamImages(namespace: string, stream: string): Promise<readonly string[]> {
    const names = new Set<string>();
    for (const { key } of this.tables.streamImages.under([namespace, stream])) names.add(String(key[2]));
    return [...names];
  }

  async image(name: string): Promise<Buffer | undefined> {
    return this.tables.images.get([name]);
  }

  async images({ after, limit }: Page): Promise<readonly { name: string; json: Buffer }[]> {
    const range = { limit, ...(after && { after }) };
    return [...this.tables.images.under([], range)].map(({ key, value }) => ({ name: String(key[0]), json: value }));
  }

  async revisions(prefix: Key, { after, limit }: Page): Promise<readonly TagRevision[]> {
    const range = { limit, ...(after && { after }) };
    return [...this.tables.tagRevisions.under(prefix, range)].map(({ value }) => parsed(value));
  }

  private withTags(document: StreamDocument): StreamView {
    const { namespace, name } = document.header;
    const tags = [...this.tables.tags.under([namespace, name])];
    return { ...document, tags: tags.map(({ key, value }) => ({ tag: String(key[2]), texts: tagTexts(value) })) };
  }
}

const parsed = <T>(value: Buffer): T => JSON.parse(value.toString('utf8')) as T;

const parse = <T>(value: Buffer | undefined): T | undefined => (value === undefined ? undefined : parsed<T>(value));
