import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { calibrateFacets, calibrateFacetsJointly, elementFit, findSubsets, type RatingRow, ratingTable, separationOf } from 'itemresponsetheory/facets';
import { describe, expect, it } from 'vitest';
import { readReference, referenceFolder } from './items.ts';

interface Exact { readonly deviance: number; readonly items: number[]; readonly itemSe: number[]; readonly raters: number[]; readonly raterSeFree: number[]; readonly steps: number[]; readonly variance: number }
interface Joint { readonly deviance: number; readonly items: number[]; readonly itemSe: number[]; readonly raters: number[]; readonly raterSe: number[]; readonly steps: number[]; readonly raterOutfit: number[]; readonly raterInfit: number[]; readonly itemOutfit: number[]; readonly itemInfit: number[]; readonly raterSeparation: number; readonly raterReliability: number; readonly persons: string[]; readonly theta: number[]; readonly thetaSe: number[] }

const [header = '', ...lines] = readFileSync(join(referenceFolder, 'mfrm/ratings.csv'), 'utf8').trim().split(/\r?\n/);
const criteria = header.split(',').slice(2);
const raters = Array.from({ length: 12 }, (_, n) => `R${String(n + 1).padStart(2, '0')}`);
// Ordered by rater, so that the elements stand in the peer's order.
const rows = lines.flatMap((line): RatingRow[] => { const [person = '', rater = '', ...scores] = line.split(','); return scores.flatMap((score, n) => (score === '' ? [] : [{ person, elements: [criteria[n] ?? '', rater], score: Number(score) }])); })
  .sort((a, b) => raters.indexOf(a.elements[1] ?? '') - raters.indexOf(b.elements[1] ?? '') || criteria.indexOf(a.elements[0] ?? '') - criteria.indexOf(b.elements[0] ?? ''));
const table = ratingTable(['criterion', 'rater'], rows);
const near = (ours: ArrayLike<number> | undefined, wanted: readonly number[], tolerance: number): void => { wanted.forEach((value, n) => { expect(Math.abs((ours?.[n] ?? NaN) - value)).toBeLessThan(tolerance); }); };

describe('ratings: criterion, rater, step', () => {
  it('marginal maximum likelihood, exact to 1e-5, with the errors of the whole information', () => {
    const peer = readReference<Exact>('mfrm/ratings-exact.json');
    const fit = calibrateFacets(table, { tolerance: 1e-9 });
    expect(table.facets[1]?.elements).toEqual(raters);
    expect(Math.abs(-2 * fit.logLikelihood - peer.deviance)).toBeLessThan(1e-4);
    near(fit.facets[0]?.measure, peer.items, 1e-5); near(fit.facets[1]?.measure, peer.raters, 1e-5); near(fit.scales[0]?.steps, peer.steps, 1e-5);
    near(fit.facets[0]?.standardError, peer.itemSe, 1e-5); near(fit.facets[1]?.standardError, peer.raterSeFree, 1e-5);
    expect(Math.abs(fit.variance - peer.variance)).toBeLessThan(1e-4);
  }, 60_000);

  it('joint maximum likelihood, fit, separation', () => {
    const peer = readReference<Joint>('mfrm/ratings-jml.json');
    const fit = calibrateFacetsJointly(table);
    expect(fit.converged).toBe(true);
    expect(Math.abs(-2 * fit.logLikelihood - peer.deviance)).toBeLessThan(1e-4);
    near(fit.facets[0]?.measure, peer.items, 1e-5); near(fit.facets[1]?.measure, peer.raters, 1e-5); near(fit.scales[0]?.steps, peer.steps, 1e-5);
    near(fit.facets[0]?.standardError, peer.itemSe, 1e-5); near(fit.facets[1]?.standardError, peer.raterSe, 1e-5);
    const place = new Map(table.persons.map((name, n) => [name, n]));
    near(peer.persons.map((name) => fit.theta[place.get(name) ?? -1] ?? NaN), peer.theta, 1e-5);
    near(peer.persons.map((name) => fit.thetaError[place.get(name) ?? -1] ?? NaN), peer.thetaSe, 1e-5);
    // The peer's fit is over the persons that took part in the estimation.
    const theta = fit.theta.map((value, n) => (fit.isExtreme[n] === 1 ? NaN : value));
    const [byRater, byItem] = [elementFit(table, fit, theta, 1), elementFit(table, fit, theta, 0)];
    near(byRater.map(({ outfit }) => outfit), peer.raterOutfit, 1e-5); near(byRater.map(({ infit }) => infit), peer.raterInfit, 1e-5);
    near(byItem.map(({ outfit }) => outfit), peer.itemOutfit, 1e-5); near(byItem.map(({ infit }) => infit), peer.itemInfit, 1e-5);
    const { separation, reliability } = separationOf(fit.facets[1] ?? { measure: new Float64Array(0), standardError: new Float64Array(0) });
    expect(Math.abs(separation - peer.raterSeparation)).toBeLessThan(0.02);
    expect(Math.abs(reliability - peer.raterReliability)).toBeLessThan(1e-3);
  }, 120_000);

  it('all raters are joined', () => expect(findSubsets(table)).toMatchObject({ isConnected: true, deficiency: 0 }));
});
