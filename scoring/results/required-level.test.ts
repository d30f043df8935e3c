/** A regime that decides by how probable the required level is: heard again where it is close, and on a fail. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Score, Scores } from '../rating/rating.ts';
import { performanceId } from '../rating/performances-of.ts';
import { type Regime, regimeById } from '../regimes/regime.ts';
import { decideOral } from '../regimes/decide.ts';
import { type Rooms, openRooms, satOral } from './example.suite.ts';
import { asProbable } from './required-level.ts';

const planned = regimeById('nt2-oral', 'nt2-oral-b1-heard-again');
/** In force beside a rule of another test. */
const regimes: readonly Regime[] = [{ ...planned, use: 'in-force' }, regimeById('mo', 'mo-70-2026')];
const id = { tenant: 'agii', id: 's1' };
const good = [true, true, true, true, true];
const middling = [true, true, true, true, false];

let rooms: Rooms;
beforeEach(async () => {
  rooms = await openRooms(regimes);
});
afterEach(() => rooms.close());

const all =
  (score: Score) =>
  (_task: string): Scores => ({ TA: score, RA: score });
const resultOf = async () => (await rooms.results.load(id)).state;
/** Every task rated by one more examiner. */
async function hear(by: string, scores: (task: string) => Scores): Promise<void> {
  expect(await rooms.rateAll('agii', scores, by)).toBe(2);
  await rooms.work();
}
const asked = async () => {
  const { state } = (await rooms.sessions.load(id)) ?? { state: undefined };
  if (state === undefined) throw new Error('there is a session');
  const loaded = await Promise.all(['S1', 'S2'].map((task) => rooms.ratings.load(performanceId(id, state, task))));
  return loaded.map((rating) => rating.state?.asked.map(({ hearing, why }) => `${hearing} ${why}`));
};

describe('a regime with a plan of hearings', () => {
  it('passes at once whoever is well above, and says how probable that is', async () => {
    await rooms.keep(id, satOral(good));
    await rooms.work();
    await hear('an', all(5));
    const result = (await resultOf())?.released?.result;
    expect(result).toMatchObject({
      outcome: 'pass',
      level: 'B1',
      hearings: 1,
      conditions: [{ id: 'required-probable', met: true, need: '0.40' }],
    });
    expect(result?.probability).toBeGreaterThan(0.75);
    expect(await asked()).toEqual([[], []]);
  });

  it('fails nobody on one hearing: every task is heard by another, and every word of both stays', async () => {
    await rooms.keep(id, satOral([false, false, false, false, false]));
    await rooms.work();
    await hear('an', all(0));
    expect((await resultOf())?.released).toBeUndefined();
    expect(await asked()).toEqual([['2 fail'], ['2 fail']]);
    expect(await rooms.rateAll('agii', all(0), 'an')).toBe(0);
    await hear('bo', all(1));
    expect((await resultOf())?.released?.result).toMatchObject({ outcome: 'fail', hearings: 2 });
    expect((await resultOf())?.released?.result.parts[1]).toMatchObject({ ratings: 4, criteria: { TA: 0.5 } });
    expect(await rooms.rateAll('agii', all(1), 'cem')).toBe(0);
  });

  it('hears whoever is close a third time at most, and then decides', async () => {
    await rooms.keep(id, satOral(middling));
    await rooms.work();
    const close = (task: string): Scores => (task === 'S1' ? { TA: 3, RA: 4 } : { TA: 4, RA: 3 });
    for (const by of ['an', 'bo', 'cem']) {
      expect((await resultOf())?.released).toBeUndefined();
      await hear(by, close);
    }
    expect(await asked()).toEqual([
      ['2 band', '3 band'],
      ['2 band', '3 band'],
    ]);
    const result = (await resultOf())?.released?.result;
    expect(result?.hearings).toBe(3);
    expect(result?.outcome).toBe((result?.probability ?? NaN) >= 0.4 ? 'pass' : 'fail');
  });

  it('asks for what is left when the program was ended between two tasks', async () => {
    await rooms.keep(id, satOral([false, false, false, false, false]));
    await rooms.work();
    expect(await rooms.rateAll('agii', all(0))).toBe(2);
    const loaded = await rooms.sessions.load(id);
    if (loaded === undefined) throw new Error('there is a session');
    const ask = { hearing: 2, why: 'fail', probability: 0, regime: planned.id, severities: 1, engine: '1' } as const;
    await rooms.ratings.handle(performanceId(id, loaded.state, 'S1'), { type: 'ask', ask });
    await rooms.work();
    expect(await asked()).toEqual([['2 fail'], ['2 fail']]);
    expect((await resultOf())?.released).toBeUndefined();
  });

  it('is recomputed, and decided alike by the second scorer', async () => {
    const score = fc.integer({ min: 0, max: 5 });
    const answers = fc.array(fc.boolean(), { minLength: 5, maxLength: 5 });
    const hearing = fc.record({ TA: score, RA: score });
    let n = 0;
    await fc.assert(
      fc.asyncProperty(answers, fc.array(hearing, { minLength: 6, maxLength: 6 }), async (right, hearings) => {
        const one = { tenant: 'agii', id: `p${(n += 1)}` };
        await rooms.keep(one, satOral(right, { seed: `seed ${n}` }));
        await rooms.work();
        for (const [at, by] of ['an', 'bo', 'cem'].entries()) {
          const given = (task: string): Scores => hearings[2 * at + (task === 'S1' ? 0 : 1)] ?? {};
          await rooms.rateAll('agii', given, by);
          await rooms.work();
        }
        const again = await rooms.results.recompute(one);
        expect(again?.differs).toEqual([]);
        expect(again?.assured).toEqual([]);
      }),
      { numRuns: 8 },
    );
  }, 120_000);

  it('pins at the opening how many examiners hear a candidate', async () => {
    const played = satOral(good);
    await rooms.keep(id, played);
    await rooms.work();
    const { state } = await rooms.ratings.load(performanceId(id, played.now, 'S1'));
    expect(state?.performance.examiners).toBe(3);
  });

  it.each([
    ['A2', 0.41, 'pass', 'B1'],
    ['B1', 0.41, 'pass', 'B1'],
    ['B1', 0.39, 'fail', 'A2'],
    ['A1', 0.39, 'fail', 'A1'],
    [null, 0.01, 'fail', undefined],
  ] as const)('measured %s, at a probability of %d: %s, %s', (level, probability, outcome, expected) => {
    if (planned.kind !== 'oral' || planned.hearings === undefined) throw new Error('a regime with a plan');
    const measured = { theta: 1, standardError: 0.3 };
    const decision = { ...decideOral(planned, { listening: measured, speaking: measured }), level };
    const said = asProbable(planned, decision, { plan: planned.hearings, heard: { probability, hearings: 3 } });
    expect([said.outcome, said.level]).toEqual([outcome, expected]);
  });
});
