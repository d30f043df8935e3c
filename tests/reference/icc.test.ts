import {
  createCurves,
  createItemParameters,
  evaluate,
  expectedScore,
  informationDerivativeOf,
  itemInformation,
  testCharacteristic,
  testInformation,
  warmOf,
} from 'itemresponsetheory';
import { describe, expect, it } from 'vitest';
import { type ReferenceItem, readReference, specOf } from './items.ts';

interface Curve {
  item: ReferenceItem;
  probability: number[][];
  dProbability: number[][];
  d2Probability: number[][];
  information: number[];
  dInformation: number[];
  warmJ: number[];
  expectedScore: number[];
}
const { theta, items } = readReference<{ theta: number[]; items: Curve[] }>('icc/item-curves.json');

/** 1e-9 relative, 1e-12 absolute near zero; the files have 10 significant digits. */
const close = (got: number, wanted: number): boolean =>
  Math.abs(got - wanted) <= Math.max(1e-9 * Math.abs(wanted), 1e-12);

describe('item curves', () => {
  it.each(items.map((curve) => [curve.item.id, curve] as const))(
    '%s',
    (
      _,
      { item, probability, dProbability, d2Probability, information, dInformation, warmJ, expectedScore: scores },
    ) => {
      const bank = createItemParameters([specOf(item)]);
      const curves = createCurves();
      const off: string[] = [];
      theta.forEach((at, n) => {
        const categories = evaluate(bank, 0, at, curves);
        const compare = (name: string, got: ArrayLike<number>, wanted: readonly number[] | undefined): void => {
          for (let k = 0; k < categories; k += 1)
            if (!close(got[k] ?? NaN, wanted?.[k] ?? NaN))
              off.push(`${name}[${k}] at ${at}: ${got[k]} for ${wanted?.[k]}`);
        };
        compare('P', curves.probability, probability[n]);
        compare('P1', curves.first, dProbability[n]);
        compare('P2', curves.second, d2Probability[n]);
        if (!close(itemInformation(bank, 0, at), information[n] ?? NaN))
          off.push(`I at ${at}: ${itemInformation(bank, 0, at)} for ${information[n]}`);
        if (!close(informationDerivativeOf(curves, categories), dInformation[n] ?? NaN))
          off.push(`I' at ${at}: ${informationDerivativeOf(curves, categories)} for ${dInformation[n]}`);
        if (!close(warmOf(curves, categories), warmJ[n] ?? NaN))
          off.push(`J at ${at}: ${warmOf(curves, categories)} for ${warmJ[n]}`);
        if (!close(expectedScore(bank, 0, at), scores[n] ?? NaN)) off.push(`E at ${at}`);
      });
      expect(off).toEqual([]);
    },
  );
});

it('test curves', () => {
  const bank = createItemParameters(items.map(({ item }) => specOf(item)));
  const all = items.map((_, n) => n);
  const wanted = readReference<{ theta: number[]; expectedScore: number[]; information: number[]; se: number[] }>(
    'icc/test-curves.json',
  );
  wanted.theta.forEach((at, n) => {
    const information = testInformation(bank, all, at);
    expect(
      [testCharacteristic(bank, all, at), information, 1 / Math.sqrt(information)].every((got, i) =>
        close(got, [wanted.expectedScore, wanted.information, wanted.se][i]?.[n] ?? NaN),
      ),
    ).toBe(true);
  });
});

it('log-probabilities at |θ| up to 400', () => {
  const extreme = readReference<{
    theta: number[];
    items: { item: ReferenceItem; logP1: number[]; logP0: number[] }[];
  }>('icc/extreme.json');
  const curves = createCurves();
  for (const { item, logP1, logP0 } of extreme.items) {
    const bank = createItemParameters([specOf(item)]);
    extreme.theta.forEach((at, n) => {
      evaluate(bank, 0, at, curves);
      expect([
        close(curves.logProbability[1] ?? NaN, logP1[n] ?? NaN),
        close(curves.logProbability[0] ?? NaN, logP0[n] ?? NaN),
      ]).toEqual([true, true]);
    });
  }
});

/**
 * Published regression values of TestDesign: the log of the product over θ = −3…3 of all probabilities, informations,
 * expected scores.
 */
describe('TestDesign', () => {
  const bank = createItemParameters([
    { model: 'logistic', id: '1PL', difficulty: 0.5 },
    { model: 'logistic', id: '2PL', slope: 1.5, difficulty: 0.5 },
    { model: 'logistic', id: '3PL', difficulty: 0.5, lower: 0.2 },
    { model: 'generalized-partial-credit', id: 'PC', steps: [-1, 0, 1] },
    { model: 'generalized-partial-credit', id: 'GPC', slope: 1.2, steps: [-0.8, -1, 0.5] },
    { model: 'graded-response', id: 'GR', slope: 0.9, steps: [-1, 0, 1] },
  ]);
  const wanted = [
    [-15.57702, -15.57702, -9.53851],
    [-20.80176, -15.12525, -13.02588],
    [-12.77404, -21.50401, -5.173527],
    [-76.95776, -7.791232, -0.1421625],
    [-91.78112, -7.756598, 0.03717596],
    [-52.22233, -12.44241, 0.8290602],
  ];
  const curves = createCurves();
  it.each(wanted.map((values, item) => [bank.id[item], item, values] as const))('%s', (_, item, values) => {
    const sums = [0, 0, 0];
    for (let theta = -3; theta <= 3; theta += 1) {
      const categories = evaluate(bank, item, theta, curves);
      sums[0] = (sums[0] ?? 0) + curves.probability.slice(0, categories).reduce((sum, p) => sum + Math.log(p), 0);
      sums[1] = (sums[1] ?? 0) + Math.log(itemInformation(bank, item, theta));
      sums[2] = (sums[2] ?? 0) + Math.log(expectedScore(bank, item, theta));
    }
    // Seven printed digits.
    values.forEach((value, n) =>
      expect(Math.abs((sums[n] ?? NaN) - value)).toBeLessThanOrEqual(Math.max(1e-6, 5e-7 * Math.abs(value))),
    );
  });
});
