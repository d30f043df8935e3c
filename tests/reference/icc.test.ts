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
import { Comparison, type Disputable, type PeerNumber } from './comparison.ts';
import { readReference } from './folder.ts';
import { type ReferenceItem, specOf } from './items.ts';

interface Curve {
  readonly item: ReferenceItem;
  readonly probability: readonly (readonly number[])[];
  readonly dProbability: readonly (readonly number[])[];
  readonly d2Probability: readonly (readonly number[])[];
  readonly information: readonly number[];
  readonly dInformation: readonly number[];
  readonly warmJ: readonly number[];
  readonly expectedScore: readonly number[];
}
interface Curves extends Disputable {
  readonly theta: readonly number[];
  readonly items: readonly Curve[];
}
const fixture = readReference<Curves>('icc/item-curves.json');

/** 1e-9 relative, 1e-12 absolute near zero; the files have 10 significant digits. */
const close = { within: 1e-12, share: 1e-9 };

describe('item curves', () => {
  it.each(fixture.items.map((curve, place) => [curve.item.id, curve, place] as const))('%s', (_, curve, place) => {
    const comparison = new Comparison(fixture);
    const bank = createItemParameters([specOf(curve.item)]);
    const curves = createCurves();
    const path = `items[${place}]`;
    fixture.theta.forEach((at, n) => {
      const categories = evaluate(bank, 0, at, curves);
      const {
        probability = [],
        dProbability = [],
        d2Probability = [],
      } = {
        probability: curve.probability[n],
        dProbability: curve.dProbability[n],
        d2Probability: curve.d2Probability[n],
      };
      comparison.same(`${path}.probability[${n}].length`, categories, probability.length);
      comparison.all(`${path}.probability[${n}]`, curves.probability, probability, close);
      comparison.all(`${path}.dProbability[${n}]`, curves.first, dProbability, close);
      comparison.all(`${path}.d2Probability[${n}]`, curves.second, d2Probability, close);
      comparison.near(`${path}.information[${n}]`, itemInformation(bank, 0, at), curve.information[n], close);
      const slope = informationDerivativeOf(curves, categories);
      comparison.near(`${path}.dInformation[${n}]`, slope, curve.dInformation[n], close);
      comparison.near(`${path}.warmJ[${n}]`, warmOf(curves, categories), curve.warmJ[n], close);
      comparison.near(`${path}.expectedScore[${n}]`, expectedScore(bank, 0, at), curve.expectedScore[n], close);
    });
    comparison.done();
  });
});

it('test curves', () => {
  const bank = createItemParameters(fixture.items.map(({ item }) => specOf(item)));
  const all = fixture.items.map((_, n) => n);
  const wanted = readReference<
    Disputable & Readonly<Record<'theta' | 'expectedScore' | 'information' | 'se', readonly number[]>>
  >('icc/test-curves.json');
  const comparison = new Comparison(wanted);
  const information = wanted.theta.map((at) => testInformation(bank, all, at));
  const scores = wanted.theta.map((at) => testCharacteristic(bank, all, at));
  comparison.all('expectedScore', scores, wanted.expectedScore, close);
  comparison.all('information', information, wanted.information, close);
  comparison.all(
    'se',
    information.map((own) => 1 / Math.sqrt(own)),
    wanted.se,
    close,
  );
  comparison.done();
});

it('log-probabilities far out', () => {
  const extreme = readReference<
    Disputable & {
      readonly theta: readonly number[];
      readonly items: readonly { item: ReferenceItem; logP1: PeerNumber[]; logP0: PeerNumber[] }[];
    }
  >('icc/extreme.json');
  const comparison = new Comparison(extreme);
  const curves = createCurves();
  extreme.items.forEach(({ item, logP1, logP0 }, place) => {
    const bank = createItemParameters([specOf(item)]);
    extreme.theta.forEach((at, n) => {
      evaluate(bank, 0, at, curves);
      comparison.near(`items[${place}].logP1[${n}]`, curves.logProbability[1], logP1[n], close);
      comparison.near(`items[${place}].logP0[${n}]`, curves.logProbability[0], logP0[n], close);
    });
  });
  comparison.done();
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
