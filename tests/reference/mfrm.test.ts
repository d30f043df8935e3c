import {
  calibrateFacets,
  calibrateFacetsJointly,
  elementFit,
  type FacetsCalibration,
  type FacetsModel,
  findSubsets,
  personMeasures,
  posteriorFit,
  type RatingRow,
  ratingTable,
  separationOf,
} from 'itemresponsetheory/facets';
import { describe, expect, it } from 'vitest';
import { Comparison, type Disputable } from './comparison.ts';
import { readCsv, readReference } from './folder.ts';

interface Exact extends Disputable {
  readonly deviance: number;
  readonly items: number[];
  readonly itemSe: number[];
  readonly raters: number[];
  readonly raterSeFree: number[];
  readonly steps: number[];
  readonly variance: number;
}
interface Joint extends Disputable {
  /** Extreme scores count as moved inwards by so much. */
  readonly extremeAdjustment?: number;
  readonly deviance: number;
  readonly items: number[];
  readonly itemSe: number[];
  readonly raters: number[];
  readonly raterSe: number[];
  readonly steps: number[];
  readonly raterOutfit: number[];
  readonly raterInfit: number[];
  readonly itemOutfit: number[];
  readonly itemInfit: number[];
  readonly raterSeparation: number;
  readonly raterReliability: number;
  readonly persons: string[];
  readonly theta: number[];
  readonly thetaSe: number[];
}

interface Package {
  readonly formula: string;
  readonly nParameters: number;
  readonly deviance: number;
  readonly variance: number;
  readonly eapReliability: number;
  readonly wleReliability: number;
  readonly parameters: { readonly facet: string; readonly parameter: string; readonly xsi: number }[];
  readonly persons: {
    readonly person: string;
    readonly EAP: number;
    readonly SD: number;
    readonly WLE: number;
    readonly WLEse: number;
  }[];
}
interface GroupFit {
  readonly fitgroup: string;
  readonly Outfit: number;
  readonly Outfit_t: number;
  readonly Infit: number;
  readonly Infit_t: number;
}
interface Packages extends Disputable {
  readonly models: Package[];
  readonly msqFit: { readonly rater: GroupFit[]; readonly item: GroupFit[] };
}

const { header, cells } = readCsv('mfrm/ratings.csv');
const criteria = header.slice(2);
const packages = readReference<Packages>('mfrm/ratings.json');
const raters = (packages.models[0]?.parameters ?? []).flatMap(({ facet, parameter }) =>
  facet === 'rater' ? [parameter.slice('rater'.length)] : [],
);
// Ordered by rater, so that the elements stand in the peer's order.
const rows = cells
  .flatMap(([person = '', rater = '', ...scores]): RatingRow[] =>
    scores.flatMap((score, n) =>
      score === '' ? [] : [{ person, elements: [criteria[n] ?? '', rater], score: Number(score) }],
    ),
  )
  .sort(
    (a, b) =>
      raters.indexOf(a.elements[1] ?? '') - raters.indexOf(b.elements[1] ?? '') ||
      criteria.indexOf(a.elements[0] ?? '') - criteria.indexOf(b.elements[0] ?? ''),
  );
const table = ratingTable(['criterion', 'rater'], rows);
const placeOf = new Map(table.persons.map((name, n) => [name, n]));
const personOf = (values: ArrayLike<number>, name: string): number => values[placeOf.get(name) ?? -1] ?? NaN;

it('raters and criteria stand in the order of the fixtures, and all are joined', () => {
  expect(table.facets.map(({ elements }) => elements)).toEqual([criteria, raters]);
  expect(findSubsets(table)).toMatchObject({ isConnected: true, deficiency: 0 });
});

/** Sum of squared deviations from the mean, by n − 1. */
function varianceOf(values: readonly number[]): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return values.reduce((a, b) => a + (b - mean) ** 2, 0) / (values.length - 1);
}
const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

