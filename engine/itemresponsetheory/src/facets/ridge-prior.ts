/**
 * Ridge priors for what an element's own ratings leave without a finite estimate: its own steps, when it never gave a
 * category; its measure, when it gave only the lowest or only the highest score. A weak normal prior draws it towards
 * the other elements. Everything that the ratings do determine stays maximum likelihood.
 */
import type { RatingTable } from '../responses/rating-table.ts';
import { type Affine, sumOf, times } from './affine.ts';

/** An element whose likelihood has no maximum at a finite value. */
export interface UnboundedElement {
  readonly facet: number;
  readonly element: number;
  readonly what: 'steps' | 'measure';
  /** Categories it never gave, or the only one it gave. */ readonly categories: readonly number[];
}

/** `by`: facet with own steps. */
export function unboundedElements({ facets, score, highest }: RatingTable, by: number | undefined): UnboundedElement[] {
  return facets.flatMap(({ of, elements }, facet) => {
    const seen = elements.map(() => new Uint8Array(highest + 1));
    for (let n = 0; n < score.length; n += 1) {
      seen[of[n]][score[n]] = 1;
    }
    return seen.flatMap((own, element): UnboundedElement[] => {
      const [given, missing] = [1, 0].map((flag) => Array.from(own.keys()).filter((k) => own[k] === flag));
      const isAtEnd = given.length === 1 && (given[0] === 0 || given[0] === highest);
      return [
        ...(isAtEnd ? [{ facet, element, what: 'measure' as const, categories: given }] : []),
        ...(facet === by && missing.length > 0
          ? [{ facet, element, what: 'steps' as const, categories: missing }]
          : []),
      ];
    });
  });
}

/** row ~ N(0, 1/precision): the unbounded quantity less the mean of the same quantity of other elements. */
export interface RidgePrior {
  readonly on: UnboundedElement;
  readonly row: Affine;
  readonly precision: number;
}

/** Standard deviations of the priors, in logits: weak beside a handful of ratings. */
const priorSd = { steps: 1, measure: 2 } as const;

/** Towards the bounded elements; towards all, when none is bounded. Anchored elements need no prior. */
export function ridgePriors(
  unbounded: readonly UnboundedElement[],
  { facets }: RatingTable,
  measures: readonly (readonly Affine[])[],
  steps: readonly (readonly Affine[])[],
): RidgePrior[] {
  return unbounded.flatMap((one): RidgePrior[] => {
    const all = facets[one.facet].elements.map((_, e) => e);
    const bounded = all.filter(
      (e) => !unbounded.some(({ facet, element, what }) => what === one.what && facet === one.facet && element === e),
    );
    const others = bounded.length > 0 ? bounded : all;
    const lists = one.what === 'measure' ? [measures[one.facet]] : steps[0].map((_, v) => steps.map((rows) => rows[v]));
    return lists.flatMap((list): RidgePrior[] => {
      const own = list[one.element];
      return own.index.length === 0
        ? []
        : [
            {
              on: one,
              row: sumOf([own, ...others.map((e) => times(list[e], -1 / others.length))]),
              precision: 1 / priorSd[one.what] ** 2,
            },
          ];
    });
  });
}
