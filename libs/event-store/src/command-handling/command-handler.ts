import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { together } from '#lib/tracing';
import {
  currentVersion,
  seal,
  type DomainEvent,
  type EventContext,
  type Position,
  type RecordedEvent,
  type Revision,
  type SealedEvent,
  type StreamName,
} from '#lib/events';
import { EventStoreError, NO_STREAM, WrongExpectedRevisionError, type EventStore } from '../event-store.js';
import { StaleVersionError, TooMuchContentionError } from './command-errors.js';
import { observed } from './command-observation.js';
import type { Decider } from './decider.js';

/** An aggregate as of one event. */
export interface Loaded<State> {
  readonly state: State;
  readonly revision: Revision;
  /** Position of the last event: the object's `resourceVersion`. 0 when there is none. */
  readonly version: Position;
  readonly hash: string;
}

export interface Handled<State, Event extends DomainEvent> extends Loaded<State> {
  /** What the command led to; empty when it changed nothing. */
  readonly events: readonly RecordedEvent<Event>[];
}

/** Conditions under which a command may run at all. */
export interface Precondition {
  /** The caller knows the aggregate as of this version and wants to change no other. */
  readonly version?: Position;
}

interface Waiting<State, Command, Event extends DomainEvent> {
  readonly command: Command;
  readonly context: EventContext;
  readonly precondition: Precondition;
  attempts: number;
  readonly resolve: (handled: Handled<State, Event>) => void;
  readonly reject: (error: unknown) => void;
}

interface Mailbox<State, Command, Event extends DomainEvent> {
  queue: Waiting<State, Command, Event>[];
  running: boolean;
}

export interface CommandHandlerOptions {
  /** How many aggregates are kept folded. */
  readonly cachedAggregates: number;
  readonly clock?: () => Date;
  readonly newId?: () => string;
}

const MAX_ATTEMPTS = 20;

/**
 * Runs commands against aggregates: load, decide, append.
 *
 * Commands for one aggregate that arrive while an append is under way are decided together, each on what the one
 * before it decided, and appended at once. So writers of one aggregate in one process never see each other as
 * conflicts, and share a sync. When another process appended first, the aggregate is read again and everybody decides
 * again.
 *
 * Aggregates are kept folded, and another process may have written since. An append finds that out by itself; what is
 * answered without one, a refusal or that nothing changes, is only answered once the log was asked for what is new.
 */
export class CommandHandler<State, Command, Event extends DomainEvent> {
  private readonly cache: LRUCache<StreamName, Loaded<State>>;
  private readonly mailboxes = new Map<StreamName, Mailbox<State, Command, Event>>();
  private readonly clock: () => Date;
  private readonly newId: () => string;

  constructor(
    private readonly store: EventStore,
    private readonly decider: Decider<State, Command, Event>,
    options: CommandHandlerOptions,
  ) {
    this.cache = new LRUCache({ max: options.cachedAggregates });
    this.clock = options.clock ?? (() => new Date());
    this.newId = options.newId ?? randomUUID;
  }

  /**
   * @throws StaleVersionError when the precondition does not hold.
   * @throws TooMuchContentionError after {@link MAX_ATTEMPTS} lost races with other processes.
   * @throws whatever the decider refuses with; nothing is appended then.
   */
  handle(
    stream: StreamName,
    command: Command,
    context: EventContext,
    precondition: Precondition = {},
  ): Promise<Handled<State, Event>> {
    const { instruments } = this.store;
    if (instruments === undefined) return this.enqueue(stream, command, context, precondition);
    return observed(instruments, stream, context, (traced) => this.enqueue(stream, command, traced, precondition));
  }

  private enqueue(
    stream: StreamName,
    command: Command,
    context: EventContext,
    precondition: Precondition,
  ): Promise<Handled<State, Event>> {
    return new Promise((resolve, reject) => {
      const mailbox = this.mailboxOf(stream);
      mailbox.queue.push({ command, context, precondition, attempts: 0, resolve, reject });
      if (!mailbox.running) void this.run(stream, mailbox);
    });
  }