it('marginal maximum likelihood, exact to 1e-5, with the errors of the whole information', () => {
  const peer = readReference<Exact>('mfrm/ratings-exact.json');
  const comparison = new Comparison(peer);
  const fit = calibrateFacets(table, { tolerance: 1e-9 });
  const [byCriterion, byRater] = fit.facets;
  const exact = { within: 1e-5 };
  expect(-2 * fit.logLikelihood).toBeLessThan(peer.deviance + 1e-4);
  comparison.near('deviance', -2 * fit.logLikelihood, peer.deviance, { within: 1e-4 });
  comparison.all('items', byCriterion?.measure, peer.items, exact);
  comparison.all('raters', byRater?.measure, peer.raters, exact);
  comparison.all('steps', fit.scales[0]?.steps, peer.steps, exact);
  comparison.all('itemSe', byCriterion?.standardError, peer.itemSe, exact);
  comparison.all('raterSeFree', byRater?.standardError, peer.raterSeFree, exact);
  comparison.near('variance', fit.variance, peer.variance, { within: 1e-4 });
  comparison.done();
}, 60_000);

it('joint maximum likelihood, fit, separation', () => {
  const peer = readReference<Joint>('mfrm/ratings-jml.json');
  const comparison = new Comparison(peer);
  const { extremeAdjustment } = peer;
  const fit = calibrateFacetsJointly(table, extremeAdjustment === undefined ? {} : { extreme: extremeAdjustment });
  const [byCriterion, byRater] = fit.facets;
  const exact = { within: 1e-5 };
  expect(fit.converged).toBe(true);
  expect(-2 * fit.logLikelihood).toBeLessThan(peer.deviance + 1e-4);
  comparison.near('deviance', -2 * fit.logLikelihood, peer.deviance, { within: 1e-4 });
  comparison.all('items', byCriterion?.measure, peer.items, exact);
  comparison.all('raters', byRater?.measure, peer.raters, exact);
  comparison.all('steps', fit.scales[0]?.steps, peer.steps, exact);
  comparison.all('itemSe', byCriterion?.standardError, peer.itemSe, exact);
  comparison.all('raterSe', byRater?.standardError, peer.raterSe, exact);
  const [theta, thetaSe] = [fit.theta, fit.thetaError].map((all) => peer.persons.map((name) => personOf(all, name)));
  comparison.all('theta', theta, peer.theta, exact);
  comparison.all('thetaSe', thetaSe, peer.thetaSe, exact);
  // The peer's fit is over the persons that took part in the estimation.
  const used = fit.theta.map((value, n) => (fit.isExtreme[n] === 1 ? NaN : value));
  const [ofRaters, ofCriteria] = [elementFit(table, fit, used, 1), elementFit(table, fit, used, 0)];
  const outfits = (list: typeof ofRaters): number[] => list.map(({ outfit }) => outfit);
  const infits = (list: typeof ofRaters): number[] => list.map(({ infit }) => infit);
  comparison.all('raterOutfit', outfits(ofRaters), peer.raterOutfit, exact);
  comparison.all('raterInfit', infits(ofRaters), peer.raterInfit, exact);
  comparison.all('itemOutfit', outfits(ofCriteria), peer.itemOutfit, exact);
  comparison.all('itemInfit', infits(ofCriteria), peer.itemInfit, exact);
  const { separation, reliability } = separationOf(
    byRater ?? { measure: new Float64Array(0), standardError: new Float64Array(0) },
  );
  comparison.near('raterSeparation', separation, peer.raterSeparation, { within: 0.02 });
  comparison.near('raterReliability', reliability, peer.raterReliability, { within: 1e-3 });
  comparison.done();
}, 120_000);

// The peer stops after 4,000 cycles a little short of the maximum (the exact file shows it for the first model): its
// deviance is higher than ours by .014 to .021, its variance too small by .0015 to .0022, and the abilities of the best
// and worst candidates with it. Hence 2.5e-3 instead of 5e-4.
const short = { within: 2.5e-3 };

/** The peer's formula in our words. */
function modelOf(formula: string): FacetsModel {
  const terms = formula
    .replace('~', '')
    .split('+')
    .map((term) => term.trim());
  return {
    ...(terms.includes('item:step') ? { thresholds: { by: 'criterion' } } : {}),
    ...(terms.includes('item:rater') ? { interactions: [['criterion', 'rater']] } : {}),
  };
}

