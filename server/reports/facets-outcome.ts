/** What `meetlat facets` finds, by either method: measures, fit, rater effects, drift, and whom to talk to. */
import {
  type Drift,
  type ElementFit,
  elementFit,
  type FacetMeasures,
  type FacetSlopes,
  type RegularisedElement,
  type Measures,
  posteriorFit,
  type RaterEffects,
  raterDrift,
  raterEffects,
  type RatingTable,
  type StepGroup,
} from 'itemresponsetheory/facets';

export interface Estimates extends Measures {
  readonly method: 'mml' | 'jmle';
  readonly isCorrected: boolean;
  readonly leaning: readonly RegularisedElement[];
  readonly facets: readonly FacetMeasures[];
  readonly scales: readonly (Pick<StepGroup, 'steps'> & Partial<StepGroup>)[];
  readonly slopes: readonly FacetSlopes[];
  readonly theta: Float64Array;
  readonly thetaError: Float64Array;
  /** Persons whose fit counts: extreme scores say nothing under joint estimation. */
  readonly counts: (person: number) => boolean;
  readonly population?: { readonly mean: number; readonly variance: number };
  readonly logLikelihood: number;
  readonly cycles: number;
  readonly converged: boolean;
}

export type RaterReason = 'erratic' | 'veryErratic' | 'even' | 'middle' | 'ends' | 'halo' | 'drifts' | 'unrelated';
export interface Row {
  readonly facet: string;
  readonly element: string;
  readonly measure: number;
  readonly standardError: number;
  readonly fit: ElementFit;
  readonly effects?: RaterEffects;
  readonly drift?: Drift;
  readonly reasons: readonly RaterReason[];
  readonly light: 'keep' | 'look' | 'drop';
}

/**
 * Mean squares: Linacre 2002. The others: half as far from 1 as a rater who does nothing but that, and beyond chance.
 */
function reasonsOf(
  { infit, outfit }: ElementFit,
  effects: RaterEffects | undefined,
  drift: Drift | undefined,
): RaterReason[] {
  const reasons: RaterReason[] = [];
  const noise = Math.max(infit, outfit);
  if (noise > 2) reasons.push('veryErratic');
  else if (noise > 1.5) reasons.push('erratic');
  if (Math.min(infit, outfit) < 0.5) reasons.push('even');
  if (effects !== undefined) {
    if (effects.spread < 0.8) reasons.push('middle');
    if (effects.spread > 1.25) reasons.push('ends');
    // Keeping to the middle makes scores alike, too: what is left of the likeness counts.
    if (effects.halo < 0.5 * Math.min(1, effects.spread ** 2) && effects.haloZ < -3) reasons.push('halo');
    if (effects.pointMeasure < effects.expectedPointMeasure / 2) reasons.push('unrelated');
  }
  if (drift?.verdict === 'drifts') reasons.push('drifts');
  return reasons;
}

/** The last facet (the raters) is looked at for what raters do. */
export function rowsOf(table: RatingTable, estimates: Estimates, windows: readonly string[] | undefined): Row[] {
  const { facets, theta, population, counts } = estimates;
  const judged = theta.map((value, person) => (counts(person) ? value : NaN));
  const byPosterior = population === undefined ? undefined : posteriorFit(table, estimates, population);
  const last = table.facets.length - 1;
  const effects = last < 0 ? [] : raterEffects(table, estimates, judged, last);
  const drifts = windows === undefined ? [] : raterDrift(table, estimates, judged, last, windows);
  return facets.flatMap(({ name, elements, measure, standardError }, f) => {
    const fits = elementFit(table, estimates, judged, f);
    return elements.flatMap((element, e): Row[] => {
      const [atAbility, own] = [fits[e], byPosterior?.[f]?.[e]];
      if (atAbility === undefined) return [];
      const fit: ElementFit =
        own === undefined
          ? atAbility
          : { ...atAbility, infit: own.infit, outfit: own.outfit, infitZ: own.infitZ, outfitZ: own.outfitZ };
      const [effect, drift] = f === last ? [effects[e], drifts[e]] : [undefined, undefined];
      const reasons = reasonsOf(fit, effect, drift);
      return [
        {
          facet: name,
          element,
          measure: measure[e] ?? NaN,
          standardError: standardError[e] ?? NaN,
          fit,
          ...(effect === undefined ? {} : { effects: effect }),
          ...(drift === undefined ? {} : { drift }),
          reasons,
          light: reasons.includes('veryErratic') ? 'drop' : reasons.length > 0 ? 'look' : 'keep',
        },
      ];
    });
  });
}
