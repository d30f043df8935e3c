import {
  type ClassificationAgreement,
  createItemParameters,
  leeAgreement,
  meanAgreement,
  rudnerAgreement,
  sumScoreDistribution,
  testInformation,
} from 'itemresponsetheory';
import { describe, expect, it } from 'vitest';
import { Comparison, type Disputable } from './comparison.ts';
import { readReference } from './folder.ts';
import { type ReferenceItem, specOf } from './items.ts';

interface Pair {
  readonly accuracy: number;
  readonly consistency: number;
}
interface Conditional {
  readonly marginal: readonly Pair[];
  readonly conditionalAccuracy: readonly (readonly number[])[];
  readonly conditionalConsistency: readonly (readonly number[])[];
}
interface OnGrid {
  readonly grid: readonly number[];
  readonly weights: readonly number[];
}
interface Persons {
  readonly theta: readonly number[];
  readonly marginal: readonly Pair[];
}
interface Rudner extends Conditional, OnGrid {
  readonly thetaCuts: readonly number[];
  readonly sem: readonly number[];
  readonly singleCut?: Pair & { readonly cut: number };
  readonly personBased?: Persons & { readonly se: readonly number[] };
}
interface Lee extends Conditional, Partial<OnGrid> {
  readonly scoreCuts: readonly number[];
  readonly personBased?: Persons;
}
interface ItemSet {
  readonly items: readonly ReferenceItem[];
  readonly rudner?: Rudner;
  readonly lee?: Lee;
  readonly scoreDistribution?: { readonly theta: readonly number[]; readonly p: readonly (readonly number[])[] };
}
const fixture = readReference<Disputable & Readonly<Record<string, ItemSet | string>>>(
  'classification/accuracy-consistency.json',
);
const sets = Object.entries(fixture).flatMap(([name, set]): [string, ItemSet][] =>
  typeof set === 'object' && 'items' in set ? [[name, set]] : [],
);

function comparePairs(
  comparison: Comparison,
  path: string,
  { perCut, all }: ClassificationAgreement,
  wanted: readonly Pair[],
  within: number,
): void {
  wanted.forEach(({ accuracy, consistency }, n) => {
    const got = [...perCut, all][n];
    comparison.near(`${path}[${n}].accuracy`, got?.accuracy, accuracy, { within });
    comparison.near(`${path}[${n}].consistency`, got?.consistency, consistency, { within });
  });
}
function compareRows(
  comparison: Comparison,
  path: string,
  rows: readonly ClassificationAgreement[],
  { conditionalAccuracy, conditionalConsistency }: Conditional,
  within: number,
): void {
  rows.forEach(({ perCut, all }, n) => {
    const got = [...perCut, all];
    const [accuracy, consistency] = [got.map((pair) => pair.accuracy), got.map((pair) => pair.consistency)];
    comparison.all(`${path}.conditionalAccuracy[${n}]`, accuracy, conditionalAccuracy[n] ?? [], { within });
    comparison.all(`${path}.conditionalConsistency[${n}]`, consistency, conditionalConsistency[n] ?? [], { within });
  });
}

/** 1e-8, which the files' ten digits allow. */
const exact = 1e-8;

describe.each(sets)('%s', (name, { items, rudner, lee, scoreDistribution }) => {
  const bank = createItemParameters(items.map(specOf));
  const all = items.map((_, n) => n);

  if (rudner !== undefined)
    it('Rudner', () => {
      if (rudner === undefined) return;
      const { grid, weights, thetaCuts, sem, singleCut, personBased, marginal } = rudner;
      const comparison = new Comparison(fixture);
      const path = `${name}.rudner`;
      const errors = grid.map((theta) => 1 / Math.sqrt(testInformation(bank, all, theta)));
      comparison.all(`${path}.sem`, errors, sem, { within: 0, share: exact });
      const rows = grid.map((theta, n) => rudnerAgreement(theta, errors[n] ?? NaN, thetaCuts));
      compareRows(comparison, path, rows, rudner, exact);
      comparePairs(comparison, `${path}.marginal`, meanAgreement(rows, weights), marginal, exact);
      if (singleCut !== undefined) {
        const single = grid.map((theta, n) => rudnerAgreement(theta, sem[n] ?? NaN, [singleCut.cut]));
        const { all: mean } = meanAgreement(single, weights);
        comparison.near(`${path}.singleCut.accuracy`, mean.accuracy, singleCut.accuracy, { within: exact });
        comparison.near(`${path}.singleCut.consistency`, mean.consistency, singleCut.consistency, { within: exact });
      }
      if (personBased !== undefined) {
        const { theta, se } = personBased;
        const persons = theta.map((one, n) => rudnerAgreement(one, se[n] ?? NaN, thetaCuts));
        comparePairs(comparison, `${path}.personBased.marginal`, meanAgreement(persons), personBased.marginal, exact);
      }
      comparison.done();
    });

  if (lee !== undefined)
    it('Lee', () => {
      if (lee === undefined) return;
      const { scoreCuts, personBased, marginal } = lee;
      const { grid, weights } = { grid: rudner?.grid ?? [], weights: rudner?.weights ?? [], ...lee };
      const comparison = new Comparison(fixture);
      const path = `${name}.lee`;
      // The peer's recursion for more than two categories is not exact: its "probabilities" may pass 1. Ours sum to 1.
      const excess = Math.max(0, ...lee.conditionalAccuracy.flat().map((p) => p - 1));
      const isDichotomous = bank.categories.every((categories) => categories === 2);
      const within = isDichotomous ? exact : 5e-4 + 2 * excess;
      for (const theta of grid) {
        const total = sumScoreDistribution(bank, all, theta).reduce((sum, p) => sum + p, 0);
        expect(Math.abs(total - 1)).toBeLessThan(1e-12);
      }
      const rows = grid.map((theta) => leeAgreement(bank, all, theta, scoreCuts));
      if (isDichotomous) compareRows(comparison, path, rows, lee, exact);
      comparePairs(comparison, `${path}.marginal`, meanAgreement(rows, weights), marginal, within);
      if (personBased !== undefined) {
        const persons = personBased.theta.map((theta) => leeAgreement(bank, all, theta, scoreCuts));
        comparePairs(comparison, `${path}.personBased.marginal`, meanAgreement(persons), personBased.marginal, within);
      }
      comparison.done();
    });

  if (scoreDistribution !== undefined)
    it('score distribution', () => {
      const comparison = new Comparison(fixture);
      scoreDistribution?.theta.forEach((theta, n) => {
        const wanted = scoreDistribution.p[n] ?? [];
        const path = `${name}.scoreDistribution.p[${n}]`;
        comparison.all(path, sumScoreDistribution(bank, all, theta), wanted, { within: 1e-9 });
      });
      comparison.done();
    });
});
