import type { DeclaredKind, Position, TagItem } from '#lib/events';
import { isMissingTable, type Postgres, type Queryable } from '#lib/postgres';
import { ContentsDigest } from '../contents-digest.js';
import { decodeStream, type StreamDocument } from '../documents/stream-document.js';
import { decodeTag, tagTexts } from '../documents/tag-document.js';
import type { TagRevision } from '../documents/tag-revision.js';
import { declaredKey, type DeclaredDocument } from '../projections/declared-projection.js';
import type { NamespaceDocument } from '../projections/namespace-projection.js';
import type { Page, ReadModel, StoredTag, StreamPage, StreamView, TagView } from '../read-model.js';
import { TABLES, type Key, type TableName } from '../tables.js';
import { entryOf, type GenerationTables, type StoredRange, type StoredRow } from './generation-tables.js';
import { Generations, type Generation } from './generations.js';
import { Progress, ReadModelBehindError } from './progress.js';
import { decodeKey, encodeKey, endOfPrefix } from './stored-key.js';

export interface PostgresReadModelOptions {
  readonly postgres: Postgres;
  /** Everything but the events that the tables depend on. */
  readonly shape: string;
  /** How long a request waits for the tables to show what they have to. Default ten seconds. */
  readonly patienceMs?: number;
  /** Told when the database does not answer. */
  readonly onDisturbance?: (why: string) => void;
}

const PATIENCE_MS = 10_000;
/** Tables are swapped rarely; whoever finds them gone twice has another problem. */
const ATTEMPTS = 3;
/** How many rows of a long range are fetched at a time. */
const CHUNK = 500;

/**
 * The read models in PostgreSQL, as a server sees them that need not be the one that projects.
 *
 * Each method reads what the tables are at one moment: in one statement, or in a snapshot.
 */
export class PostgresReadModel implements ReadModel {
  private readonly postgres: Postgres;
  private readonly generations: Generations;
  private readonly progress: Progress;
  private readonly shape: string;

  constructor(options: PostgresReadModelOptions) {
    const { postgres, shape, patienceMs = PATIENCE_MS, onDisturbance = () => undefined } = options;
    this.postgres = postgres;
    this.shape = shape;
    this.generations = new Generations(postgres);
    this.progress = new Progress(postgres, this.generations, shape, { patienceMs, onDisturbance });
  }

  /** Makes the schema what this version expects, and begins to follow what the projector does. */
  async start(): Promise<void> {
    await this.generations.prepare();
    // Empty ones, where no projector was there before: a log without events has no more to show.
    await this.generations.ensureActive(this.shape);
    this.progress.start();
  }

  stop(): Promise<void> {
    return this.progress.stop();
  }

  get position(): Position {
    return this.progress.position;
  }

  waitFor(position: Position): Promise<void> {
    return this.progress.waitFor(position);
  }

  /** Waits for however long it takes: for a server that is about to start. */
  async catchUp(position: Position): Promise<void> {
    for (;;) {
      try {
        return await this.progress.waitFor(position);
      } catch (error) {
        if (!(error instanceof ReadModelBehindError)) throw error;
      }
    }
  }

  async namespace(name: string): Promise<NamespaceDocument | undefined> {
    return parse(await this.get('namespaces', [name]));
  }

  async namespaces(page: Page): Promise<readonly NamespaceDocument[]> {
    return (await this.page('namespaces', [], page)).map(({ value }) => parsed(value));
  }

  async declared<K extends DeclaredKind>(
    kind: K,
    namespace: string | undefined,
    name: string,
  ): Promise<DeclaredDocument<K> | undefined> {
    return parse(await this.get('declared', declaredKey(kind, namespace, name)));
  }

  async declaredList<K extends DeclaredKind>(
    kind: K,
    namespace: string | undefined,
    { after, limit }: Page,
  ): Promise<readonly DeclaredDocument<K>[]> {
    const prefix = namespace === undefined ? [kind] : [kind, namespace];
    const rows = await this.page('declared', prefix, { limit, ...(after && { after: [kind, ...after] }) });
    return rows.map(({ value }) => parsed(value));
  }

