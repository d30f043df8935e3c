/** Conditional and marginal maximum likelihood of the Rasch family against two peers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createItemParameters, type ItemSpec, normalGrid } from 'itemresponsetheory';
import {
  andersenTest,
  calibrateConditional,
  calibrateItems,
  calibrateJointly,
  type ConditionalCalibration,
  responseMatrix,
} from 'itemresponsetheory/calibration';
import { empiricalReliability, estimateAbilities, meanSquareFit } from 'itemresponsetheory/fit';
import { describe, expect, it } from 'vitest';
import { readReference, referenceFolder } from './items.ts';

interface Peer {
  readonly tamMml: {
    readonly deviance: number;
    readonly variance: number;
    readonly eapReliability: number;
    readonly wleReliability: number;
    readonly xsi: readonly { readonly parameter: string; readonly xsi: number }[];
    readonly wle: readonly { readonly score: number; readonly theta: number; readonly se: number }[];
  };
  readonly tamJml: { readonly deviance: number; readonly xsi: readonly number[] };
  readonly eRmCml: {
    readonly conditionalLogLik: number;
    readonly nParameters: number;
    readonly betaEasiness: readonly { readonly beta: number; readonly se: number }[];
    readonly personML: readonly { readonly score: number; readonly theta: number }[];
    readonly itemFit: readonly { readonly chisq: number; readonly outfitMSQ: number; readonly infitMSQ: number }[];
    readonly andersenLR: { readonly LR: number; readonly df: number; readonly p: number };
  };
}

function load(name: string): { readonly ids: string[]; readonly rows: number[][] } {
  const [header = '', ...lines] = readFileSync(join(referenceFolder, 'rasch', `${name}.csv`), 'utf8')
    .trim()
    .split(/\r?\n/);
  return { ids: header.split(','), rows: lines.map((line) => line.split(',').map(Number)) };
}

const stepsOf = (item: ItemSpec): readonly number[] =>
  item.model === 'logistic' ? [item.difficulty] : item.model === 'nominal' ? [] : item.steps;
const models = ['rasch', 'pcm', 'rsm'] as const;

/**
 * Cumulative easiness by item and category on the peer's scale: steps moved by what makes its sum (rsm: of the first
 * categories) zero.
 */
function easiness({ items, model }: ConditionalCalibration): { readonly values: number[]; readonly shift: number } {
  const cumulative = (by: number): number[] =>
    items.flatMap(({ item }) => {
      let sum = 0;
      return stepsOf(item).map((step) => {
        sum -= step + by;
        return sum;
      });
    });
  const counted = (values: number[]): number =>
    values.reduce((sum, value, n) => sum + (model !== 'rsm' || n % 3 === 0 ? value : 0), 0);
  const shift = counted(cumulative(0)) / (counted(cumulative(0)) - counted(cumulative(1)));
  return { values: cumulative(shift), shift };
}

