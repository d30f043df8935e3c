/** Conditional and marginal maximum likelihood of the Rasch family against two peers. */
import { createItemParameters, type ItemSpec, normalGrid } from 'itemresponsetheory';
import {
  andersenTest,
  calibrateConditional,
  calibrateItems,
  calibrateJointly,
  type ConditionalCalibration,
  type RaschModel,
  responseMatrix,
} from 'itemresponsetheory/calibration';
import { empiricalReliability, estimateAbilities, meanSquareFit } from 'itemresponsetheory/fit';
import { describe, expect, it } from 'vitest';
import { Comparison, type Disputable } from './comparison.ts';
import { completeRows, fixturesOf, readAnswers, readReference } from './folder.ts';

interface Peer extends Disputable {
  readonly data: string;
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

const stepsOf = (item: ItemSpec): readonly number[] =>
  item.model === 'logistic' ? [item.difficulty] : item.model === 'nominal' ? [] : item.steps;

/**
 * Two categories: Rasch. More: one rating scale if the peer has one set of steps for all items, else partial credit.
 */
function modelOf({ tamMml }: Peer, rows: readonly (readonly number[])[]): RaschModel {
  const items = rows[0]?.length ?? 0;
  const highest = Math.max(...rows.map((row) => Math.max(...row)));
  if (highest === 1) return 'rasch';
  return tamMml.xsi.length === items + highest - 1 ? 'rsm' : 'pcm';
}

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
  const starts = new Set<number>();
  items.reduce((place, { item }) => {
    starts.add(place);
    return place + stepsOf(item).length;
  }, 0);
  const counted = (values: number[]): number =>
    values.reduce((sum, value, n) => sum + (model !== 'rsm' || starts.has(n) ? value : 0), 0);
  const shift = counted(cumulative(0)) / (counted(cumulative(0)) - counted(cumulative(1)));
  return { values: cumulative(shift), shift };
}

/**
 * The peer's names of the marginal parameters: ITEM the mean of its steps, ITEM_stepK (of one rating scale CatK) the
 * deviation from it.
 */
function easeOf(
  model: RaschModel,
  ids: readonly string[],
  steps: readonly (readonly number[])[],
): ReadonlyMap<string, number> {
  const named = new Map<string, number>();
  steps.forEach((own, item) => {
    const [id, location] = [ids[item] ?? '', own.reduce((a, b) => a + b, 0) / own.length];
    named.set(id, location);
    own.forEach((step, k) => named.set(model === 'rsm' ? `Cat${k + 1}` : `${id}_step${k + 1}`, step - location));
  });
  return named;
}