  async stream(namespace: string, name: string): Promise<StreamView | undefined> {
    const key = [namespace, name];
    const rows = await this.read((tables) => {
      // Sorted, so that the stream itself, whose key begins the keys of its tags, comes first.
      const text = `select key, value from ${tables.of('streams')} where key = $1 union all
        select key, value from ${tables.of('tags')} where key > $1 and key < $2 order by key`;
      return this.postgres.rows(tables.statement('stream', text), [encodeKey(key), endOfPrefix(key)]);
    });
    const [stream, ...tags] = (rows as readonly [Buffer, Buffer][]).map(([stored, value]) => ({ key: stored, value }));
    return stream && { ...decodeStream(stream.value), tags: tags.map(storedTag) };
  }

  async streamCount(namespace: string): Promise<number> {
    return Number((await this.get('streamCounts', [namespace]))?.toString() ?? 0);
  }

  async streamHeader(namespace: string, name: string): Promise<StreamDocument | undefined> {
    const stored = await this.get('streams', [namespace, name]);
    return stored && decodeStream(stored);
  }

  streams(
    namespace: string | undefined,
    { after, limit }: Page,
    wanted: (stream: StreamDocument) => boolean = () => true,
  ): Promise<StreamPage> {
    const prefix = namespace === undefined ? [] : [namespace];
    const range = { after: encodeKey(after ?? prefix), before: endOfPrefix(prefix) };
    return this.read((tables) =>
      this.postgres.snapshot(async (db) => {
        const found: StreamDocument[] = [];
        let looked: StreamPage['last'];
        let isWhole = true;
        for await (const { value } of all(tables, db, 'streams', range, Math.min(CHUNK, limit + 1))) {
          if (found.length >= limit) {
            isWhole = false;
            break;
          }
          const document = decodeStream(value);
          looked = [document.header.namespace, document.header.name];
          if (wanted(document)) found.push(document);
        }
        return { streams: await withTags(tables, db, found), last: isWhole ? undefined : looked };
      }),
    );
  }

  async tag(namespace: string, stream: string, tag: string): Promise<TagView | undefined> {
    const [row] = await this.read((tables) => {
      const text = `select s.value, t.value from ${tables.of('streams')} s, ${tables.of('tags')} t
        where s.key = $1 and t.key = $2`;
      const keys = [encodeKey([namespace, stream]), encodeKey([namespace, stream, tag])];
      return this.postgres.rows(tables.statement('tag', text), keys);
    });
    if (row === undefined) return undefined;
    const [header, document] = row as readonly [Buffer, Buffer];
    return { ...decodeStream(header), tag, document: decodeTag(document) };
  }

  async history(namespace: string, stream: string, tag: string): Promise<readonly TagItem[]> {
    const key = [namespace, stream, tag];
    const rows = await this.read((tables) => {
      const text = `select true, key, value from ${tables.of('tags')} where key = $1 union all
        select false, key, value from ${tables.of('olderItems')} where key > $1 and key < $2 order by 1 desc, 2 desc`;
      return this.postgres.rows(tables.statement('history', text), [encodeKey(key), endOfPrefix(key)]);
    });
    return (rows as readonly [boolean, Buffer, Buffer][]).flatMap(([isTag, , value]) =>
      isTag ? decodeTag(value).items : [parsed<TagItem>(value)],
    );
  }

  async holdsImage(namespace: string, stream: string, image: string): Promise<boolean> {
    return (await this.page('streamImages', [namespace, stream, image], { limit: 1 })).length > 0;
  }

