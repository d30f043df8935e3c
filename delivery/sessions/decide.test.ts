import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from './decide.ts';
import { evolve, evolveAll } from './evolve.ts';
import { admit, at, civicTest, facts, operation, oralTest, register } from './example.suite.ts';
import type { Operation } from './operation.ts';
import type { Session, SessionState } from './session.ts';
import { PlayedSession } from './played-session.suite.ts';

const full = process.env['MEETLAT_FULL'] === '1';

describe('given nothing', () => {
  it('when anything but a registration, then refused', () => {
    expect(decide(undefined, admit, facts(oralTest, 0))).toEqual({ refused: { code: 'not-registered' } });
  });
  it('when registered twice, then refused', () => {
    const played = new PlayedSession(oralTest);
    played.run(register(oralTest));
    expect(played.decide(register(oralTest))).toEqual({ refused: { code: 'already-registered' } });
  });
});

describe('admission', () => {
  it('the first admission opens the result; a second does not', () => {
    const played = new PlayedSession(oralTest);
    played.run(register(oralTest));
    expect(played.decide(admit)).toMatchObject({ pending: [{ kind: 'session-attended' }] });
    played.run(admit);
    expect(played.decide(admit)).toMatchObject({ pending: [] });
  });
  it('the newest code lets a device in, once; an older one and a used one do not', () => {
    const played = new PlayedSession(oralTest);
    played.run(register(oralTest));
    const made = (hash: string) => ({ type: 'make-code', hash, admits: false, by: 'toezichter@demo' }) as const;
    const arrival = (code: string) => ({ type: 'arrive', seat: 'x', code }) as const;
    const superseded = { refused: { code: 'code-superseded' } };
    played.run(made('first'));
    played.run(made('second'));
    expect(played.decide(arrival('first'))).toEqual(superseded);
    played.run(arrival('second'));
    expect(played.decide(arrival('second'))).toEqual(superseded);
    played.run(made('third'));
    expect(played.decide(arrival('second'))).toEqual(superseded);
    played.run(arrival('third'));
    expect(played.now.arrivals).toBe(2);
  });
  it('nobody writes before admission, nor after coming in again until re-admitted', () => {
    const played = new PlayedSession(oralTest);
    played.run(register(oralTest));
    expect(played.decide({ type: 'take-writer' })).toEqual({ refused: { code: 'not-admitted' } });
    played.run({ type: 'arrive', seat: 'x', code: 'code' });
    played.run(admit);
    played.run({ type: 'take-writer' });
    played.ask({ kind: 'confirm-name' });
    played.run({ type: 'arrive', seat: 'y', code: 'code' });
    expect(played.decide({ type: 'operations', fence: 1, operations: [operation(1, { kind: 'raise-hand' })] })).toEqual(
      { refused: { code: 'not-admitted' } },
    );
    played.run(admit);
    expect(played.now.step).toEqual({ name: 'sound-check' });
  });
  it('an older page is fenced and writes nothing', () => {
    const played = new PlayedSession(oralTest).begin();
    played.run({ type: 'take-writer' });
    expect(
      played.decide({ type: 'operations', fence: 1, operations: [operation(0, { kind: 'confirm-name' })] }),
    ).toEqual({ refused: { code: 'fenced', fence: 2 } });
  });
});

