/** What a model expects of a rating of the table at an ability. */
import type { RatingTable } from '../responses/rating-table.ts';
import type { FacetMeasures, FacetSlopes, FacetTerms } from './calibrate-facets.ts';
import { type RatingAt, ratingAt } from './cells.ts';

export interface Measures {
  readonly facets: readonly FacetMeasures[];
  readonly scales: readonly { readonly steps: Float64Array }[];
  readonly thresholdsBy?: string;
  readonly slopes?: readonly Pick<FacetSlopes, 'name' | 'slope'>[];
  readonly terms?: readonly Pick<FacetTerms, 'facets' | 'term'>[];
}

/** Severity, slope and steps of a combination of elements, by facet. */
export interface Rule {
  readonly severity: number;
  readonly slope: number;
  readonly steps: Float64Array;
}

export function ruleOf(
  table: RatingTable,
  { facets, scales, thresholdsBy, slopes = [], terms = [] }: Measures,
): (elements: readonly number[]) => Rule {
  const place = (name: string): number => table.facets.findIndex((facet) => facet.name === name);
  const by = thresholdsBy === undefined ? -1 : place(thresholdsBy);
  const slopeAt = slopes.map(({ name, slope }) => ({ f: place(name), slope }));
  const termAt = terms.map(({ facets: [a, b], term }) => ({ a: place(a), b: place(b), term }));
  return (elements) => ({
    severity:
      facets.reduce((sum, { measure }, f) => sum + measure[elements[f]], 0) +
      termAt.reduce((sum, { a, b, term }) => sum + term[elements[a]][elements[b]], 0),
    slope: slopeAt.reduce((product, { f, slope }) => product * slope[elements[f]], 1),
    steps: scales[by < 0 ? 0 : elements[by]].steps,
  });
}

/** Fills `at` for an ability under a rule: P(k) ∝ exp α(kθ − k·severity − Σ steps). */
export function predict({ severity, slope, steps }: Rule, theta: number, at: RatingAt): void {
  ratingAt(slope * (theta - severity), slope === 1 ? steps : steps.map((step) => slope * step), at);
}

/** Rule of every rating of the table; those with the same elements share one. */
export function rulesOf(table: RatingTable, measures: Measures): (n: number) => Rule {
  const rule = ruleOf(table, measures);
  const known = new Map<string, Rule>();
  const of = Array.from(table.score, (_, n) => {
    const elements = table.facets.map((facet) => facet.of[n]);
    const key = elements.join();
    const one = known.get(key) ?? rule(elements);
    known.set(key, one);
    return one;
  });
  return (n) => of[n];
}
