import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createItemParameters, testInformation } from 'itemresponsetheory';
import {
  classicalStatistics,
  empiricalReliability,
  estimateAbilities,
  marginalReliability,
  responseMatrix,
} from 'itemresponsetheory/fit';
import { expect, it } from 'vitest';
import { type ReferenceItem, readReference, referenceFolder, specOf } from './items.ts';

interface Peer {
  marginalReliability: number;
  empiricalReliabilityEAP: number;
  empiricalReliabilityWLE: number;
  cronbachAlpha: number;
  itemStatistics: { p: number; itemTotal: number; itemRest: number; alphaIfDeleted: number }[];
}
const peer = readReference<Peer>('classification/reliability.json');
const bank = createItemParameters(
  readReference<{ '2pl': { items: ReferenceItem[] } }>('classification/accuracy-consistency.json')['2pl'].items.map(
    specOf,
  ),
);
const items = Array.from({ length: bank.size }, (_, n) => n);
const data = responseMatrix(
  readFileSync(join(referenceFolder, 'classification/reliability.csv'), 'utf8')
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.split(',').map(Number)),
);

it('classical item statistics and α', () => {
  const { items, alpha } = classicalStatistics(data);
  expect(alpha).toBeCloseTo(peer.cronbachAlpha, 9);
  peer.itemStatistics.forEach((wanted, n) => {
    const { p, itemTotal, itemRest, alphaIfDeleted } = items[n] ?? {};
    expect([p, itemTotal, itemRest, alphaIfDeleted]).toEqual(
      [wanted.p, wanted.itemTotal, wanted.itemRest, wanted.alphaIfDeleted].map((value) => expect.closeTo(value, 9)),
    );
  });
});

it('marginal and empirical reliability', () => {
  expect(marginalReliability(bank)).toBeCloseTo(peer.marginalReliability, 6);
  const [eap, wle] = [
    estimateAbilities(bank, data, { method: 'eap' }),
    estimateAbilities(bank, data, { method: 'wle' }),
  ];
  expect(empiricalReliability(eap.theta, eap.standardError, 'eap')).toBeCloseTo(peer.empiricalReliabilityEAP, 6);
  /**
   * The peer's error of a WLE is not 1/√I but from the curvature of what it maximises, ℓ + ½·ln I (here −ℓ'' = I), and
   * it adds the mean square error to the variance of the
   * estimates, as is right for EAP only: a WLE varies by its error already.
   */
  const curvature = Array.from(wle.theta, (theta) => {
    const [h, all] = [1e-3, items];
    const [below, here, above] = [theta - h, theta, theta + h].map((at) => testInformation(bank, all, at));
    return (
      1 /
      Math.sqrt(
        (here ?? NaN) - (Math.log(above ?? NaN) - 2 * Math.log(here ?? NaN) + Math.log(below ?? NaN)) / (2 * h * h),
      )
    );
  });
  expect(empiricalReliability(wle.theta, curvature, 'eap')).toBeCloseTo(peer.empiricalReliabilityWLE, 5);
  const ours = empiricalReliability(wle.theta, wle.standardError, 'wle');
  expect(Math.abs(ours - peer.marginalReliability)).toBeLessThan(0.03);
});
