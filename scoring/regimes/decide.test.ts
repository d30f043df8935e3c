import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CountedParts, UnusableScore, decideCounted, decideOral, toScale } from './decide.ts';
import { CountedRegime, OralRegime, type Regime, regimeAt, regimeById, regimes } from './regime.ts';

/** Read again, the type is that of one kind. */
const counted = (regime: Regime): CountedRegime => CountedRegime.parse(regime);
const mo = counted(regimeAt('mo', '2026-11-23'));
const oral = OralRegime.parse(regimeAt('nt2-oral', '2026-11-23'));
const parts = (values: number, practical: number) => ({
  parts: { values: { score: values, max: 11 }, practical: { score: practical, max: 30 } },
});
const decideMo = (regime: Regime, given: CountedParts) => decideCounted(counted(regime), given);

describe('MO, 70 %', () => {
  it('29 of 41 passes, 28 does not', () => {
    expect(decideMo(mo, parts(9, 20))).toMatchObject({
      outcome: 'pass',
      conditions: [{ have: '29/41', need: '29/41', met: true }],
    });
    expect(decideMo(mo, parts(8, 20))).toMatchObject({ outcome: 'fail', conditions: [{ have: '28/41', met: false }] });
  });
  it('is the exact fraction for every length, and says what was needed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.nat(400), (max, raw) => {
        const score = raw % (max + 1);
        const { outcome, conditions } = decideMo(mo, {
          parts: { values: { score: 0, max: 0 }, practical: { score, max } },
        });
        expect(outcome === 'pass').toBe(10n * BigInt(score) >= 7n * BigInt(max));
        expect(outcome === 'pass').toBe(score >= Number(conditions[0]?.need.split('/')[0]));
      }),
    );
  });
  it.each([
    ['an empty form', { values: { score: 0, max: 0 }, practical: { score: 0, max: 0 } }],
    ['more than there is', { values: { score: 12, max: 11 }, practical: { score: 30, max: 30 } }],
    ['half a point', { values: { score: 8.5, max: 11 }, practical: { score: 20, max: 30 } }],
    ['a negative score', { values: { score: -1, max: 11 }, practical: { score: 0, max: 30 } }],
    ['no number', { values: { score: Number.NaN, max: 11 }, practical: { score: 30, max: 30 } }],
  ])('decides nothing of %s', (_, impossible) => {
    expect(() => decideMo(mo, { parts: impossible })).toThrow(UnusableScore);
  });
});

describe('the regime in force', () => {
  it.each([
    ['2022-03-21', 'mo-2022'],
    ['2023-02-28', 'mo-2022'],
    ['2023-03-01', 'mo-2023'],
    ['2025-12-31', 'mo-2023'],
    ['2026-01-01', 'mo-70-2026'],
    ['2026-11-23', 'mo-70-2026'],
  ])('on %s is %s', (date, id) => {
    expect(regimeAt('mo', date).id).toBe(id);
  });
  it.each(['2022-03-20', '', 'garbage', '2026-02-30'])('%j has none', (date) => {
    expect(() => regimeAt('mo', date)).toThrow('no regime');
  });
  it('is never one that ships for comparison only', () => {
    expect(regimes.filter(({ use }) => use === 'reference').map(({ id }) => id)).toEqual([
      'mo-2026',
      'nt2-oral-b1-heard-again',
    ]);
    expect(regimeById('mo', 'mo-2026').use).toBe('reference');
    expect(() => regimeById('mo', 'nt2-oral-b1')).toThrow('no regime');
  });
  it('is one only on each day', () => {
    const days = regimes
      .filter(({ use }) => use === 'in-force')
      .map(({ family, validFrom }) => `${family} ${validFrom}`);
    expect(new Set(days).size).toBe(days.length);
  });
});

describe('a regime of another test', () => {
  const reading = counted({
    ...mo,
    family: 'reading',
    id: 'reading-1',
    conditions: [{ id: 'texts', part: 'texts', atLeast: { numerator: 1, denominator: 2 } }],
  });
  it('is found among those given, by its own family', () => {
    expect(regimeAt('reading', '2026-11-23', [...regimes, reading]).id).toBe('reading-1');
    expect(() => regimeAt('reading', '2026-11-23')).toThrow('no regime');
  });
  it('counts whatever parts its form has, and decides nothing of a part that the form lacks', () => {
    const texts = { texts: { score: 2, max: 4 }, signs: { score: 0, max: 2 } };
    expect(decideCounted(reading, { parts: texts })).toMatchObject({ outcome: 'pass', total: { score: 2, max: 6 } });
    expect(() => decideCounted(reading, { parts: { signs: { score: 1, max: 2 } } })).toThrow('texts is missing');
  });
});

