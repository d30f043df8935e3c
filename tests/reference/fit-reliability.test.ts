import { createItemParameters, testInformation } from 'itemresponsetheory';
import {
  classicalStatistics,
  empiricalReliability,
  estimateAbilities,
  marginalReliability,
  responseMatrix,
} from 'itemresponsetheory/fit';
import { expect, it } from 'vitest';
import { Comparison, type Disputable } from './comparison.ts';
import { readAnswers, readReference } from './folder.ts';
import { type ReferenceItem, specOf } from './items.ts';

interface Peer extends Disputable {
  readonly marginalReliability: number;
  readonly empiricalReliabilityEAP: number;
  readonly empiricalReliabilityWLE: number;
  readonly cronbachAlpha: number;
  readonly itemStatistics: readonly {
    readonly p: number;
    readonly itemTotal: number;
    readonly itemRest: number;
    readonly alphaIfDeleted: number;
  }[];
}
const peer = readReference<Peer>('classification/reliability.json');
const { ids, rows } = readAnswers('classification/reliability.csv');
const data = responseMatrix(rows);
/** The items of the accuracy file whose names the columns bear. */
const sets = readReference<Readonly<Record<string, string | { readonly items?: readonly ReferenceItem[] }>>>(
  'classification/accuracy-consistency.json',
);
const own = Object.values(sets).flatMap((set) => {
  const items = typeof set === 'object' ? (set.items ?? []) : [];
  return items.map(({ id }) => id).join() === ids.join() ? [items] : [];
});
const bank = createItemParameters((own[0] ?? []).map(specOf));
const items = Array.from({ length: bank.size }, (_, n) => n);

it('classical item statistics and α', () => {
  const comparison = new Comparison(peer);
  const { items: statistics, alpha } = classicalStatistics(data);
  comparison.near('cronbachAlpha', alpha, peer.cronbachAlpha, { within: 5e-10 });
  peer.itemStatistics.forEach(({ p, itemTotal, itemRest, alphaIfDeleted }, n) => {
    const [path, ours, closeness] = [`itemStatistics[${n}]`, statistics[n], { within: 5e-10 }];
    comparison.near(`${path}.p`, ours?.p, p, closeness);
    comparison.near(`${path}.itemTotal`, ours?.itemTotal, itemTotal, closeness);
    comparison.near(`${path}.itemRest`, ours?.itemRest, itemRest, closeness);
    comparison.near(`${path}.alphaIfDeleted`, ours?.alphaIfDeleted, alphaIfDeleted, closeness);
  });
  comparison.done();
});

/**
 * The peer's error of a WLE is not 1/√I but from the curvature of what it maximises, ℓ + ½·ln I (here −ℓ'' = I).
 */
function curvatureError(theta: number): number {
  const h = 1e-3;
  const [below, here, above] = [theta - h, theta, theta + h].map((at) => testInformation(bank, items, at));
  const second = (Math.log(above ?? NaN) - 2 * Math.log(here ?? NaN) + Math.log(below ?? NaN)) / (h * h);
  return 1 / Math.sqrt((here ?? NaN) - second / 2);
}

it('marginal and empirical reliability', () => {
  const comparison = new Comparison(peer);
  comparison.near('marginalReliability', marginalReliability(bank), peer.marginalReliability, { within: 5e-7 });
  const eap = estimateAbilities(bank, data, { method: 'eap' });
  const wle = estimateAbilities(bank, data, { method: 'wle' });
  const ofEap = empiricalReliability(eap.theta, eap.standardError, 'eap');
  comparison.near('empiricalReliabilityEAP', ofEap, peer.empiricalReliabilityEAP, { within: 5e-7 });
  // And it adds the mean square error to the variance of the estimates, as is right for EAP only: a WLE varies by its
  // error already.
  const asThePeer = empiricalReliability(wle.theta, wle.theta.map(curvatureError), 'eap');
  comparison.near('empiricalReliabilityWLE', asThePeer, peer.empiricalReliabilityWLE, { within: 5e-6 });
  comparison.done();
  const ours = empiricalReliability(wle.theta, wle.standardError, 'wle');
  expect(Math.abs(ours - marginalReliability(bank))).toBeLessThan(1 / Math.sqrt(data.persons));
});