  /** The aggregate as it stands now. */
  async load(stream: StreamName): Promise<Loaded<State>> {
    const remembered = this.cache.get(stream);
    return remembered === undefined ? this.read(stream) : this.catchUp(stream, remembered);
  }

  private mailboxOf(stream: StreamName): Mailbox<State, Command, Event> {
    let mailbox = this.mailboxes.get(stream);
    if (mailbox === undefined) {
      mailbox = { queue: [], running: false };
      this.mailboxes.set(stream, mailbox);
    }
    return mailbox;
  }

  private async run(stream: StreamName, mailbox: Mailbox<State, Command, Event>): Promise<void> {
    mailbox.running = true;
    while (mailbox.queue.length > 0) {
      const batch = mailbox.queue;
      mailbox.queue = [];
      const again = await this.runBatch(stream, batch);
      mailbox.queue.unshift(...again);
    }
    mailbox.running = false;
    this.mailboxes.delete(stream);
  }

  /** @returns those who have to try again. */
  private async runBatch(
    stream: StreamName,
    batch: Waiting<State, Command, Event>[],
  ): Promise<Waiting<State, Command, Event>[]> {
    let decided: readonly Decided<State, Command, Event>[];
    try {
      decided = await this.decideOnCurrent(stream, batch);
    } catch (error) {
      for (const waiting of batch) waiting.reject(error);
      return [];
    }
    const sealed = decided.flatMap(({ events }) => events);
    try {
      const recorded = sealed.length === 0 ? [] : await this.append(stream, sealed, decided);
      this.settle(stream, decided, recorded as readonly RecordedEvent<Event>[]);
      return [];
    } catch (error) {
      this.cache.delete(stream);
      if (isTooLarge(error) && decided.length > 1) return await this.runHalves(stream, decided);
      const lostRace = error instanceof WrongExpectedRevisionError;
      return decided.flatMap(({ waiting }) => {
        if (lostRace && ++waiting.attempts < MAX_ATTEMPTS) return [waiting];
        waiting.reject(lostRace ? new TooMuchContentionError(stream) : error);
        return [];
      });
    }
  }

  /** One append serves everybody who was decided for: it is part of the first one's trace, and linked to the others. */
  private append(
    stream: StreamName,
    sealed: readonly SealedEvent[],
    decided: readonly Decided<State, Command, Event>[],
  ): Promise<readonly RecordedEvent[]> {
    const tracer = this.store.instruments?.tracer;
    if (tracer === undefined || !tracer.isOn) return this.store.append(stream, sealed);
    const served = decided.filter(({ events }) => events.length > 0);
    const attributes = { 'tagline.batch_size': served.length, 'tagline.events': sealed.length };
    const options = { ...together(served.map(({ waiting }) => waiting.context.traceparent)), attributes };
    return tracer.span('append', options, async (span) => {
      const recorded = await this.store.append(stream, sealed);
      const position = recorded.at(-1)?.position;
      if (position !== undefined) span.set({ 'tagline.position': position });
      return recorded;
    });
  }

  /** What is too large together may not be too large for one after the other. */
  private async runHalves(
    stream: StreamName,
    decided: readonly Decided<State, Command, Event>[],
  ): Promise<Waiting<State, Command, Event>[]> {
    const batch = decided.map(({ waiting }) => waiting);
    const middle = Math.ceil(batch.length / 2);
    const again = await this.runBatch(stream, batch.slice(0, middle));
    return [...again, ...(await this.runBatch(stream, batch.slice(middle)))];
  }