describe.each(models)('%s', (model) => {
  const { eRmCml: peer, tamMml, tamJml } = readReference<Peer>(`rasch/${model}.json`);
  const { ids, rows } = load(model);
  const fit = calibrateConditional(responseMatrix(rows), { design: 'linear', model, ids });
  it('conditional likelihood, parameters, and abilities by raw score', () => {
    expect(fit.converged).toBe(true);
    expect(fit.freeParameters).toBe(peer.nParameters);
    expect(Math.abs(fit.logLikelihood - peer.conditionalLogLik)).toBeLessThan(1e-4);
    const { values, shift } = easiness(fit);
    expect(values).toHaveLength(peer.betaEasiness.length);
    values.forEach((value, n) => {
      expect(Math.abs(value - (peer.betaEasiness[n]?.beta ?? NaN))).toBeLessThan(1e-4);
    });
    const table = new Map(fit.booklets[0]?.scores.map(({ score, theta }) => [score, theta]));
    for (const { score, theta } of peer.personML)
      expect(Math.abs((table.get(score) ?? NaN) + shift - theta)).toBeLessThan(1e-4);
  });

  const data = responseMatrix(rows);
  const total = rows.map((row) => row.reduce((sum, value) => sum + value, 0));

  it("Andersen's test by the median score", () => {
    const { LR, df, p } = peer.andersenLR;
    // Under one rating scale an item may miss a category in one part; the peer leaves it out all the same. So it is
    // left out of the data, the parts as before.
    const sorted = total.toSorted((a, b) => a - b);
    const median =
      ((sorted[Math.floor((sorted.length - 1) / 2)] ?? 0) + (sorted[Math.ceil((sorted.length - 1) / 2)] ?? 0)) / 2;
    const part = total.map((score) => (score <= median ? 0 : 1));
    const categories = (item: number, of: number): number =>
      new Set(rows.flatMap((row, n) => (part[n] === of ? [row[item]] : []))).size;
    const kept = ids
      .map((_, item) => item)
      .filter((item) => model !== 'rsm' || categories(item, 0) === categories(item, 1));
    const ours = andersenTest(
      responseMatrix(rows.map((row) => kept.map((item) => row[item] ?? 0))),
      { design: 'linear', model },
      part,
    );
    expect(ours.degreesOfFreedom).toBe(df);
    expect(Math.abs(ours.statistic - LR)).toBeLessThan(1e-4);
    expect(Math.abs(ours.p - p)).toBeLessThan(1e-5);
  });

  it('fit of the items at maximum likelihood abilities', () => {
    const shifted = fit.items.map(({ item }) => item);
    const table = new Map(fit.booklets[0]?.scores.map(({ score, theta }) => [score, theta]));
    const kept = rows.filter((_, n) => table.has(total[n] ?? -1));
    const { items } = meanSquareFit(
      createItemParameters(shifted),
      responseMatrix(kept),
      kept.map((row) => table.get(row.reduce((sum, value) => sum + value, 0)) ?? NaN),
    );
    peer.itemFit.forEach(({ chisq, infitMSQ, outfitMSQ }, n) => {
      expect(Math.abs((items[n]?.outfit ?? NaN) * kept.length - chisq) / chisq).toBeLessThan(1e-4);
      expect(Math.abs((items[n]?.outfit ?? NaN) - outfitMSQ)).toBeLessThan(1e-3);
      expect(Math.abs((items[n]?.infit ?? NaN) - infitMSQ)).toBeLessThan(1e-3);
    });
  });

  it('marginal maximum likelihood, and abilities', () => {
    const marginal = calibrateItems(data, { models: model, standardErrors: 'none' });
    const variance = marginal.groups[0]?.variance ?? NaN;
    expect(Math.abs(-2 * marginal.logLikelihood - tamMml.deviance)).toBeLessThan(1e-3);
    expect(Math.abs(variance - tamMml.variance)).toBeLessThan(5e-4);
    const steps = marginal.items.map(({ item }) => stepsOf(item));
    const location = steps.map((own) => own.reduce((a, b) => a + b, 0) / own.length);
    // The mean of the steps of every item, then their deviations: of each item in turn, under one rating scale once;
    // the last is left out.
    const wanted = tamMml.xsi.map(({ xsi }) => xsi);
    const deviations = (own: readonly number[], item: number): number[] =>
      own.slice(0, -1).map((step) => step - (location[item] ?? NaN));
    const ours = [
      ...location,
      ...(model === 'pcm'
        ? [0, 1].flatMap((v) => steps.map((own, item) => deviations(own, item)[v] ?? NaN))
        : model === 'rsm'
          ? deviations(steps[0] ?? [], 0)
          : []),
    ];
    const byItem = [...location, ...(model === 'pcm' ? steps.flatMap(deviations) : ours.slice(location.length))];
    const far = (list: readonly number[]): number =>
      Math.max(...wanted.map((value, n) => Math.abs(value - (list[n] ?? NaN))));
    expect(Math.min(far(ours), far(byItem))).toBeLessThan(5e-4);
    const bank = createItemParameters(marginal.items.map(({ item }) => item));
    const wle = estimateAbilities(bank, data, { method: 'wle' });
    for (const { score, theta, se } of tamMml.wle) {
      const person = total.indexOf(score);
      if (person < 0) continue;
      expect(Math.abs((wle.theta[person] ?? NaN) - theta)).toBeLessThan(5e-4);
      expect(Math.abs((wle.standardError[person] ?? NaN) - se)).toBeLessThan(5e-4);
    }
    const eap = estimateAbilities(bank, data, { method: 'eap', grid: normalGrid({ sd: Math.sqrt(variance) }) });
    expect(Math.abs(empiricalReliability(eap.theta, eap.standardError, 'eap') - tamMml.eapReliability)).toBeLessThan(
      1e-3,
    );
    expect(Math.abs(empiricalReliability(wle.theta, wle.standardError, 'wle') - tamMml.wleReliability)).toBeLessThan(
      1e-3,
    );
  });

  it('joint maximum likelihood, extreme scores moved by .3 and taking part', () => {
    // The peer's rating scale is estimated with steps of each item's own.
    const joint = calibrateJointly(data, {
      design: 'linear',
      model: model === 'rsm' ? 'pcm' : model,
      includeExtreme: true,
    });
    expect(joint.converged).toBe(true);
    const mean = joint.theta.reduce((sum, theta) => sum + theta, 0) / joint.theta.length;
    const ours = joint.items.flatMap(({ item }) => stepsOf(item).map((step) => step - mean));
    // It stops after 16 to 31 rounds, where only its partial credit estimates have arrived: its Rasch items are off by
    // up to 3e-4, its rating scale by 1.6e-2.
    tamJml.xsi.forEach((value, n) => {
      expect(Math.abs((ours[n] ?? NaN) - value)).toBeLessThan(model === 'pcm' ? 1e-6 : 2e-2);
    });
    expect(Math.abs(-2 * joint.logLikelihood - tamJml.deviance)).toBeLessThan(model === 'pcm' ? 1e-3 : 0.2);
  });
});
