import { randomUUID } from 'node:crypto';
import { CommandHandler, type EventStore, type Loaded, type Precondition } from '#lib/event-store';
import { streamName, type EventContext, type ServiceAccountEvent } from '#lib/events';
import type { ServiceAccountCommand } from './service-account-commands.js';
import { serviceAccountDecider, type ServiceAccount } from './service-account-decider.js';

const CACHED = 1_000;

/** Which service account. */
export interface ServiceAccountPlace {
  readonly namespace: string;
  readonly name: string;
}

/** Carries out commands on service accounts. */
export class ServiceAccountService {
  private readonly handler: CommandHandler<ServiceAccount, ServiceAccountCommand, ServiceAccountEvent>;

  constructor(
    store: EventStore,
    private readonly clock: () => Date = () => new Date(),
    private readonly newUid: () => string = randomUUID,
  ) {
    this.handler = new CommandHandler(store, serviceAccountDecider, { cachedAggregates: CACHED, clock });
  }

  /** @throws Refusal, and what {@link CommandHandler.handle} throws. */
  handle(
    { namespace, name }: ServiceAccountPlace,
    command: ServiceAccountCommand,
    context: EventContext,
    precondition?: Precondition,
  ): Promise<Loaded<ServiceAccount>> {
    return this.handler.handle(streamName.serviceAccount(namespace, name), command, context, precondition);
  }

  /** What the service account would be after a command; appends nothing. */
  async preview(place: ServiceAccountPlace, command: ServiceAccountCommand): Promise<Loaded<ServiceAccount>> {
    const loaded = await this.load(place);
    const events = serviceAccountDecider.decide(command, loaded.state);
    return { ...loaded, state: events.reduce(serviceAccountDecider.evolve, loaded.state) };
  }

  load({ namespace, name }: ServiceAccountPlace): Promise<Loaded<ServiceAccount>> {
    return this.handler.load(streamName.serviceAccount(namespace, name));
  }

  /** Identity and time of something new. */
  birth(): { readonly uid: string; readonly now: Date } {
    return { uid: this.newUid(), now: this.clock() };
  }
}
