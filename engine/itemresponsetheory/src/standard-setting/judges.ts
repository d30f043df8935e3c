/**
 * Judges as a facet (Engelhard & Anderson 1998): their estimated chances, in steps, under a many-facet Rasch model with
 * the items as what is judged. Who demands more than the others, and who judges erratically or too evenly.
 */
import { IrtError } from '../errors.ts';
import { calibrateFacets } from '../facets/calibrate-facets.ts';
import { posteriorFit } from '../facets/posterior-fit.ts';
import { separationOf, type Separation } from '../facets/report.ts';
import { ratingTable } from '../responses/rating-table.ts';

export interface JudgeMeasure {
  /** Logits; above 0: expects more of the just-qualified than the others do, so a higher cut. */
  readonly demand: number;
  readonly standardError: number;
  readonly infit: number;
  readonly outfit: number;
  readonly infitZ: number;
  readonly outfitZ: number;
}

/**
 * `ratings[judge][item]`: chances from 0 to 1. They are cut into `steps` equal parts (default 10); parts that nobody
 * used are closed up.
 *
 * @example
 * ```ts
 * import { judgesAsFacet } from 'itemresponsetheory/standard-setting';
 *
 * const chances = [0.2, 0.8, 0.4, 0.5, 0.3, 0.7, 0.6, 0.2, 0.5, 0.7];
 * const demanding = chances.map((p, item) => p + (item % 3 === 0 ? 0.2 : 0));
 * const { judges } = judgesAsFacet([chances, demanding, chances], { steps: 5 });
 * console.log(judges.map(({ demand }) => demand > 0.05).join()); // → false,true,false
 * ```
 */
export function judgesAsFacet(
  ratings: readonly (readonly number[])[],
  { steps = 10 }: { readonly steps?: number } = {},
): { readonly judges: readonly JudgeMeasure[]; readonly separation: Separation } {
  const items = ratings.at(0)?.length ?? 0;
  if (ratings.length < 3 || items < 3)
    throw new IrtError(
      'too-few-judgements',
      'ratings',
      `${ratings.length} × ${items}`,
      'must have at least three judges and three items',
    );
  if (!Number.isInteger(steps) || steps < 1 || steps > 60)
    throw new IrtError('not-positive', 'steps', steps, 'must be a whole number from 1 to 60');
  const raw = ratings.map((row) => row.map((chance) => Math.round(steps * chance)));
  const used = [...new Set(raw.flat())].sort((a, b) => a - b);
  if (used.length < 2) throw new IrtError('no-scale', 'ratings', used.length, 'must differ');
  const place = new Map(used.map((value, n) => [value, n]));
  const table = ratingTable(
    ['judge'],
    raw.flatMap((row, judge) =>
      row.map((value, item) => ({ person: `${item}`, elements: [`${judge}`], score: place.get(value) ?? 0 })),
    ),
  );
  // A judge who gives low chances is a severe rater of the items, and demands less of the candidate. Judges sum to
  // zero: the last of a group anchor.
  const fit = calibrateFacets(table, {
    anchors: [{ facet: 'judge', elements: ratings.map((_, judge) => `${judge}`), mean: 0 }],
  });
  const [own = []] = posteriorFit(table, fit, fit);
  const [judges] = fit.facets;
  if (judges === undefined) throw new IrtError('too-few-judgements', 'ratings', 0, 'must have judges');
  return {
    judges: ratings.map((_, n) => {
      const { infit = NaN, outfit = NaN, infitZ = NaN, outfitZ = NaN } = own[n];
      return {
        demand: -judges.measure[n],
        standardError: judges.standardError[n],
        infit,
        outfit,
        infitZ,
        outfitZ,
      };
    }),
    separation: separationOf(judges),
  };
}

/**
 * Share at or above a cut, and at a standard error above and below it.
 *
 * @example
 * ```ts
 * import { impactOf } from 'itemresponsetheory/standard-setting';
 *
 * const scores = [12, 15, 18, 21, 24];
 * const above = (cut: number) => scores.filter((score) => score >= cut).length / scores.length;
 * const { share, low, high } = impactOf(18, 2, above);
 * console.log(share, low, high); // → 0.6 0.4 0.6
 * ```
 */
export function impactOf(
  cut: number,
  standardError: number,
  above: (cut: number) => number,
): { readonly share: number; readonly low: number; readonly high: number } {
  return { share: above(cut), low: above(cut + standardError), high: above(cut - standardError) };
}