describe.each(fixturesOf('rasch'))('%s', (name) => {
  const fixture = readReference<Peer>(`rasch/${name}.json`);
  const { eRmCml: peer, tamMml, tamJml } = fixture;
  const answers = readAnswers(`rasch/${fixture.data}`);
  const [{ ids }, rows] = [answers, completeRows(answers)];
  const model = modelOf(fixture, rows);
  const data = responseMatrix(rows);
  const total = rows.map((row) => row.reduce((sum, value) => sum + value, 0));
  const fit = calibrateConditional(data, { design: 'linear', model, ids });
  const thetaOf = new Map(fit.booklets[0]?.scores.map(({ score, theta }) => [score, theta]));

  it('conditional likelihood, parameters, and abilities by raw score', () => {
    const comparison = new Comparison(fixture);
    expect(fit.converged).toBe(true);
    expect(fit.logLikelihood).toBeGreaterThan(peer.conditionalLogLik - 1e-4);
    comparison.same('eRmCml.nParameters', fit.freeParameters, peer.nParameters);
    comparison.near('eRmCml.conditionalLogLik', fit.logLikelihood, peer.conditionalLogLik, { within: 1e-4 });
    const { values, shift } = easiness(fit);
    expect(values).toHaveLength(peer.betaEasiness.length);
    peer.betaEasiness.forEach(({ beta }, n) => {
      comparison.near(`eRmCml.betaEasiness[${n}].beta`, values[n], beta, { within: 1e-4 });
    });
    peer.personML.forEach(({ score, theta }, n) => {
      comparison.near(`eRmCml.personML[${n}].theta`, (thetaOf.get(score) ?? NaN) + shift, theta, { within: 1e-4 });
    });
    comparison.done();
  });

  it("Andersen's test by the median score", () => {
    const comparison = new Comparison(fixture);
    // Under one rating scale an item may miss a category in one part; the peer leaves it out all the same. So it is
    // left out of the data, the parts as before.
    const sorted = total.toSorted((a, b) => a - b);
    const middle = (sorted.length - 1) / 2;
    const median = ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2;
    const part = total.map((score) => (score <= median ? 0 : 1));
    const categories = (item: number, of: number): number =>
      new Set(rows.flatMap((row, n) => (part[n] === of ? [row[item]] : []))).size;
    const kept = ids
      .map((_, item) => item)
      .filter((item) => model !== 'rsm' || categories(item, 0) === categories(item, 1));
    const ours = andersenTest(
      responseMatrix(rows.map((row) => kept.map((item) => row[item] ?? NaN))),
      { design: 'linear', model },
      part,
    );
    const { LR, df, p } = peer.andersenLR;
    comparison.same('eRmCml.andersenLR.df', ours.degreesOfFreedom, df);
    comparison.near('eRmCml.andersenLR.LR', ours.statistic, LR, { within: 1e-4 });
    comparison.near('eRmCml.andersenLR.p', ours.p, p, { within: 1e-5 });
    comparison.done();
  });

  it('fit of the items at maximum likelihood abilities', () => {
    const comparison = new Comparison(fixture);
    const isKept = total.map((score) => thetaOf.has(score));
    const kept = rows.filter((_, n) => isKept[n]);
    const { items } = meanSquareFit(
      createItemParameters(fit.items.map(({ item }) => item)),
      responseMatrix(kept),
      total.flatMap((score) => thetaOf.get(score) ?? []),
    );
    peer.itemFit.forEach(({ chisq, infitMSQ, outfitMSQ }, n) => {
      const [path, own] = [`eRmCml.itemFit[${n}]`, items[n]];
      comparison.near(`${path}.chisq`, (own?.outfit ?? NaN) * kept.length, chisq, { within: 0, share: 1e-4 });
      comparison.near(`${path}.outfitMSQ`, own?.outfit, outfitMSQ, { within: 1e-3 });
      comparison.near(`${path}.infitMSQ`, own?.infit, infitMSQ, { within: 1e-3 });
    });
    comparison.done();
  });

  it('marginal maximum likelihood, and abilities', () => {
    const comparison = new Comparison(fixture);
    const marginal = calibrateItems(data, { models: model, standardErrors: 'none' });
    const variance = marginal.groups[0]?.variance ?? NaN;
    expect(-2 * marginal.logLikelihood).toBeLessThan(tamMml.deviance + 1e-3);
    comparison.near('tamMml.deviance', -2 * marginal.logLikelihood, tamMml.deviance, { within: 1e-3 });
    comparison.near('tamMml.variance', variance, tamMml.variance, { within: 5e-4 });
    const ours = easeOf(
      model,
      ids,
      marginal.items.map(({ item }) => stepsOf(item)),
    );
    tamMml.xsi.forEach(({ parameter, xsi }, n) => {
      comparison.near(`tamMml.xsi[${n}].xsi`, ours.get(parameter), xsi, { within: 5e-4 });
    });
    const bank = createItemParameters(marginal.items.map(({ item }) => item));
    const wle = estimateAbilities(bank, data, { method: 'wle' });
    tamMml.wle.forEach(({ score, theta, se }, n) => {
      const person = total.indexOf(score);
      if (person < 0) return;
      comparison.near(`tamMml.wle[${n}].theta`, wle.theta[person], theta, { within: 5e-4 });
      comparison.near(`tamMml.wle[${n}].se`, wle.standardError[person], se, { within: 5e-4 });
    });
    const eap = estimateAbilities(bank, data, { method: 'eap', grid: normalGrid({ sd: Math.sqrt(variance) }) });
    const ofEap = empiricalReliability(eap.theta, eap.standardError, 'eap');
    const ofWle = empiricalReliability(wle.theta, wle.standardError, 'wle');
    comparison.near('tamMml.eapReliability', ofEap, tamMml.eapReliability, { within: 1e-3 });
    comparison.near('tamMml.wleReliability', ofWle, tamMml.wleReliability, { within: 1e-3 });
    comparison.done();
  });

  it('joint maximum likelihood, extreme scores moved by .3 and taking part', () => {
    const comparison = new Comparison(fixture);
    // The peer's rating scale is estimated with steps of each item's own.
    const joint = calibrateJointly(data, {
      design: 'linear',
      model: model === 'rsm' ? 'pcm' : model,
      includeExtreme: true,
    });
    expect(joint.converged).toBe(true);
    const deviance = -2 * joint.logLikelihood;
    const mean = joint.theta.reduce((sum, theta) => sum + theta, 0) / joint.theta.length;
    const ours = joint.items.flatMap(({ item }) => stepsOf(item).map((step) => step - mean));
    // It stops after a few rounds, where its estimates may not have arrived: Rasch items are then off by up to 3e-4,
    // the steps of a rating scale by 1.6e-2.
    const hasArrived = Math.abs(deviance - tamJml.deviance) < 1e-3;
    comparison.near('tamJml.deviance', deviance, tamJml.deviance, { within: 0.2 });
    comparison.all('tamJml.xsi', ours, tamJml.xsi, { within: hasArrived ? 5e-4 : 2e-2 });
    comparison.done();
  });
});