describe('a whole oral session', () => {
  it('goes through listening and speaking, closes by itself and leaves its consequence', () => {
    const played = new PlayedSession(oralTest).begin().toFirstPart();
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
  it('plays are counted by the server: the third of two is refused', () => {
    const played = new PlayedSession(oralTest).begin().toFirstPart();
    const { handle } = played.present();
    played.ask({ kind: 'play', handle }, { kind: 'play', handle }, { kind: 'play', handle });
    expect(played.now.outcomes.get(played.operations.at(-1)?.opId ?? '')).toMatchObject({
      status: 'refused',
      code: 'no-plays-left',
    });
    played.run({ type: 'refund-play', by: 'toezichter@demo', reason: 'koptelefoon' });
    played.ask({ kind: 'play', handle });
    expect(played.now.items[0]?.plays).toBe(2);
  });
  it('a wrong item uses up its seq, is recorded as refused, and the queue goes on', () => {
    const played = new PlayedSession(oralTest).begin().toFirstPart();
    played.ask({ kind: 'answer', handle: 'inobody', option: 'onothing' });
    expect(played.events.at(-1)).toMatchObject({ type: 'operation-refused', kind: 'answer', code: 'wrong-item' });
    played.answer(1);
    expect(played.now.items[0]?.answer).toMatchObject({ choice: 1 });
  });
  it('a recording that is not sealed is refused, and so is going on without it', () => {
    const played = new PlayedSession(oralTest).begin().toFirstPart();
    for (let n = 0; n < 5; n += 1) played.ask({ kind: 'next', handle: played.present().handle });
    played.ask({ kind: 'start-part' });
    const handle = played.now.turns[0]?.handle ?? '';
    const upload = 'upload-lost-000000';
    played.ask({ kind: 'recording-started', handle, upload });
    played.ask({
      kind: 'recording-finished',
      handle,
      upload,
      chunks: ['c'.repeat(64)],
      durationMs: 1,
      contentType: 'audio/webm',
      peak: 0,
    });
    expect(played.events.at(-1)).toMatchObject({ type: 'operation-refused', code: 'recording-incomplete' });
    played.ask({ kind: 'next', handle });
    expect(played.events.at(-1)).toMatchObject({ type: 'operation-refused', code: 'recording-incomplete' });
  });
});

describe('the clock', () => {
  it('an answer within the grace counts, a later one is recorded as late; an unanswered item scores 0', () => {
    const played = new PlayedSession(oralTest).begin().toFirstPart();
    played.ms = 121_900;
    played.answer(1);
    expect(played.now.items[0]?.answer?.choice).toBe(1);
    played.ask({ kind: 'next', handle: played.present().handle });
    played.ms += 122_001;
    played.answer(2);
    expect(played.events.at(-1)).toMatchObject({ type: 'operation-refused', code: 'late' });
    played.ask({ kind: 'next', handle: played.present().handle });
    expect(played.events.find((event) => event.type === 'item-completed' && event.category === 0)).toMatchObject({
      why: 'unanswered',
    });
  });
  it('an item that timed out during an outage of the server is not scored', () => {
    const played = new PlayedSession(oralTest).begin().toFirstPart();
    played.ms = 200_000;
    played.run({ type: 'measure-outage', from: at(60_000), to: at(200_000) });
    played.ask({ kind: 'next', handle: played.present().handle });
    expect(played.now.items[0]?.category).toBeNull();
  });
  it('stands still during a pause, and the pause moves the deadline', () => {
    const played = new PlayedSession(civicTest).begin().toFirstPart();
    const before = Date.parse(played.now.deadlineAt ?? '');
    played.ms = 60_000;
    played.run({ type: 'pause', by: 't', reason: 'brandalarm' });
    played.ms = 360_000;
    played.ask({ kind: 'go', position: 2 });
    expect(played.events.at(-1)).toMatchObject({ code: 'not-active' });
    played.run({ type: 'resume', by: 't' });
    expect(Date.parse(played.now.deadlineAt ?? '') - before).toBe(300_000);
  });
  it('extra time by profile and by grant', () => {
    const played = new PlayedSession(civicTest)
      .begin({ accommodations: { extraTimePercent: 50, extraPlays: 0 } })
      .toFirstPart();
    expect(played.now.deadlineAt).toBe(at(900_000));
    played.run({ type: 'grant-extra-time', by: 't', ms: 60_000, reason: 'storing' });
    expect(played.now.deadlineAt).toBe(at(960_000));
  });
  it('the deadline job scores a linear form as it stands, once', () => {
    const played = new PlayedSession(civicTest).begin().toFirstPart();
    const first = played.present();
    played.ask({ kind: 'answer', handle: first.handle, option: played.option(first.item, 0) });
    played.ms = 602_001;
    expect(played.run({ type: 'close-overdue' }).map(({ type }) => type)).toEqual([
      'form-scored',
      'part-completed',
      'closed',
    ]);
    expect(played.decide({ type: 'close-overdue' })).toEqual({ refused: { code: 'session-closed' } });
    played.ask({ kind: 'answer', handle: first.handle, option: played.option(first.item, 1) });
    expect(played.events.at(-1)).toMatchObject({ code: 'late' });
  });
});

describe('a whole MO session', () => {
  it('one item for each slot, pretest unscored, free movement, change of answer, submit', () => {
    const played = new PlayedSession(civicTest).begin().toFirstPart();
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
  const played = new PlayedSession(civicTest).begin().toFirstPart();
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

  it('a gap writes nothing and names the seq that is expected', () => {
    const batch = [operation(0, { kind: 'confirm-name' }), operation(2, { kind: 'raise-hand' })];
    expect(decide(start, { type: 'operations', fence: 1, operations: batch }, facts(civicTest, 0))).toEqual({
      refused: { code: 'seq-gap', expectedSeq: 0 },
    });
  });
});
