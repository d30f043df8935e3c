/** Sessions from beginning to end, as a well-behaved client runs them, and as a bad line delivers them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from './decide.ts';
import { evolve, evolveAll } from './evolve.ts';
import { civicTest, facts } from './example.suite.ts';
import { civic, oral } from './given-session.suite.ts';
import type { Operation } from './operation.ts';
import type { PlayedSession } from './played-session.suite.ts';
import type { Session, SessionState } from './session.ts';

const full = process.env['MEETLAT_FULL'] === '1';

describe('a whole oral session', () => {
  it('goes through listening and speaking, closes by itself and leaves its consequence', () => {
    const played = oral();
    for (let n = 0; n < 5; n += 1) {
      played.ask({ kind: 'play', handle: played.present().handle });
      played.answer((n + 1) % 3);
      played.ask({ kind: 'next', handle: played.present().handle });
    }
    expect(played.now.items.map(({ category }) => category)).toEqual([1, 1, 1, 1, 1]);
    expect(played.now.step).toEqual({ name: 'part-intro', part: 1 });
    played.ask({ kind: 'start-part' });
    expect(played.now.turns.map(({ task, turn }) => [task, turn])).toEqual([
      ['S1', 0],
      ['S1', 1],
      ['S2', 0],
    ]);
    played.speakAll();
    expect(played.now.closed).toMatchObject({ reason: 'completed' });
    expect(played.now.turns.every(({ sealed }) => sealed !== undefined)).toBe(true);
  });
});

describe('a whole MO session', () => {
  it('one item for each slot, pretest unscored, free movement, change of answer, submit', () => {
    const played = civic();
    expect(
      played.now.form
        .filter(({ scored }) => scored)
        .map(({ slot }) => slot)
        .sort(),
    ).toEqual(['A1', 'A2', 'B1', 'B2', 'B3', 'B4']);
    expect(played.now.form.filter(({ scored }) => !scored)).toHaveLength(1);
    for (const item of played.now.items) {
      played.ask({ kind: 'go', position: item.position });
      const authored = civicTest.items.get(item.item.id);
      const key = authored?.kind === 'choice' ? authored.key : 0;
      played.answer((key + 1) % 3);
      played.answer(key);
    }
    played.ask({ kind: 'go', position: 0 }, { kind: 'submit' });
    expect(played.now.items.map(({ category }) => category)).toEqual([1, 1, 1, 1, 1, 1, 1]);
    expect(played.now.closed?.reason).toBe('completed');
  });
});

/** A recorded session's operations, with enough of every kind that order and repetition could matter. */
function recorded(): PlayedSession {
  const played = civic();
  for (const item of played.now.items)
    played.ask(
      { kind: 'go', position: item.position },
      { kind: 'answer', handle: item.handle, option: played.option(item.item.id, item.position % 3) },
      { kind: 'flag', handle: item.handle, on: item.position % 2 === 0 },
    );
  played.ask(
    { kind: 'answer', handle: 'iwrong', option: 'owrong' },
    { kind: 'raise-hand' },
    { kind: 'lower-hand' },
    { kind: 'submit' },
  );
  return played;
}

describe('any delivery that contains each operation at least once ends in the same state (I2)', () => {
  const reference = recorded();
  const start = evolveAll(
    undefined,
    reference.events.filter((event) => event.op === undefined),
  );
  const operations = reference.operations;

  /** Delivers batches as a bad line would; what is refused with a gap comes again later. */
  function deliver(batches: readonly (readonly Operation[])[]): SessionState | undefined {
    let state: Session = start;
    const send = (batch: readonly Operation[]): void => {
      const decision = decide(state, { type: 'operations', fence: 1, operations: batch }, facts(civicTest, 0));
      if (decision.refused === undefined) for (const event of decision.events) state = evolve(state, event);
    };
    for (const batch of batches) send(batch);
    // The client keeps what is not acknowledged and sends it again in order from expectedSeq.
    for (const operation of operations) send([operation]);
    return state;
  }

  it('shuffled, repeated, cut into batches', () => {
    const delivery = fc.array(fc.array(fc.constantFrom(...operations), { minLength: 1, maxLength: 6 }), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(delivery, fc.boolean(), (batches, inOrderFirst) => {
        const state = deliver(inOrderFirst ? [operations, ...batches] : batches);
        expect(state).toEqual(reference.state);
      }),
      { numRuns: full ? 10_000 : 1_000 },
    );
  }, 120_000);

  it('a repeated operation gets its stored outcome and writes nothing', () => {
    const again = decide(reference.state, { type: 'operations', fence: 1, operations }, facts(civicTest, 5));
    expect(again).toMatchObject({ events: [] });
    expect('outcomes' in again ? again.outcomes.length : 0).toBe(operations.length);
  });
});
