import { createItemParameters, estimateAbility, normalGrid, sumScoreTable } from 'itemresponsetheory';
import { describe, expect, it } from 'vitest';
import { robustScoreAt } from '../../engine/itemresponsetheory/src/ability/robust.ts';
import { type ReferenceItem, readReference, specOf } from './items.ts';

type Name = 'ML' | 'BM' | 'WL' | 'EAP' | 'Jeffreys' | 'Huber' | 'Tukey';
type Pair = [number | string | null, number | string | null];
interface SumScore {
  sumScore: number;
  eap: number;
  sd: number;
}
interface Pattern {
  kind: string;
  responses: (number | null)[];
  catR?: Record<Name, Pair>;
  mirt: Partial<Record<Name | 'MAP' | 'MAP2' | 'EAP2', Pair>>;
}
/** The mixed set has mirt's values only; there 1e-5, and EAP alone has the same meaning in both packages. */
const sets = ['2pl', '3pl', '4pl', 'gpcm', 'grm', 'nrm', 'pcm'];

/**
 * catR's roots are solved to 1e-13 and clamped to [−6, 6]; expected information; 1e-8 for θ, 1e-7 for SE. EAP on the
 * same grid 1e-5. Its SE of Jeffreys adds the prior's curvature: not compared.
 */
const methods = [
  ['ml', 'ML', 1e-8, 1e-7],
  ['map', 'BM', 1e-8, 1e-7],
  ['wle', 'WL', 1e-8, 1e-7],
  ['jeffreys', 'Jeffreys', 1e-8, Infinity],
  ['eap', 'EAP', 1e-5, 1e-5],
] as const;

describe.each(sets)('%s', (set) => {
  const { items, patterns, prior2, sumScoreEap } = readReference<{
    items: ReferenceItem[];
    patterns: Pattern[];
    prior2: { mean: number; variance: number };
    sumScoreEap?: SumScore[];
  }>(`ability/${set}.json`);
  const bank = createItemParameters(items.map(specOf));
  it('another prior, against mirt', () => {
    const prior = { mean: prior2.mean, sd: Math.sqrt(prior2.variance) };
    for (const { responses, mirt } of patterns) {
      const answered = responses.flatMap((category, item) => (category === null ? [] : [{ item, category }]));
      const got = (method: 'map' | 'eap'): number =>
        estimateAbility(
          bank,
          answered.map(({ item }) => item),
          answered.map(({ category }) => category),
          { method, ...prior },
        ).theta;
      expect(Math.abs(got('map') - Number(mirt.MAP2?.[0]))).toBeLessThan(1e-5);
      expect(Math.abs(got('eap') - Number(mirt.EAP2?.[0]))).toBeLessThan(1e-5);
    }
  });
  // Theirs come from a numerical second difference; ours is held exact by the laws beside the source.
  it('standard errors from observed information, against mirt', () => {
    for (const { responses, mirt } of patterns) {
      const answered = responses.flatMap((category, item) => (category === null ? [] : [{ item, category }]));
      const got = estimateAbility(
        bank,
        answered.map(({ item }) => item),
        answered.map(({ category }) => category),
        { method: 'map', information: 'observed' },
      );
      expect(Math.abs(got.standardError - Number(mirt.MAP?.[1]))).toBeLessThan(5e-5);
    }
  });
  if (patterns[0]?.catR?.Huber !== undefined)
    it('robust, Huber', () => {
      const off: string[] = [];
      patterns.forEach(({ responses, catR, kind }, n) => {
        const answered = responses.flatMap((category, item) => (category === null ? [] : [{ item, category }]));
        const [theta, se] = catR?.Huber ?? [null, null];
        const got = estimateAbility(
          bank,
          answered.map(({ item }) => item),
          answered.map(({ category }) => category),
          { method: 'robust' },
        );
        if (Math.abs(got.theta - Number(theta)) > 1e-7) {
          // 3PL may have several roots. Then ours must be the higher one: the equation, integrated from the peer's root
          // to ours, is positive.
          const score = (at: number): number =>
            robustScoreAt(
              bank,
              answered.map(({ item }) => item),
              answered.map(({ category }) => category),
              at,
              { kind: 'huber', tuning: 1 },
            ).score;
          const [from, to] = [Number(theta), got.theta];
          const area = Array.from(
            { length: 1000 },
            (_, q) => score(from + ((to - from) * (q + 0.5)) / 1000) * ((to - from) / 1000),
          ).reduce((sum, part) => sum + part, 0);
          if (Math.abs(score(from)) > 1e-6 || Math.abs(score(to)) > 1e-10 || area <= 0)
            off.push(`${n} ${kind}: ${got.theta} for ${theta}, area ${area}`);
        } else if (Math.abs(got.standardError / Number(se) - 1) > 1e-6)
          off.push(`${n} ${kind}: SE ${got.standardError} for ${se}`);
      });
      expect(off).toEqual([]);
    });
  if (sumScoreEap !== undefined)
    it('the ability of each sum score', () => {
      const table = sumScoreTable(
        bank,
        items.map((_, n) => n),
        normalGrid(),
      );
      expect(table).toHaveLength(sumScoreEap.length);
      sumScoreEap.forEach(({ sumScore, eap, sd }) => {
        expect(Math.abs((table[sumScore]?.theta ?? NaN) - eap)).toBeLessThan(1e-6);
        expect(Math.abs((table[sumScore]?.standardError ?? NaN) - sd)).toBeLessThan(1e-6);
      });
    });
  it.each(methods)('%s', (method, name, thetaTolerance, seTolerance) => {
    const off: string[] = [];
    let compared = 0;
    patterns.forEach(({ responses, catR, kind }, n) => {
      const answered = responses.flatMap((category, item) => (category === null ? [] : [{ item, category }]));
      const [theta, se] = catR?.[name] ?? [null, null];
      if (typeof theta !== 'number') return;
      compared += 1;
      const got = estimateAbility(
        bank,
        answered.map(({ item }) => item),
        answered.map(({ category }) => category),
        { method },
      );
      if (Math.abs(got.theta - theta) > thetaTolerance)
        off.push(`${n} ${kind}: theta ${got.theta} for ${theta} ${got.atBound ?? ''}`);
      else if (typeof se === 'number' && Math.abs(got.standardError - se) > seTolerance * Math.max(1, se))
        off.push(`${n} ${kind}: SE ${got.standardError} for ${se}`);
    });
    expect(off).toEqual([]);
    expect(compared > 0 || (set === 'nrm' && method === 'jeffreys')).toBe(true);
  });
});

it('mixed: EAP and MAP agree with mirt', () => {
  const { items, patterns } = readReference<{ items: ReferenceItem[]; patterns: Pattern[] }>('ability/mixed.json');
  const bank = createItemParameters(items.map(specOf));
  for (const { responses, mirt } of patterns) {
    const answered = responses.flatMap((category, item) => (category === null ? [] : [{ item, category }]));
    for (const [method, name] of [
      ['eap', 'EAP'],
      ['map', 'MAP'],
    ] as const) {
      const theta = mirt[name]?.[0];
      const got = estimateAbility(
        bank,
        answered.map(({ item }) => item),
        answered.map(({ category }) => category),
        { method },
      );
      expect(Math.abs(got.theta - Number(theta))).toBeLessThan(1e-5);
    }
  }
});
