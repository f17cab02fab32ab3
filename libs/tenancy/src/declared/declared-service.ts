import { randomUUID } from 'node:crypto';
import { CommandHandler, type EventStore, type Loaded, type Precondition } from '#lib/event-store';
import {
  streamName,
  type EventContext,
  type RbacState,
  type RoleBindingEvent,
  type RoleEvent,
  type StreamName,
} from '#lib/events';
import type { RbacKind } from '#lib/read-model';
import type { RbacCommand, RoleBindingCommand, RoleCommand } from './rbac-commands.js';
import { roleBindingDecider, type RoleBinding } from './role-binding-decider.js';
import { roleDecider, type Role } from './role-decider.js';

const CACHED = 1_000;

/** Which role or binding. */
export interface RbacPlace {
  readonly kind: RbacKind;
  /** Absent for what holds in the cluster. */
  readonly namespace?: string | undefined;
  readonly name: string;
}

type Held = RbacState | undefined;

/** Carries out commands on roles and bindings. */
export class RbacService {
  private readonly roles: CommandHandler<Role, RoleCommand, RoleEvent>;
  private readonly bindings: CommandHandler<RoleBinding, RoleBindingCommand, RoleBindingEvent>;

  constructor(
    store: EventStore,
    private readonly clock: () => Date = () => new Date(),
    private readonly newUid: () => string = randomUUID,
  ) {
    const options = { cachedAggregates: CACHED, clock };
    this.roles = new CommandHandler(store, roleDecider, options);
    this.bindings = new CommandHandler(store, roleBindingDecider, options);
  }

  /** @throws Refusal, and what {@link CommandHandler.handle} throws. */
  async handle(
    place: RbacPlace,
    command: RbacCommand,
    context: EventContext,
    precondition?: Precondition,
  ): Promise<Loaded<Held>> {
    const stream = streamOf(place);
    return isRoleCommand(command)
      ? this.roles.handle(stream, command, context, precondition)
      : this.bindings.handle(stream, command, context, precondition);
  }

  /** What the role or binding would be after a command; appends nothing. */
  async preview(place: RbacPlace, command: RbacCommand): Promise<Loaded<Held>> {
    const stream = streamOf(place);
    if (isRoleCommand(command)) {
      const loaded = await this.roles.load(stream);
      return { ...loaded, state: roleDecider.decide(command, loaded.state).reduce(roleDecider.evolve, loaded.state) };
    }
    const loaded = await this.bindings.load(stream);
    const events = roleBindingDecider.decide(command, loaded.state);
    return { ...loaded, state: events.reduce(roleBindingDecider.evolve, loaded.state) };
  }

  load(place: RbacPlace): Promise<Loaded<Held>> {
    return isRoleKind(place.kind) ? this.roles.load(streamOf(place)) : this.bindings.load(streamOf(place));
  }

  /** Identity and time of something new. */
  birth(): { readonly uid: string; readonly now: Date } {
    return { uid: this.newUid(), now: this.clock() };
  }
}

export const isRoleKind = (kind: RbacKind): kind is 'role' | 'clusterRole' => kind === 'role' || kind === 'clusterRole';

const isRoleCommand = (command: RbacCommand): command is RoleCommand =>
  command.type === 'CreateRole' || command.type === 'ChangeRole' || command.type === 'DeleteRole';

function streamOf({ kind, namespace = '', name }: RbacPlace): StreamName {
  switch (kind) {
    case 'role':
      return streamName.role(namespace, name);
    case 'clusterRole':
      return streamName.clusterRole(name);
    case 'roleBinding':
      return streamName.roleBinding(namespace, name);
    case 'clusterRoleBinding':
      return streamName.clusterRoleBinding(name);
  }
}
