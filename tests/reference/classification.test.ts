import {
  createItemParameters,
  leeAgreement,
  meanAgreement,
  rudnerAgreement,
  sumScoreDistribution,
  testInformation,
  type ClassificationAgreement,
} from 'itemresponsetheory';
import { describe, expect, it } from 'vitest';
import { type ReferenceItem, readReference, specOf } from './items.ts';

interface Pair {
  accuracy: number;
  consistency: number;
}
interface Conditional {
  grid: number[];
  weights: number[];
  marginal: Pair[];
  conditionalAccuracy: number[][];
  conditionalConsistency: number[][];
}
interface Persons {
  theta: number[];
  marginal: Pair[];
}
interface Set {
  items: ReferenceItem[];
  rudner: Conditional & {
    thetaCuts: number[];
    sem: number[];
    singleCut: Pair & { cut: number };
    personBased: Persons & { se: number[] };
  };
  lee: Omit<Conditional, 'grid' | 'weights'> & { scoreCuts: number[]; personBased: Persons };
  scoreDistribution: { theta: number[]; p: number[][] };
}
const data = readReference<{
  '2pl': Set;
  '3pl': Set;
  grm: { items: ReferenceItem[]; lee: Conditional & { scoreCuts: number[] } };
}>('classification/accuracy-consistency.json');

const flat = ({ perCut, all }: ClassificationAgreement): Pair[] => [...perCut, all];
/** 1e-8, which the files' ten digits allow. */
function expectPairs(got: ClassificationAgreement, wanted: readonly Pair[]): void {
  wanted.forEach(({ accuracy, consistency }, n) => {
    expect(Math.abs((flat(got)[n]?.accuracy ?? NaN) - accuracy)).toBeLessThan(1e-8);
    expect(Math.abs((flat(got)[n]?.consistency ?? NaN) - consistency)).toBeLessThan(1e-8);
  });
}
const pairs = (accuracy: readonly number[] | undefined, consistency: readonly number[] | undefined): Pair[] =>
  (accuracy ?? []).map((value, n) => ({ accuracy: value, consistency: consistency?.[n] ?? NaN }));

describe.each(['2pl', '3pl'] as const)('%s', (name) => {
  const { items, rudner, lee, scoreDistribution } = data[name];
  const bank = createItemParameters(items.map(specOf));
  const all = items.map((_, n) => n);
  it('Rudner', () => {
    const rows = rudner.grid.map((theta) =>
      rudnerAgreement(theta, 1 / Math.sqrt(testInformation(bank, all, theta)), rudner.thetaCuts),
    );
    rows.forEach((row, n) => expectPairs(row, pairs(rudner.conditionalAccuracy[n], rudner.conditionalConsistency[n])));
    expectPairs(meanAgreement(rows, rudner.weights), rudner.marginal);
    expectPairs(
      meanAgreement(
        rudner.grid.map((theta, n) => rudnerAgreement(theta, rudner.sem[n] ?? NaN, [rudner.singleCut.cut])),
        rudner.weights,
      ),
      [rudner.singleCut],
    );
    expectPairs(
      meanAgreement(
        rudner.personBased.theta.map((theta, n) =>
          rudnerAgreement(theta, rudner.personBased.se[n] ?? NaN, rudner.thetaCuts),
        ),
      ),
      rudner.personBased.marginal,
    );
  });
  it('Lee', () => {
    const rows = rudner.grid.map((theta) => leeAgreement(bank, all, theta, lee.scoreCuts));
    rows.forEach((row, n) => expectPairs(row, pairs(lee.conditionalAccuracy[n], lee.conditionalConsistency[n])));
    expectPairs(meanAgreement(rows, rudner.weights), lee.marginal);
    expectPairs(
      meanAgreement(lee.personBased.theta.map((theta) => leeAgreement(bank, all, theta, lee.scoreCuts))),
      lee.personBased.marginal,
    );
  });
  it('score distribution', () => {
    scoreDistribution.theta.forEach((theta, n) =>
      sumScoreDistribution(bank, all, theta).forEach((p, score) =>
        expect(Math.abs(p - (scoreDistribution.p[n]?.[score] ?? NaN))).toBeLessThan(1e-9),
      ),
    );
  });
});

/**
 * The peer's polytomous recursion is not exact: its "probabilities" reach 1.0003. Ours sum to 1 (asserted here), so the
 * comparison is at the
 * size of the peer's own excess.
 */
it('grm, Lee', () => {
  const { items, lee } = data.grm;
  const bank = createItemParameters(items.map(specOf));
  const all = items.map((_, n) => n);
  expect(Math.max(...lee.conditionalAccuracy.flat())).toBeGreaterThan(1.0002);
  const rows = lee.grid.map((theta) => leeAgreement(bank, all, theta, lee.scoreCuts));
  lee.grid.forEach((theta) =>
    expect(Math.abs(sumScoreDistribution(bank, all, theta).reduce((sum, p) => sum + p, 0) - 1)).toBeLessThan(1e-12),
  );
  lee.marginal.forEach(({ accuracy, consistency }, n) => {
    const got = flat(meanAgreement(rows, lee.weights))[n];
    expect(Math.abs((got?.accuracy ?? NaN) - accuracy)).toBeLessThan(5e-4);
    expect(Math.abs((got?.consistency ?? NaN) - consistency)).toBeLessThan(5e-4);
  });
});
