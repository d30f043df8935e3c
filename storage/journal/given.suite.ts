/** Given events, when a command, then events and their consequences, or a refusal: how every `decide` is tested. */
import { expect } from 'vitest';
import type { Consequence } from '../port.ts';
import { type Accepted, type Refused, isRefused } from './stream.ts';

export interface Decider<State, Event, Command, Facts, Refusal> {
  readonly evolve: (state: State | undefined, event: Event, version: number) => State;
  readonly decide: (
    state: State | undefined,
    command: Command,
    facts: Facts,
  ) => Refused<Refusal> | Accepted<Event, Consequence, State>;
}
/** A refusal, or events with their consequences; absent members mean none. Nothing: it was carried out before. */
export interface Expected<Event, Refusal> {
  readonly refused?: Refusal;
  readonly events?: readonly Event[];
  readonly pending?: readonly Consequence[];
}

export interface When<Event, Command, Facts, Refusal> {
  when(command: Command, facts: Facts): { then(expected: Expected<Event, Refusal>): void };
}

/** The `given` of one decider: each event is the only one of its commit. */
export const givenOf =
  <State, Event, Command, Facts, Refusal>({ evolve, decide }: Decider<State, Event, Command, Facts, Refusal>) =>
  (...events: readonly Event[]): When<Event, Command, Facts, Refusal> => ({
    when: (command, facts) => ({
      then: (expected) => {
        const state = stateOf(evolve, events);
        const decision = decide(state, command, facts);
        if (isRefused(decision)) {
          expect(decision).toEqual(expected);
          return;
        }
        const { events: made, pending, state: decided } = decision;
        expect({ events: made, pending }).toEqual({ events: [], pending: [], ...expected });
        // What was decided can follow on what was given, and makes the state that `decide` says.
        const evolved = stateOf(evolve, [...events, ...made]);
        if (decided !== undefined) expect(decided).toEqual(evolved);
      },
    }),
  });

export const stateOf = <State, Event>(
  evolve: (state: State | undefined, event: Event, version: number) => State,
  events: readonly Event[],
): State | undefined =>
  events.reduce<State | undefined>((state, event, index) => evolve(state, event, index + 1), undefined);