  /** Decides on what is remembered, and again on what is there where that matters and is something else. */
  private async decideOnCurrent(
    stream: StreamName,
    batch: readonly Waiting<State, Command, Event>[],
  ): Promise<readonly Decided<State, Command, Event>[]> {
    const remembered = this.cache.get(stream);
    let decision = this.decideAll(stream, batch, remembered ?? (await this.read(stream)));
    if (remembered !== undefined && decision.answersWithoutAppend) {
      const current = await this.catchUp(stream, remembered);
      if (current.revision !== remembered.revision) decision = this.decideAll(stream, batch, current);
    }
    for (const { waiting, error } of decision.refused) waiting.reject(error);
    return decision.decided;
  }

  private decideAll(
    stream: StreamName,
    batch: readonly Waiting<State, Command, Event>[],
    loaded: Loaded<State>,
  ): Decision<State, Command, Event> {
    let { state, revision, hash } = loaded;
    const decided: Decided<State, Command, Event>[] = [];
    const refused: Decision<State, Command, Event>['refused'][number][] = [];
    for (const waiting of batch) {
      try {
        const changedInBatch = revision !== loaded.revision;
        assertVersion(waiting.precondition, changedInBatch ? Infinity : loaded.version);
        const domainEvents = this.decider.decide(waiting.command, state);
        const events = seal(domainEvents, {
          stream,
          revision: revision + 1,
          previousHash: hash,
          time: this.clock(),
          context: waiting.context,
          newId: this.newId,
          schemaVersion: currentVersion,
        });
        for (const event of domainEvents) state = this.decider.evolve(state, event);
        revision += events.length;
        hash = events.at(-1)?.metadata.hash ?? hash;
        decided.push({ waiting, events, after: { state, revision, hash, version: loaded.version } });
      } catch (error) {
        refused.push({ waiting, error });
      }
    }
    const answersWithoutAppend = refused.length > 0 || decided.some(({ events }) => events.length === 0);
    return { decided, refused, answersWithoutAppend };
  }

  private settle(
    stream: StreamName,
    decided: readonly Decided<State, Command, Event>[],
    recorded: readonly RecordedEvent<Event>[],
  ): void {
    let taken = 0;
    let version: Position | undefined;
    for (const { waiting, events, after } of decided) {
      const own = recorded.slice(taken, taken + events.length);
      taken += own.length;
      version = own.at(-1)?.position ?? version ?? after.version;
      const handled = { ...after, version };
      if (taken > 0) this.cache.set(stream, handled);
      waiting.resolve({ ...handled, events: own });
    }
  }

  private read(stream: StreamName): Promise<Loaded<State>> {
    return this.catchUp(stream, { state: this.decider.initialState, revision: NO_STREAM, version: 0, hash: '' });
  }

  /** Folds what was appended since. */
  private async catchUp(stream: StreamName, remembered: Loaded<State>): Promise<Loaded<State>> {
    let loaded = remembered;
    for await (const event of this.store.readStream(stream, { from: remembered.revision + 1 })) {
      loaded = {
        state: this.decider.evolve(loaded.state, event as unknown as Event),
        revision: event.revision,
        version: event.position,
        hash: event.metadata.hash,
      };
    }
    const known = this.cache.get(stream)?.revision ?? NO_STREAM;
    if (loaded.revision > known) this.cache.set(stream, loaded);
    return loaded;
  }
}

interface Decision<State, Command, Event extends DomainEvent> {
  readonly decided: readonly Decided<State, Command, Event>[];
  readonly refused: readonly { readonly waiting: Waiting<State, Command, Event>; readonly error: unknown }[];
  /** Whether somebody is answered by what was known, with no append that would find out that it is not so. */
  readonly answersWithoutAppend: boolean;
}

interface Decided<State, Command, Event extends DomainEvent> {
  readonly waiting: Waiting<State, Command, Event>;
  readonly events: readonly SealedEvent[];
  readonly after: Loaded<State>;
}

const isTooLarge = (error: unknown): boolean => error instanceof EventStoreError && error.code === 'too-large';

function assertVersion({ version }: Precondition, actual: Position): void {
  if (version !== undefined && version !== actual) throw new StaleVersionError(version, actual);
}
