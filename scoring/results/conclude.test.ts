import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SessionState } from '../../delivery/sessions/session.ts';
import type { RatingState, Score, Scores } from '../rating/rating.ts';
import { OralRegime, regimeAt } from '../regimes/regime.ts';
import { tasksOf } from '../rating/performances-of.ts';
import { conclude, speakingAbility } from './conclude.ts';
import { civic41, oralTest, satCivic, satOral } from './example.suite.ts';

const oral = OralRegime.parse(regimeAt('nt2-oral', '2026-11-23'));
const rating = (task: string, scores?: Scores): RatingState => ({
  performance: {
    session: 's',
    person: 'c1',
    task,
    item: task,
    release: {},
    criteria: ['TA', 'RA'],
    turns: [],
    dueAt: '2026-12-07T00:00:00.000Z',
  },
  openedAt: '2026-11-23T10:00:00.000Z',
  asked: [],
  ratings: scores === undefined ? [] : [{ by: 'an', at: '2026-11-24T10:00:00.000Z', scores }],
});
const rated = (score: Score): RatingState[] => [
  rating('S1', { TA: score, RA: score }),
  rating('S2', { TA: score, RA: score }),
];

describe('MO', () => {
  it.each([
    [9, 20, 'pass', '29/41'],
    [0, 29, 'pass', '29/41'],
    [11, 17, 'fail', '28/41'],
    [11, 30, 'pass', '41/41'],
    [0, 0, 'fail', '0/41'],
  ])('%i values and %i practical: %s', (values, practical, outcome, have) => {
    expect(conclude(satCivic({ values, practical }).now, civic41, [])).toMatchObject({
      kind: 'decided',
      result: {
        outcome,
        testDate: '2026-11-23',
        regime: { id: 'mo-70-2026' },
        score: values + practical,
        max: 41,
        conditions: [{ have, need: '29/41' }],
        parts: [
          { part: 'values', score: values, max: 11 },
          { part: 'practical', score: practical, max: 30 },
        ],
      },
    });
  });
  it('an unanswered question counts as wrong, one that is not scored does not count', () => {
    const { now } = satCivic({ values: 11, practical: 30 });
    const first = now.form.findIndex(({ scored, part }) => scored && part === 'values');
    const withCategory = (category: number | null): SessionState => ({
      ...now,
      items: now.items.map((item, index) => (index === first ? { ...item, category } : item)),
    });
    expect(conclude(withCategory(0), civic41, [])).toMatchObject({ result: { score: 40, max: 41 } });
    expect(conclude(withCategory(null), civic41, [])).toMatchObject({ result: { score: 40, max: 40 } });
  });
  it('when no question of a part counts, nothing is decided', () => {
    const { now } = satCivic({ values: 11, practical: 30 });
    const without = (parts: readonly string[]): SessionState => ({
      ...now,
      items: now.items.map((item, index) =>
        parts.includes(now.form[index]?.part ?? '') ? { ...item, category: null } : item,
      ),
    });
    for (const parts of [['values', 'practical'], ['values'], ['practical']])
      for (const regime of [undefined, 'mo-2023']) {
        expect(conclude(without(parts), civic41, [], regime)).toMatchObject({
          kind: 'decided',
          result: { outcome: 'void', conditions: [], parts: [] },
        });
      }
  });
  it('a session that was ended before its time decides nothing; an open one is open', () => {
    const { now } = satCivic({ values: 11, practical: 30 });
    expect(conclude({ ...now, completedParts: [] }, civic41, [])).toMatchObject({
      kind: 'decided',
      result: { outcome: 'void', conditions: [], parts: [] },
    });
    const { closed: _closed, ...open } = now;
    expect(conclude(open, civic41, [])).toEqual({ kind: 'open' });
  });
  it('an older test is decided by the rule of its day, or by the one that is named', () => {
    const { now } = satCivic({ values: 8, practical: 30 });
    expect(conclude({ ...now, admittedAt: '2024-05-01T09:00:00.000Z' }, civic41, [])).toMatchObject({
      result: { outcome: 'fail', regime: { id: 'mo-2023' } },
    });
    expect(conclude(now, civic41, [], 'mo-2022')).toMatchObject({
      result: { outcome: 'pass', regime: { id: 'mo-2022' } },
    });
  });
});