/** The peer's name of a parameter, and what it is here. */
function parametersOf(fit: FacetsCalibration): ReadonlyMap<string, number> {
  const named = new Map<string, number>();
  criteria.forEach((name, n) => named.set(`item ${name}`, fit.facets[0]?.measure[n] ?? NaN));
  raters.forEach((name, n) => named.set(`rater rater${name}`, fit.facets[1]?.measure[n] ?? NaN));
  fit.scales.forEach(({ element, steps }) =>
    steps.forEach((step, k) =>
      named.set(element === undefined ? `step step${k + 1}` : `item:step ${element}:step${k + 1}`, step),
    ),
  );
  fit.terms[0]?.term.forEach((row, item) =>
    row.forEach((value, rater) => named.set(`item:rater ${criteria[item]}:rater${raters[rater]}`, value)),
  );
  return named;
}

describe('against the package', () => {
  it.each(packages.models.map((peer, place) => [peer.formula, peer, place] as const))(
    '%s',
    (formula, peer, place) => {
      const comparison = new Comparison(packages);
      const path = `models[${place}]`;
      const fit = calibrateFacets(table, { tolerance: 1e-8, standardErrors: false, ...modelOf(formula) });
      comparison.same(`${path}.nParameters`, fit.parameters, peer.nParameters);
      expect(-2 * fit.logLikelihood).toBeLessThan(peer.deviance + 1e-3);
      comparison.near(`${path}.deviance`, -2 * fit.logLikelihood, peer.deviance, { within: 0.05 });
      comparison.near(`${path}.variance`, fit.variance, peer.variance, short);
      const named = parametersOf(fit);
      peer.parameters.forEach(({ facet, parameter, xsi }, n) => {
        comparison.near(`${path}.parameters[${n}].xsi`, named.get(`${facet} ${parameter}`), xsi, short);
      });
      const wle = personMeasures(table, fit, 'wle');
      peer.persons.forEach(({ person, EAP, SD, WLE, WLEse }, n) => {
        const [own, at] = [wle[placeOf.get(person) ?? -1], `${path}.persons[${n}]`];
        comparison.near(`${at}.EAP`, personOf(fit.theta, person), EAP, short);
        comparison.near(`${at}.SD`, personOf(fit.thetaError, person), SD, short);
        comparison.near(`${at}.WLE`, own?.theta, WLE, short);
        comparison.near(`${at}.WLEse`, own?.standardError, WLEse, short);
      });
      const ofEap = varianceOf([...fit.theta]);
      const eap = ofEap / (ofEap + meanOf(Array.from(fit.thetaError, (error) => error ** 2)));
      const errors = meanOf(wle.map(({ standardError }) => standardError ** 2));
      const ofWle = 1 - errors / varianceOf(wle.map(({ theta }) => theta));
      comparison.near(`${path}.eapReliability`, eap, peer.eapReliability, { within: 1e-3 });
      comparison.near(`${path}.wleReliability`, ofWle, peer.wleReliability, { within: 1e-3 });
      comparison.done();
    },
    60_000,
  );

  it('fit of raters and criteria over the posterior', () => {
    const comparison = new Comparison(packages);
    const fit = calibrateFacets(table, { tolerance: 1e-8, standardErrors: false });
    const [byCriterion, byRater] = posteriorFit(table, fit, fit);
    for (const [kind, ours] of [
      ['rater', byRater],
      ['item', byCriterion],
    ] as const)
      packages.msqFit[kind].forEach(({ fitgroup, Outfit, Infit, Outfit_t, Infit_t }, n) => {
        const [own, path] = [ours?.find(({ element }) => element === fitgroup), `msqFit.${kind}[${n}]`];
        comparison.near(`${path}.Outfit`, own?.outfit, Outfit, { within: 5e-4 });
        comparison.near(`${path}.Infit`, own?.infit, Infit, { within: 5e-4 });
        comparison.near(`${path}.Outfit_t`, own?.outfitZ, Outfit_t, short);
        comparison.near(`${path}.Infit_t`, own?.infitZ, Infit_t, short);
      });
    comparison.done();
  });
});
