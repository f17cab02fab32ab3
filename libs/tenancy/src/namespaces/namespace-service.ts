import { randomUUID } from 'node:crypto';
import { CommandHandler, NO_STREAM, Refusal, type EventStore, type Handled, type Loaded } from '#lib/event-store';
import type { Precondition } from '#lib/event-store';
import { streamName, type EventContext, type NamespaceEvent, type StreamName } from '#lib/events';
import { SYSTEM } from '../system-actor.js';
import type { NamespaceCommand } from './namespace-commands.js';
import { namespaceDecider, type Namespace } from './namespace-decider.js';

const CACHED_NAMESPACES = 1_000;

/** Namespaces that every server has: where clients look by default, where shared streams live, and the system's own. */
export const DEFAULT_NAMESPACES = ['default', 'openshift', 'kube-system'] as const;

export type HandledNamespace = Handled<Namespace, NamespaceEvent>;

/** Carries out commands on namespaces. */
export class NamespaceService {
  private readonly handler: CommandHandler<Namespace, NamespaceCommand, NamespaceEvent>;

  constructor(
    store: EventStore,
    private readonly clock: () => Date = () => new Date(),
    private readonly newUid: () => string = randomUUID,
  ) {
    this.handler = new CommandHandler(store, namespaceDecider, { cachedAggregates: CACHED_NAMESPACES, clock });
  }

  /** @throws Refusal, and what {@link CommandHandler.handle} throws. */
  handle(command: NamespaceCommand, context: EventContext, precondition?: Precondition): Promise<HandledNamespace> {
    return this.handler.handle(streamOf(command), command, context, precondition);
  }

  /** What the namespace would be after a command; appends nothing. */
  async preview(command: NamespaceCommand): Promise<Loaded<Namespace>> {
    const loaded = await this.handler.load(streamOf(command));
    const events = namespaceDecider.decide(command, loaded.state);
    return { ...loaded, state: events.reduce(namespaceDecider.evolve, loaded.state) };
  }

  load(name: string): Promise<Loaded<Namespace>> {
    return this.handler.load(streamName.namespace(name));
  }

  /** @param requester - user who asked for it as a project of their own. */
  creation(name: string, labels: Labels = {}, annotations: Labels = {}, requester?: string): NamespaceCommand {
    const born = { name, uid: this.newUid(), now: this.clock() };
    return {
      type: 'CreateNamespace',
      ...born,
      labels,
      annotations,
      ...(requester === undefined ? {} : { requester }),
    };
  }

  deletion(name: string, uid?: string): NamespaceCommand {
    return { type: 'RequestNamespaceDeletion', name, now: this.clock(), ...(uid === undefined ? {} : { uid }) };
  }

  /** Creates the default namespaces that never existed. One that was deleted stays deleted. */
  async ensureDefaults(): Promise<void> {
    for (const name of DEFAULT_NAMESPACES) {
      const { revision } = await this.load(name);
      if (revision === NO_STREAM) await this.createUnlessThere(name);
    }
  }

  /** Another process that starts may be faster. */
  private async createUnlessThere(name: string): Promise<void> {
    try {
      await this.handle(this.creation(name), { actor: SYSTEM });
    } catch (error) {
      if (!(error instanceof Refusal && error.code === 'already-exists')) throw error;
    }
  }
}

type Labels = Readonly<Record<string, string>>;

const streamOf = ({ name }: NamespaceCommand): StreamName => streamName.namespace(name);
