import type { DomainEvent } from '#lib/events';

/**
 * An aggregate as three pure parts. `decide` says which events a command leads to, or throws the domain's refusal;
 * `evolve` says what an event means. Neither reads a clock, a disk or a framework.
 */
export interface Decider<State, Command, Event extends DomainEvent> {
  readonly initialState: State;
  readonly decide: (command: Command, state: State) => readonly Event[];
  readonly evolve: (state: State, event: Event) => State;
}