  async streamImages(namespace: string, stream: string): Promise<readonly string[]> {
    const prefix = [namespace, stream];
    const rows = await this.read((tables) => {
      const text = `select key from ${tables.of('streamImages')} where key > $1 and key < $2 order by key`;
      return this.postgres.rows(tables.statement('stream-images', text), [encodeKey(prefix), endOfPrefix(prefix)]);
    });
    return [...new Set(rows.map(([key]) => String(decodeKey(key as Buffer)[2])))];
  }

  image(name: string): Promise<Buffer | undefined> {
    return this.get('images', [name]);
  }

  async images(page: Page): Promise<readonly { readonly name: string; readonly json: Buffer }[]> {
    const rows = await this.page('images', [], page);
    return rows.map(({ key, value }) => ({ name: String(decodeKey(key)[0]), json: value }));
  }

  async revisions(prefix: Key, page: Page): Promise<readonly TagRevision[]> {
    return (await this.page('tagRevisions', prefix, page)).map(({ value }) => parsed(value));
  }

  /** Equal for equal contents, also to that of the embedded read models. */
  digest(): Promise<string> {
    return this.read((tables) => this.postgres.snapshot((db) => digestOf(tables, db)));
  }

  private get(table: TableName, key: Key): Promise<Buffer | undefined> {
    return this.read((tables) => tables.get(this.postgres, table, encodeKey(key)));
  }

  private page(table: TableName, prefix: Key, { after, limit }: Page): Promise<readonly StoredRow[]> {
    const range = { after: encodeKey(after ?? prefix), before: endOfPrefix(prefix), limit: finite(limit) };
    return this.read((tables) => tables.range(this.postgres, table, range));
  }

  /** Reads the active tables, and once more where they were swapped in that moment. */
  private async read<T>(work: (tables: GenerationTables) => Promise<T>): Promise<T> {
    let generation: Generation | undefined = await this.progress.tables();
    for (let attempt = 1; ; attempt++) {
      try {
        return await work(this.generations.tables(generation));
      } catch (error) {
        if (!isMissingTable(error) || attempt === ATTEMPTS) throw error;
        generation = (await this.progress.refresh()) ?? generation;
      }
    }
  }
}

/** Digest of the tables of one generation. */
export async function digestOf(tables: GenerationTables, db: Queryable): Promise<string> {
  const digest = new ContentsDigest();
  for (const table of TABLES) {
    const everything = { after: Buffer.alloc(0), before: endOfPrefix([]) };
    for await (const row of all(tables, db, table, everything, CHUNK)) digest.add(table, entryOf(row));
  }
  return digest.toString();
}

/** All rows of a range, some at a time. */
async function* all(
  tables: GenerationTables,
  db: Queryable,
  table: TableName,
  range: StoredRange,
  chunk: number,
): AsyncIterable<StoredRow> {
  for (let after = range.after; ;) {
    const rows = await tables.range(db, table, { ...range, after, limit: chunk });
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < chunk) return;
    after = last.key;
  }
}

async function withTags(
  tables: GenerationTables,
  db: Queryable,
  streams: readonly StreamDocument[],
): Promise<readonly StreamView[]> {
  if (streams.length === 0) return [];
  const ranges = streams.map(({ header: { namespace, name } }) => ({
    after: encodeKey([namespace, name]),
    before: endOfPrefix([namespace, name]),
  }));
  const tags = await tables.ranges(db, 'tags', ranges);
  return streams.map((stream, index) => ({ ...stream, tags: (tags[index] ?? []).map(storedTag) }));
}

const storedTag = ({ key, value }: StoredRow): StoredTag => ({
  tag: String(decodeKey(key)[2]),
  texts: tagTexts(value),
});

/** `undefined` for a page that has no end. */
const finite = (limit: number): number | undefined => (Number.isFinite(limit) ? limit : undefined);

const parsed = <T>(value: Buffer): T => JSON.parse(value.toString('utf8')) as T;

const parse = <T>(value: Buffer | undefined): T | undefined => (value === undefined ? undefined : parsed<T>(value));
