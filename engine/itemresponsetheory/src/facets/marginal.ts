/**
 * Ratings as the E-step of a many-facet model reads them: cells, patterns of persons, sums, and where the population's
 * parameters stand in x.
 */
import { createPosteriorRecurrence, type PosteriorRecurrence } from '../quadrature/posterior-recurrence.ts';
import type { RatingTable } from '../responses/rating-table.ts';
import { type Cells, cellsOf, createRatingAt, type RatingAt } from './cells.ts';
import { type Design, designOf, type FacetsModel } from './design.ts';

/** Persons with the same cells and, where slopes cannot tell them apart, the same sum of scores. */
export interface PatternMember {
  readonly persons: number[];
  readonly count: number;
  sum: number;
}
interface Pattern {
  readonly cells: Uint32Array;
  readonly members: readonly PatternMember[];
}

export interface Marginal {
  readonly table: RatingTable;
  readonly cells: Cells;
  readonly design: Design;
  readonly node: Float64Array;
  readonly patterns: readonly Pattern[];
  /** Σ score and, by step, ratings at or above it, by cell; weighted. */
  readonly total: Float64Array;
  readonly above: Float64Array;
  /** Ratings of each person, for sums under slopes. */
  readonly ratingsOf: readonly (readonly number[])[];
  /** Where the population's parameters stand in x. */
  readonly meanAt: number;
  readonly varianceAt: number;
  readonly size: number;
  readonly at: RatingAt;
  readonly recurrence: PosteriorRecurrence;
}

export function marginalOf(table: RatingTable, node: Float64Array, model: FacetsModel): Marginal {
  const cells = cellsOf(table);
  const design = designOf(table, cells, model);
  const m = table.highest;
  const [total, above] = [new Float64Array(cells.elements.length), new Float64Array(cells.elements.length * m)];
  const [sum, ratingsOf] = [new Float64Array(table.persons.length), table.persons.map((): number[] => [])];
  for (let n = 0; n < table.score.length; n += 1) {
    const [cell, person, score] = [cells.of[n], table.person[n], table.score[n]];
    const weight = cells.weight[cell];
    total[cell] += weight * score;
    for (let v = 1; v <= score; v += 1) above[cell * m + v - 1] += weight;
    sum[person] += weight * score;
    ratingsOf[person].push(n);
  }
  const hasSlopes = design.logSlopes.length > 0;
  const meanAt = design.hasFreeMean ? design.parameters : -1;
  const varianceAt = design.parameters + (design.hasFreeMean ? 1 : 0);
  return {
    table,
    cells,
    design,
    node,
    total,
    above,
    ratingsOf,
    meanAt,
    varianceAt,
    size: varianceAt + 1,
    at: createRatingAt(m),
    recurrence: createPosteriorRecurrence(node, new Float64Array(node.length + 1)),
    patterns: patternsOf(ratingsOf, cells, (person) => (hasSlopes ? person : sum[person]), sum),
  };
}

function patternsOf(
  ratingsOf: readonly (readonly number[])[],
  { of }: Cells,
  alike: (person: number) => number,
  sum: Float64Array,
): Pattern[] {
  const known = new Map<
    string,
    { cells: Uint32Array; members: Map<number, { persons: number[]; count: number; sum: number }> }
  >();
  ratingsOf.forEach((ratings, person) => {
    const cells = Uint32Array.from(ratings, (n) => of[n]).sort();
    const key = String.fromCharCode(...new Uint16Array(cells.buffer));
    const pattern = known.get(key) ?? { cells, members: new Map() };
    known.set(key, pattern);
    const member = pattern.members.get(alike(person)) ?? { persons: [], count: 0, sum: sum[person] };
    pattern.members.set(alike(person), member);
    member.persons.push(person);
    member.count += 1;
  });
  return [...known.values()].map(({ cells, members }) => ({ cells, members: [...members.values()] }));
}
