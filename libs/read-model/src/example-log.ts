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
import { Projector, projections, readModelShape } from './projector.js';
import { LocalReadModel } from './read-model.js';

/** Takes events as they come, as a command that led to just them. */
const scribe: Decider<undefined, readonly TaglineEvent[], TaglineEvent> = {
  initialState: undefined,
  decide: (events) => events,
  evolve: () => undefined,
};

export const ALICE: EventContext = { actor: { user: 'alice', groups: ['developers'] } };

/** A log for the specifications of the read models, and read models that are built from it. */
export class ExampleLog {
  private readonly directory = mkdtempSync(join(tmpdir(), 'tagline-read-model-'));
  private readonly closing: (() => Promise<void>)[] = [];

  constructor(
    readonly store: EventStore = new InMemoryEventStore(),
    private readonly window = 3,
  ) {}

  /** Appends the events of one command. @returns the position of the last. */
  async append(stream: StreamName, events: readonly TaglineEvent[], context = ALICE): Promise<Position> {
    const handler = new CommandHandler(this.store, scribe, { cachedAggregates: 1 });
    return (await handler.handle(stream, events, context)).version;
  }

  /** Read models in `file`, up to date with the log. */
  async project(file = 'read-models.lmdb', store: EventStore = this.store): Promise<ExampleReadModel> {
    const options = { historyWindow: this.window };
    const stored = EmbeddedReadModel.open(this.pathOf(file), readModelShape(options));
    const projector = new Projector(store, stored, projections(options));
    const close = async (): Promise<void> => {
      await projector.stop();
      await stored.close();
    };
    this.closing.push(close);
    await projector.start();
    return { stored, projector, model: new LocalReadModel(stored, projector), close };
  }

  pathOf(file: string): string {
    return join(this.directory, file);
  }

  async dispose(): Promise<void> {
    for (const close of this.closing) await close().catch(() => undefined);
    rmSync(this.directory, { recursive: true, force: true });
  }
}

export interface ExampleReadModel {
  readonly stored: EmbeddedReadModel;
  readonly projector: Projector;
  readonly model: LocalReadModel;
  readonly close: () => Promise<void>;
}

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
