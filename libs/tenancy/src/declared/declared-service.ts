import { randomUUID } from 'node:crypto';
import { CommandHandler, type EventStore, type Loaded, type Precondition } from '#lib/event-store';
import type { DeclaredEvent, DeclaredKind, DeclaredState, DeclaredStates, EventContext, StreamName } from '#lib/events';
import { declaredDecider, type DeclaredCommand } from './declared-decider.js';

const CACHED = 1_000;

/** Which of all that is declared. */
export interface DeclaredPlace<K extends DeclaredKind = DeclaredKind> {
  readonly kind: K;
  /** Absent for what holds in the cluster. */
  readonly namespace?: string | undefined;
  readonly name: string;
}

type Held<K extends DeclaredKind> = Loaded<DeclaredStates[K] | undefined>;

/** Carries out commands on what was declared. */
export class DeclaredService {
  private readonly handler: CommandHandler<DeclaredState | undefined, DeclaredCommand, DeclaredEvent>;

  constructor(
    store: EventStore,
    private readonly clock: () => Date = () => new Date(),
    private readonly newUid: () => string = randomUUID,
  ) {
    this.handler = new CommandHandler(store, declaredDecider, { cachedAggregates: CACHED, clock });
  }

  /** @throws Refusal, and what {@link CommandHandler.handle} throws. */
  async handle<K extends DeclaredKind>(
    place: DeclaredPlace<K>,
    command: DeclaredCommand,
    context: EventContext,
    precondition?: Precondition,
  ): Promise<Held<K>> {
    return (await this.handler.handle(streamOf(place), command, context, precondition)) as Held<K>;
  }

  /** What would be there after a command; appends nothing. */
  async preview<K extends DeclaredKind>(place: DeclaredPlace<K>, command: DeclaredCommand): Promise<Held<K>> {
    const loaded = await this.handler.load(streamOf(place));
    const events = declaredDecider.decide(command, loaded.state);
    return { ...loaded, state: events.reduce(declaredDecider.evolve, loaded.state) } as Held<K>;
  }

  async load<K extends DeclaredKind>(place: DeclaredPlace<K>): Promise<Held<K>> {
    return (await this.handler.load(streamOf(place))) as Held<K>;
  }

  /** Identity and time of something new. */
  birth(): { readonly uid: string; readonly now: Date } {
    return { uid: this.newUid(), now: this.clock() };
  }
}

const streamOf = ({ kind, namespace, name }: DeclaredPlace): StreamName =>
  `${kind}-${namespace === undefined ? '' : `${namespace}/`}${name}` as StreamName;
