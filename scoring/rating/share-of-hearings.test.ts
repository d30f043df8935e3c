import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { satOral } from '../results/example.suite.ts';
import { performanceId, tasksOf } from './performances-of.ts';
import type { RatingState } from './rating.ts';
import { hasHeardEnoughBy, mostHeardByOne } from './share-of-hearings.ts';

describe('how many tasks of one candidate an examiner hears', () => {
  it.each([
    [15, 3, 1],
    [5, 1, 1],
    [5, 2, 2],
    [3, 1, 2],
    [3, 2, 4],
    [1, 1, 2],
    [0, 1, 2],
  ])('with %i examiners, after %i hearings of five tasks: %i', (examiners, hearings, most) => {
    expect(mostHeardByOne({ tasks: 5, hearings, examiners, least: 3 })).toBe(most);
  });
  it('is enough for all tasks where there are as many examiners as the plan asks for, and never for one alone', () => {
    const from = (min: number) => fc.integer({ min, max: 30 });
    fc.assert(
      fc.property(from(1), fc.integer({ min: 1, max: 3 }), from(3), from(2), (tasks, hearings, examiners, least) => {
        const most = mostHeardByOne({ tasks, hearings, examiners, least });
        expect(most * Math.max(examiners, least)).toBeGreaterThanOrEqual(tasks * hearings);
        if (tasks * hearings > 1) expect(most).toBeLessThan(tasks * hearings);
      }),
    );
  });

  const session = satOral([true, true, true, false, false]).now;
  const id = { tenant: 'agii', id: 's' };
  const [first = '', second = ''] = tasksOf(session);
  const stateOf = (task: string, more: Partial<RatingState> = {}): RatingState => ({
    performance: {
      session: 's',
      person: 'c1',
      task,
      item: task,
      release: {},
      criteria: ['TA'],
      turns: [],
      dueAt: '2026-12-07T00:00:00.000Z',
      examiners: 2,
    },
    openedAt: '2026-11-23T10:00:00.000Z',
    ratings: [],
    asked: [],
    ...more,
  });
  const now = '2026-11-23T12:00:00.000Z';
  const account = { name: 'a', passwordHash: '', roles: ['examiner'], centre: 'c', demonstration: true } as const;
  const enough = (other: RatingState, asked = stateOf(first)) =>
    hasHeardEnoughBy({
      sessions: { load: () => Promise.resolve({ state: session, version: 1, hash: '' }) },
      load: ({ id: performance }) =>
        Promise.resolve({ state: performance === performanceId(id, session, second).id ? other : undefined }),
      accounts: {
        every: (after) =>
          Promise.resolve(
            after?.id === ''
              ? ['x', 'y', 'z'].map((name) => ({
                  ...{ tenant: name === 'z' ? 'other' : 'agii', id: name, revision: 1 },
                  value: account,
                }))
              : [],
          ),
      },
      now: () => now,
    })('agii', 'an', asked);
  const by = (name: string) => ({ by: name, at: now, scores: { TA: 3 } });

  it('counts what was rated and what is held, of this candidate, by this examiner', async () => {
    expect(await enough(stateOf(second, { ratings: [by('an')] }))).toBe(true);
    expect(await enough(stateOf(second, { ratings: [by('bo')] }))).toBe(false);
    expect(await enough(stateOf(second, { claim: { by: 'an', until: '2026-11-23T12:10:00.000Z' } }))).toBe(true);
    expect(await enough(stateOf(second, { claim: { by: 'an', until: now } }))).toBe(false);
  });
  it('is not asked where one may hear all', async () => {
    const { examiners: _examiners, ...performance } = stateOf(first).performance;
    const heard = stateOf(second, { ratings: [by('an')] });
    expect(await enough(heard, { ...stateOf(first), performance })).toBe(false);
  });
});
