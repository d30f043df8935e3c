import {
  type AbilityOptions,
  createItemParameters,
  estimateAbility,
  type ItemParameters,
  normalGrid,
  sumScoreTable,
} from 'itemresponsetheory';
import { describe, it } from 'vitest';
import { robustScoreAt } from '../../engine/itemresponsetheory/src/ability/robust.ts';
import { Comparison, type Disputable, type PeerNumber } from './comparison.ts';
import { fixturesOf, readReference } from './folder.ts';
import { type ReferenceItem, specOf } from './items.ts';

type Pair = readonly [PeerNumber, PeerNumber];
interface Pattern {
  readonly kind: string;
  readonly responses: readonly (number | null)[];
  readonly catR?: Readonly<Record<string, Pair>>;
  readonly mirt?: Readonly<Record<string, Pair>>;
}
interface Fixture extends Disputable {
  readonly items: readonly ReferenceItem[];
  readonly patterns: readonly Pattern[];
  readonly prior2?: { readonly mean: number; readonly variance: number };
  readonly sumScoreEap?: readonly { readonly sumScore: number; readonly eap: number; readonly sd: number }[];
}

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

const answered = ({ responses }: Pattern): { readonly items: number[]; readonly categories: number[] } => {
  const given = responses.flatMap((category, item) => (category === null ? [] : [{ item, category }]));
  return { items: given.map(({ item }) => item), categories: given.map(({ category }) => category) };
};
function estimate(bank: ItemParameters, pattern: Pattern, options: AbilityOptions) {
  const { items, categories } = answered(pattern);
  return estimateAbility(bank, items, categories, options);
}

/**
 * Responses of 3PL items may have several roots. Ours is then the higher one: the equation, integrated from the peer's
 * root to ours, is positive.
 */
function isHigherRoot(bank: ItemParameters, pattern: Pattern, theirs: number, ours: number): boolean {
  const { items, categories } = answered(pattern);
  const score = (at: number): number => robustScoreAt(bank, items, categories, at, { kind: 'huber', tuning: 1 }).score;
  const step = (ours - theirs) / 1000;
  const area = Array.from({ length: 1000 }, (_, q) => score(theirs + step * (q + 0.5)) * step).reduce(
    (sum, part) => sum + part,
    0,
  );
  return Math.abs(score(theirs)) <= 1e-6 && Math.abs(score(ours)) <= 1e-10 && area > 0;
}

describe.each(fixturesOf('ability'))('%s', (name) => {
  const fixture = readReference<Fixture>(`ability/${name}.json`);
  const { items, patterns, prior2, sumScoreEap } = fixture;
  const bank = createItemParameters(items.map(specOf));
  const has = (peer: 'catR' | 'mirt', method: string): boolean =>
    patterns.some((pattern) => typeof pattern[peer]?.[method]?.[0] === 'number');

  it.each([
    ['map', 'MAP', undefined],
    ['eap', 'EAP', undefined],
    ['map', 'MAP2', prior2],
    ['eap', 'EAP2', prior2],
  ] as const)('%s against mirt, as %s', (method, label, prior) => {
    const comparison = new Comparison(fixture);
    patterns.forEach((pattern, n) => {
      const options = prior === undefined ? { method } : { method, mean: prior.mean, sd: Math.sqrt(prior.variance) };
      const { theta } = estimate(bank, pattern, options);
      comparison.near(`patterns[${n}].mirt.${label}[0]`, theta, pattern.mirt?.[label]?.[0], { within: 1e-5 });
    });
    comparison.done();
  });

  // Theirs come from a numerical second difference; ours is held exact by the laws beside the source.
  it('standard errors from observed information, against mirt', () => {
    const comparison = new Comparison(fixture);
    patterns.forEach((pattern, n) => {
      const { standardError } = estimate(bank, pattern, { method: 'map', information: 'observed' });
      comparison.near(`patterns[${n}].mirt.MAP[1]`, standardError, pattern.mirt?.MAP?.[1], { within: 5e-5 });
    });
    comparison.done();
  });

  if (has('catR', 'Huber'))
    it('robust, Huber', () => {
      const comparison = new Comparison(fixture);
      patterns.forEach((pattern, n) => {
        const [theta, se] = pattern.catR?.['Huber'] ?? [];
        if (typeof theta !== 'number') return;
        const got = estimate(bank, pattern, { method: 'robust' });
        const isAnotherRoot = Math.abs(got.theta - theta) > 1e-7 && isHigherRoot(bank, pattern, theta, got.theta);
        if (isAnotherRoot) return;
        comparison.near(`patterns[${n}].catR.Huber[0]`, got.theta, theta, { within: 1e-7 });
        comparison.near(`patterns[${n}].catR.Huber[1]`, got.standardError, se, { within: 0, share: 1e-6 });
      });
      comparison.done();
    });

  if (sumScoreEap !== undefined)
    it('the ability of each sum score', () => {
      const comparison = new Comparison(fixture);
      const table = sumScoreTable(
        bank,
        items.map((_, n) => n),
        normalGrid(),
      );
      comparison.same('sumScoreEap', table.length, sumScoreEap?.length);
      sumScoreEap?.forEach(({ sumScore, eap, sd }, n) => {
        comparison.near(`sumScoreEap[${n}].eap`, table[sumScore]?.theta, eap, { within: 1e-6 });
        comparison.near(`sumScoreEap[${n}].sd`, table[sumScore]?.standardError, sd, { within: 1e-6 });
      });
      comparison.done();
    });

  it.each(methods.filter(([, label]) => has('catR', label)))(
    '%s against catR, as %s',
    (method, label, thetaTolerance, seTolerance) => {
      const comparison = new Comparison(fixture);
      patterns.forEach((pattern, n) => {
        const [theta, se] = pattern.catR?.[label] ?? [];
        if (typeof theta !== 'number') return;
        const got = estimate(bank, pattern, { method });
        comparison.near(`patterns[${n}].catR.${label}[0]`, got.theta, theta, { within: thetaTolerance });
        if (typeof se !== 'number' || seTolerance === Infinity) return;
        const within = seTolerance * Math.max(1, se);
        comparison.near(`patterns[${n}].catR.${label}[1]`, got.standardError, se, { within });
      });
      comparison.done();
    },
  );
});