describe('other MO rules', () => {
  it.each([
    ['mo-2022', 6, 16, 'pass'],
    ['mo-2022', 5, 30, 'fail'],
    ['mo-2022', 11, 15, 'fail'],
    ['mo-2023', 9, 16, 'pass'],
    ['mo-2023', 8, 30, 'fail'],
    ['mo-2026', 9, 20, 'pass'],
    ['mo-2026', 8, 30, 'fail'],
    ['mo-2026', 11, 17, 'fail'],
    ['mo-2026', 11, 18, 'pass'],
  ])('%s: %i of 11 and %i of 30 is a %s', (id, values, practical, outcome) => {
    expect(decideMo(regimeById('mo', id), parts(values, practical)).outcome).toBe(outcome);
  });
  it('weighs the process evaluation exactly where a regime counts it, and decides nothing without', () => {
    const half = counted({ ...counted(regimeById('mo', 'mo-2026')), overall: { test: 1, processEvaluation: 1 } });
    // 28/41 and 72/100 make 0.7015; 28/41 and 71/100 make 0.6965.
    expect(decideMo(half, { ...parts(9, 19), processEvaluation: { score: 72, max: 100 } }).outcome).toBe('pass');
    expect(decideMo(half, { ...parts(9, 19), processEvaluation: { score: 71, max: 100 } }).outcome).toBe('fail');
    expect(() => decideMo(half, parts(11, 30))).toThrow('processEvaluation is missing');
  });
});

describe('a regime file', () => {
  it.each([
    ['weights of overall', CountedRegime, { ...regimeById('mo', 'mo-2026'), overall: undefined }],
    [
      'a ratio above 1',
      CountedRegime,
      { ...mo, conditions: [{ id: 'total', part: 'total', atLeast: { numerator: 11, denominator: 10 } }] },
    ],
    ['an unknown member', CountedRegime, { ...mo, passmark: 0.7 }],
    [
      'a ratio that is no fraction of whole numbers',
      CountedRegime,
      { ...mo, conditions: [{ id: 'total', part: 'total', atLeast: { numerator: 0.7, denominator: 1 } }] },
    ],
    ['a required level that is not there', OralRegime, { ...oral, required: 'B2' }],
    ['levels that do not ascend', OralRegime, { ...oral, levels: [...oral.levels].reverse() }],
  ] as const)('is refused: %s', (_, schema, file) => {
    expect(schema.safeParse(file).success).toBe(false);
  });
});

describe('NT2 oral', () => {
  const at = (listening: number, speaking: number) =>
    decideOral(oral, {
      listening: { theta: listening, standardError: 0.38 },
      speaking: { theta: speaking, standardError: 0.4 },
    });
  it('maps each part onto the reporting scale: cuts at 300, 400, 500, slopes outside, limits said', () => {
    for (const [theta, scale] of [
      [-1.5, 300],
      [0, 400],
      [1.5, 500],
      [0.75, 450],
      [-3, 200],
      [3, 600],
    ] as const)
      expect(toScale(oral, 'listening', { theta, standardError: 0.3 })).toMatchObject({
        scale,
        standardError: 20,
        atLimit: false,
      });
    expect(toScale(oral, 'listening', { theta: 6, standardError: 1 })).toMatchObject({ scale: 650, atLimit: true });
  });
  it.each([
    [-1.52, null],
    [-1.5, 'A1'],
    [-0.02, 'A1'],
    [0, 'A2'],
    [1.48, 'A2'],
    [1.5, 'B1'],
  ])('a level begins at its cut: θ %d is %s', (theta, level) => {
    expect(toScale(oral, 'speaking', { theta, standardError: 0.3 }).level).toBe(level);
  });
  it('B1 needs 500 together and no part below 450', () => {
    expect(at(1.5, 1.5)).toMatchObject({ outcome: 'pass', level: 'B1', scale: 500 });
    expect(at(0.75, 2)).toMatchObject({ outcome: 'pass', level: 'B1' });
    expect(at(0.7, 4)).toMatchObject({
      outcome: 'fail',
      level: 'A2',
      conditions: [{ met: true }, { id: 'listening-floor', met: false }, { met: true }],
    });
    expect(at(6, 0.5)).toMatchObject({
      outcome: 'fail',
      conditions: [{ met: true }, { met: true }, { id: 'speaking-floor', met: false }],
    });
    expect(at(1.4, 1.5)).toMatchObject({ outcome: 'fail', level: 'A2', scale: 497 });
    expect(at(-4, -4)).toMatchObject({ outcome: 'fail', level: null });
  });
  it('weighs the SE of the parts', () => {
    // 66.7 points a logit: 0.38 → 25, 0.40 → 27; √((0.35·25)² + (0.65·27)²) = 19.6.
    expect(at(1.5, 1.5)).toMatchObject({
      standardError: 20,
      parts: { listening: { standardError: 25 }, speaking: { standardError: 27 } },
    });
  });
  it('decides nothing of an estimate that is none', () => {
    expect(() => at(Number.NaN, 0)).toThrow(UnusableScore);
    expect(() => at(0, Number.POSITIVE_INFINITY)).toThrow(UnusableScore);
  });
  it('a better part never lowers the level', () => {
    const theta = fc.double({ min: -5, max: 5, noNaN: true });
    const rank = (level: string | null): number => ['A1', 'A2', 'B1'].indexOf(level ?? '');
    fc.assert(
      fc.property(theta, theta, fc.double({ min: 0, max: 2, noNaN: true }), (listening, speaking, more) => {
        expect(rank(at(listening + more, speaking).level)).toBeGreaterThanOrEqual(rank(at(listening, speaking).level));
        expect(rank(at(listening, speaking + more).level)).toBeGreaterThanOrEqual(rank(at(listening, speaking).level));
      }),
    );
  });
});
