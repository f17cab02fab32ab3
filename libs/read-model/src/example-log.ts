import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandHandler, InMemoryEventStore, type Decider, type EventStore } from '#lib/event-store';
import type {
  EventContext,
  ImageStreamCreated,
  ImageStreamEvent,
  Position,
  RecordedEvent,
  StreamName,
  TagItem,
  TaglineEvent,
} from '#lib/events';
import { EmbeddedReadModel } from './embedded/embedded-read-model.js';
import { Projector, projections, readModelShape, type ReadModelOptions } from './projector.js';
import { LocalReadModel, type ReadModel } from './read-model.js';
import type { TableName } from './tables.js';

/** Small, so that few moves of a tag are more than it shows. */
const WINDOW = 3;

/** Takes events as they come, as a command that led to just them. */
const scribe: Decider<undefined, readonly TaglineEvent[], TaglineEvent> = {
  initialState: undefined,
  decide: (events) => events,
  evolve: () => undefined,
};

export const ALICE: EventContext = { actor: { user: 'alice', groups: ['developers'] } };

/** Read models of a log, wherever they are kept, as the contract of read models needs them. */
export interface ExampleReadModel {
  readonly model: ReadModel;
  /** How many rows a table has. */
  readonly rows: (table: TableName) => Promise<number>;
  readonly digest: () => Promise<string>;
  readonly close: () => Promise<void>;
}

/** Builds read models from a log and keeps them up to date; they are up to date when this resolves. */
export type ExampleEngine<M extends ExampleReadModel> = (
  store: EventStore,
  options: ReadModelOptions,
  path: string,
) => Promise<M>;

export interface EmbeddedExample extends ExampleReadModel {
  readonly stored: EmbeddedReadModel;
  readonly projector: Projector;
  readonly model: LocalReadModel;
}

export const embeddedEngine: ExampleEngine<EmbeddedExample> = async (store, options, path) => {
  const stored = EmbeddedReadModel.open(path, readModelShape(options));
  const projector = new Projector(store, stored, projections(options));
  await projector.start();
  return {
    ...{ stored, projector, model: new LocalReadModel(stored, projector) },
    rows: async (table) => [...stored.tables[table].under([])].length,
    digest: async () => stored.digest(),
    close: async () => {
      await projector.stop();
      await stored.close();
    },
  };
};

/** A log for the specifications of the read models, and read models that are built from it. */
export class ExampleLog<M extends ExampleReadModel = EmbeddedExample> {
  private readonly directory = mkdtempSync(join(tmpdir(), 'tagline-read-model-'));
  private readonly closing: (() => Promise<void>)[] = [];

  private constructor(
    readonly store: EventStore,
    private readonly engine: ExampleEngine<M>,
  ) {}

  static embedded(store: EventStore = new InMemoryEventStore()): ExampleLog {
    return new ExampleLog(store, embeddedEngine);
  }

  static on<M extends ExampleReadModel>(engine: ExampleEngine<M>): ExampleLog<M> {
    return new ExampleLog(new InMemoryEventStore(), engine);
  }

  /** Appends the events of one command. @returns the position of the last. */
  async append(stream: StreamName, events: readonly TaglineEvent[], context = ALICE): Promise<Position> {
    const handler = new CommandHandler(this.store, scribe, { cachedAggregates: 1 });
    return (await handler.handle(stream, events, context)).version;
  }

  /** Read models in `file`, up to date with the log. */
  async project(file = 'read-models.lmdb', store: EventStore = this.store): Promise<M> {
    const built = await this.engine(store, { historyWindow: WINDOW }, this.pathOf(file));
    this.closing.push(built.close);
    return built;
  }

  pathOf(file: string): string {
    return join(this.directory, file);
  }

  async dispose(): Promise<void> {
    for (const close of this.closing) await close().catch(() => undefined);
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** A log whose read models may be kept anywhere. */
export type ContractLog = ExampleLog<ExampleReadModel>;

/** The same store, whose subscribers get one event at a time. */
export function oneByOne(store: EventStore, seen: (event: RecordedEvent) => void = () => undefined): EventStore {
  return {
    append: (stream, events) => store.append(stream, events),
    readStream: (stream, options) => store.readStream(stream, options),
    readAll: (options) => store.readAll(options),
    lastPosition: () => store.lastPosition(),
    close: () => store.close(),
    async *subscribe(after, signal) {
      for await (const events of store.subscribe(after, signal)) {
        for (const event of events) {
          yield [event];
          seen(event);
        }
      }
    },
  };
}

export const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;

export const created = (name = 'st', namespace = 'ns'): ImageStreamCreated => ({
  type: 'ImageStreamCreated',
  data: {
    namespace,
    name,
    uid: `u-${name}`,
    creationTimestamp: '2026-01-01T00:00:00Z',
    metadata: { labels: {}, annotations: {}, finalizers: [], ownerReferences: [] },
    lookupPolicy: { local: false },
    dockerImageRepository: '',
    generation: 1,
  },
});

export const item = (letter: string, generation = 1): TagItem => ({
  created: '2026-01-01T00:00:00Z',
  dockerImageReference: `quay.io/team/app@${digest(letter)}`,
  image: digest(letter),
  generation,
});

/** A push of the image that a letter stands for. */
export const pushed = (letter: string, tag = 'v1', previous?: string): ImageStreamEvent => ({
  type: 'TagPushed',
  data: {
    tag,
    item: item(letter),
    move: 'appended',
    ...(previous === undefined ? {} : { previousImage: digest(previous) }),
  },
});
