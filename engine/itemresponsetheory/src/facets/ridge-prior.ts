/**
 * What an element's own ratings leave without a finite estimate leans on the other elements by a weak normal prior: its
 * own steps, when it never gave a category;
 * its measure, when it gave one end of the scale only. Everything that the ratings do hold is maximum likelihood as
 * ever.
 */
import type { RatingTable } from '../responses/rating-table.ts';
import { type Affine, sumOf, times } from './affine.ts';

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
      const own = seen[of[n]];
      if (own !== undefined) own[score[n]] = 1;
    }
    return seen.flatMap((own, element): UnboundedElement[] => {
      const [given, missing] = [1, 0].map((flag) => Array.from(own.keys()).filter((k) => own[k] === flag));
      const isAtEnd = given?.length === 1 && (given[0] === 0 || given[0] === highest);
      return [
        ...(isAtEnd ? [{ facet, element, what: 'measure' as const, categories: given }] : []),
        ...(facet === by && missing !== undefined && missing.length > 0
          ? [{ facet, element, what: 'steps' as const, categories: missing }]
          : []),
      ];
    });
  });
}

/** row ~ N(0, 1/precision): what leans, less the mean of what it leans on. */
export interface RidgePrior {
  readonly on: UnboundedElement;
  readonly row: Affine;
  readonly precision: number;
}

/** Standard deviations of the priors, in logits: weak beside a handful of ratings. */
const spread = { steps: 1, measure: 2 } as const;

/** On the elements that hold themselves; on all, when none does. Anchored ones do not lean. */
export function ridgePriors(
  unheld: readonly UnboundedElement[],
  { facets }: RatingTable,
  measures: readonly (readonly Affine[])[],
  steps: readonly (readonly Affine[])[],
): RidgePrior[] {
  return unheld.flatMap((one): RidgePrior[] => {
    const all = facets[one.facet].elements.map((_, e) => e);
    const firm = all.filter(
      (e) => !unheld.some(({ facet, element, what }) => what === one.what && facet === one.facet && element === e),
    );
    const others = firm.length > 0 ? firm : all;
    const lists = one.what === 'measure' ? [measures[one.facet]] : steps[0].map((_, v) => steps.map((rows) => rows[v]));
    return lists.flatMap((list): RidgePrior[] => {
      const own = list[one.element];
      return own.index.length === 0
        ? []
        : [
            {
              on: one,
              row: sumOf([own, ...others.map((e) => times(list[e], -1 / others.length))]),
              precision: 1 / spread[one.what] ** 2,
            },
          ];
    });
  });
}