describe('NT2 oral', () => {
  const { now } = satOral([true, true, true, false, false]);
  it('waits for every task, with listening known', () => {
    expect(tasksOf(now)).toEqual(['S1', 'S2']);
    for (const ratings of [[], [rating('S1', { TA: 4, RA: 4 })], [rating('S1', { TA: 4, RA: 4 }), rating('S2')]]) {
      expect(conclude(now, oralTest, ratings)).toMatchObject({
        kind: 'waiting',
        parts: [{ part: 'listening', method: 'wle', converged: true }],
      });
    }
  });
  it('is decided with all of them; every estimate carries SE, method, convergence and bounds', () => {
    const conclusion = conclude(now, oralTest, rated(3));
    if (conclusion.kind !== 'decided') throw new Error('not decided');
    const { parts, ...result } = conclusion.result;
    expect(result).toMatchObject({
      test: 'nt2-oral',
      outcome: 'fail',
      level: 'A2',
      required: 'B1',
      regime: { id: 'nt2-oral-b1' },
      engine: expect.any(String),
    });
    expect(parts.map(({ part }) => part)).toEqual(['listening', 'speaking']);
    for (const part of parts)
      expect(part).toMatchObject({
        theta: expect.any(Number),
        thetaStandardError: expect.any(Number),
        method: 'wle',
        converged: true,
        bounds: { lower: -6, upper: 6 },
        scale: expect.any(Number),
        standardError: expect.any(Number),
        atLimit: false,
      });
    expect(parts[1]).toMatchObject({ criteria: { TA: 3, RA: 3 }, ratings: 2 });
  });
  it.each<[string, readonly boolean[], Score, string, string | undefined]>([
    ['all right, all 5', [true, true, true, true, true], 5, 'pass', 'B1'],
    ['all wrong, all 0', [false, false, false, false, false], 0, 'fail', undefined],
    ['some right, all 1', [true, true, false, false, false], 1, 'fail', 'A1'],
  ])('%s', (_, right, score, outcome, level) => {
    const conclusion = conclude(satOral(right).now, oralTest, rated(score));
    expect(conclusion).toMatchObject({ kind: 'decided', result: { outcome } });
    if (conclusion.kind === 'decided') expect(conclusion.result.level).toBe(level);
  });
  it('says which severities of raters it was measured with; severe raters make the candidate better', () => {
    const decided = (severity?: { readonly version: number; readonly severity: number }) => {
      const base = { validFrom: '2026-01-01', note: '' };
      const conclusion = conclude(
        now,
        oralTest,
        rated(3),
        undefined,
        undefined,
        severity === undefined ? undefined : { ...base, ...severity },
      );
      if (conclusion.kind !== 'decided') throw new Error('not decided');
      const { severities, parts } = conclusion.result;
      return { severities, theta: parts.find(({ part }) => part === 'speaking')?.theta ?? NaN };
    };
    const [average, severe] = [decided(), decided({ version: 2, severity: 0.5 })];
    expect([average.severities, severe.severities]).toEqual([1, 2]);
    expect(severe.theta - average.theta).toBeCloseTo(0.5, 6);
  });
  it('NR is missing, never 0; when nothing is ratable nothing is decided', () => {
    const some = [rating('S1', { TA: 4, RA: 'NR' }), rating('S2', { TA: 'NR', RA: 4 })];
    expect(speakingAbility(oral, some)?.theta).toBe(speakingAbility(oral, [rating('S1', { TA: 4, RA: 4 })])?.theta);
    expect(speakingAbility(oral, some)?.theta).toBeGreaterThan(
      speakingAbility(oral, [rating('S1', { TA: 4, RA: 0 }), rating('S2', { TA: 0, RA: 4 })])?.theta ?? 99,
    );
    expect(conclude(now, oralTest, rated('NR'))).toMatchObject({ kind: 'decided', result: { outcome: 'void' } });
  });
});

describe('speaking', () => {
  const scores = fc
    .array(fc.integer({ min: 0, max: 5 }), { minLength: 2, maxLength: 8 })
    .map((list) => list.slice(0, list.length - (list.length % 2)));
  const ability = (list: readonly number[]) =>
    speakingAbility(
      oral,
      list.flatMap((score, n) => (n % 2 === 0 ? [rating(`S${n}`, { TA: score, RA: list[n + 1] ?? 0 })] : [])),
    );
  it('a higher score never lowers the estimate, which is finite for every pattern', () => {
    fc.assert(
      fc.property(scores, fc.nat(), (list, pick) => {
        const at = pick % list.length;
        const [before, after] = [
          ability(list),
          ability(list.map((score, n) => (n === at ? Math.min(5, score + 1) : score))),
        ];
        expect(Number.isFinite(before?.theta) && Number.isFinite(before?.standardError)).toBe(true);
        expect(after?.theta ?? -99).toBeGreaterThanOrEqual(before?.theta ?? 99);
      }),
    );
  });
  it('the order in which ratings come in changes no bit', () => {
    fc.assert(
      fc.property(scores, (list) => {
        const ratings = list.flatMap((score, n) =>
          n % 2 === 0 ? [rating(`S${n}`, { TA: score, RA: list[n + 1] ?? 0 })] : [],
        );
        expect(speakingAbility(oral, [...ratings].reverse())).toEqual(speakingAbility(oral, ratings));
      }),
    );
  });
  it('is the root of the weighted likelihood equation for equal scores, by hand: S + J/(2I) = 0', () => {
    // Four ratings of 3 with the thresholds of the regime; S, I and J written out from the category probabilities (Warm
    // 1989).
    const theta = speakingAbility(oral, rated(3))?.theta ?? Number.NaN;
    const steps = oral.speaking.thresholds;
    const logits = [0, ...steps.map((_, k) => steps.slice(0, k + 1).reduce((sum, step) => sum + theta - step, 0))];
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
    const moment = (power: number, centre: number): number =>
      logits.reduce((sum, logit, k) => sum + ((k - centre) ** power * Math.exp(logit)) / total, 0);
    const mean = moment(1, 0);
    const [information, third] = [4 * moment(2, mean), 4 * moment(3, mean)];
    expect(4 * (3 - mean) + third / (2 * information)).toBeCloseTo(0, 8);
  });
});
