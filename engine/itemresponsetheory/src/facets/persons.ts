/**
 * Abilities of persons at given measures: maximum likelihood, or Warm's weighted likelihood, which exists for extreme
 * scores too.
 */
import type { RatingTable } from '../responses/rating-table.ts';
import { createRatingAt } from './cells.ts';
import { type Measures, predict, rulesOf } from './prediction.ts';

export interface PersonMeasure {
  readonly person: string;
  readonly theta: number;
  /** 1/√information. */ readonly standardError: number;
  readonly ratings: number;
  /** Only highest or lowest scores: maximum likelihood has no estimate and θ is ±Infinity. */
  readonly isExtreme: boolean;
}

/**
 * Newton steps on l′(θ) (+ J/2I for Warm 1989; J = Σα³·third central moment of the score), from 0, no step longer than
 * 1. Persons without ratings are not in a rating table.
 *
 * @example
 * ```ts
 * import { createRng } from 'itemresponsetheory';
 * import { calibrateFacets, personMeasures, ratingTable } from 'itemresponsetheory/facets';
 *
 * const rows = Array.from({ length: 60 }, (_, n) => n).flatMap((n) => {
 *   const random = createRng('ratings').fork(n);
 *   const theta = random.normal();
 *   return ['strict', 'mild', 'third'].map((rater, r) => ({
 *     person: `P${n}`,
 *     elements: [rater],
 *     score: Math.max(0, Math.min(3, Math.round(1.5 + theta + (r - 1) / 2 + random.normal()))),
 *   }));
 * });
 * const table = ratingTable(['rater'], rows);
 * const [first] = personMeasures(table, calibrateFacets(table), 'wle');
 * console.log(first?.theta.toFixed(2)); // → -3.18
 * ```
 */
export function personMeasures(table: RatingTable, measures: Measures, method: 'ml' | 'wle'): PersonMeasure[] {
  const rule = rulesOf(table, measures);
  const rowsOf: number[][] = table.persons.map(() => []);
  for (let n = 0; n < table.person.length; n += 1) rowsOf[table.person[n]].push(n);
  const at = createRatingAt(table.highest);
  return rowsOf.map((rows, p): PersonMeasure => {
    const total = rows.reduce((sum, n) => sum + table.score[n], 0);
    const isExtreme = total === 0 || total === rows.length * table.highest;
    const person = table.persons[p];
    if (method === 'ml' && isExtreme)
      return {
        person,
        theta: total === 0 ? -Infinity : Infinity,
        standardError: Infinity,
        ratings: rows.length,
        isExtreme,
      };
    let theta = 0;
    let information = 0;
    for (let step = 0; step < 200; step += 1) {
      let [score, third] = [0, 0];
      information = 0;
      for (const n of rows) {
        const [own, weight] = [rule(n), table.weight?.[n] ?? 1];
        predict(own, theta, at);
        score += weight * own.slope * (table.score[n] - at.mean);
        information += weight * own.slope ** 2 * at.variance;
        if (method === 'wle')
          for (let k = 0; k <= table.highest; k += 1) third += weight * (own.slope * (k - at.mean)) ** 3 * at.p[k];
      }
      const move = (score + (method === 'wle' ? third / (2 * information) : 0)) / information;
      theta += Math.max(-1, Math.min(1, move));
      if (Math.abs(move) < 1e-10) break;
    }
    return { person, theta, standardError: 1 / Math.sqrt(information), ratings: rows.length, isExtreme };
  });
}
