import { expect } from 'vitest';
import { Refusal, type Decider, type RefusalCode } from '#lib/event-store';
import type { DomainEvent } from '#lib/events';

/** What a refusal must say besides its code; parts that are left out are not looked at. */
export interface ExpectedRefusal {
  readonly subject?: string;
  readonly message?: string | RegExp;
  /** Fields of the problems, in their order. */
  readonly fields?: readonly string[];
}

export interface Given<State, Command, Event extends DomainEvent> {
  /** Decides commands one after the other, each on what the one before it led to. */
  when(...commands: readonly [Command, ...Command[]]): When<State, Event>;
}

export interface When<State, Event extends DomainEvent> {
  /** The last command leads to exactly these events. */
  then(events: readonly Event[]): When<State, Event>;
  /** The last command leads to events of these types, in this order. */
  thenTypes(...types: readonly Event['type'][]): When<State, Event>;
  /** The last command changes nothing. */
  thenNothing(): When<State, Event>;
  /** Looks at the state after all commands. */
  thenState(look: (state: State) => void): When<State, Event>;
  thenRefused(code: RefusalCode, expected?: ExpectedRefusal): void;
  /** The last command fails with something that is no refusal, such as a question. */
  thenThrows(error: new (...args: never[]) => Error): void;
}

/**
 * A specification of a decider: given what happened, when a command is decided, then this happens or is refused.
 *
 * `given(decider)(...events).when(command).then([event])`
 */
export const given =
  <State, Command, Event extends DomainEvent>(decider: Decider<State, Command, Event>) =>
  (...events: readonly Event[]): Given<State, Command, Event> => ({
    when: (...commands) => decided(decider, events.reduce(decider.evolve, decider.initialState), commands),
  });

function decided<State, Command, Event extends DomainEvent>(
  decider: Decider<State, Command, Event>,
  before: State,
  commands: readonly Command[],
): When<State, Event> {
  let state = before;
  let events: readonly Event[] = [];
  let failure: { readonly error: unknown } | undefined;
  commands.forEach((command, index) => {
    try {
      events = decider.decide(command, state);
    } catch (error) {
      if (index < commands.length - 1) throw error;
      failure = { error };
      return;
    }
    state = events.reduce(decider.evolve, state);
  });
  const assertDecided = (): void => {
    if (failure !== undefined) throw failure.error;
  };
  const when: When<State, Event> = {
    then: (expected) => {
      assertDecided();
      expect(events).toEqual(expected);
      return when;
    },
    thenTypes: (...types) => {
      assertDecided();
      expect(events.map(({ type }) => type)).toEqual(types);
      return when;
    },
    thenNothing: () => when.then([]),
    thenState: (look) => {
      assertDecided();
      look(state);
      return when;
    },
    thenRefused: (code, { subject, message, fields } = {}) => {
      const { error } = failure ?? {};
      expect(error, `expected a refusal, got ${JSON.stringify(events)}`).toBeInstanceOf(Refusal);
      const refusal = error as Refusal;
      expect(refusal.code).toBe(code);
      if (subject !== undefined) expect(refusal.subject).toBe(subject);
      if (typeof message === 'string') expect(refusal.message).toBe(message);
      else if (message !== undefined) expect(refusal.message).toMatch(message);
      if (fields !== undefined) expect(refusal.problems.map(({ field }) => field)).toEqual(fields);
    },
    thenThrows: (type) => {
      expect(failure?.error).toBeInstanceOf(type);
    },
  };
  return when;
}
