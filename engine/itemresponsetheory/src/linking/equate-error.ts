/**
 * Scores equated through a link, with standard errors by the delta method (Ogasawara 2001, 2003): an equivalent moves
 * with the items of both forms and, where they are anchors, with the link that they give. Derivatives are numeric, the
 * inverse functions differentiated implicitly.
 */
import { testCharacteristic } from '../models/probability.ts';
import { createItemParameters, type ItemParameters, type ItemSpec } from '../parameters/item-parameters.ts';
import { transformItem } from '../parameters/scale.ts';
import {
  type Continuisation,
  cumulative,
  equateDistributions,
  equateTrueScores,
  everyItem,
  mixedDistribution,
  type TrueScoreRow,
  type WeightedPopulation,
} from './equate.ts';
import { type AnchorErrors, linkGradients } from './link-gradient.ts';
import { type LinkAnchor, type LinkOptions, linkScales, type ScaleTransform } from './link.ts';
import { type ItemCovariance, type ItemGradient, locations, nudge, propagate } from './propagate.ts';

export interface EquatingRequest {
  /** Each form on its own scale. */
  readonly from: readonly ItemSpec[];
  readonly to: readonly ItemSpec[];
  /** Items that link, and how. */
  readonly anchors: readonly LinkAnchor[];
  readonly link: LinkOptions;
  /**
   * Synthetic population on `to`'s scale for a link; it moves with the link where persons were known on the other
   * scale.
   */
  readonly populations: (link: ScaleTransform) => readonly WeightedPopulation[];
  readonly continuisation?: Continuisation;
  /** Covariances of both forms' items by id, without: taken as given; absent: no standard errors. */
  readonly errors?: {
    readonly from: ReadonlyMap<string, ItemCovariance>;
    readonly to: ReadonlyMap<string, ItemCovariance>;
    readonly samples?: AnchorErrors['samples'];
  };
}

export interface EquatedScore extends TrueScoreRow {
  /** Of the true-score equivalent; 0 at the ends of the scale, which are tied to one another. */
  readonly standardError?: number;
  readonly observed: number;
  readonly observedError?: number;
}

const sizeOf = (item: ItemSpec): number => (item.model === 'nominal' ? 0 : locations(item).length + 1);
const given = (item: ItemSpec): ItemCovariance => Array.from({ length: sizeOf(item) ** 2 }, () => 0);
const linked = (items: readonly ItemSpec[], link: ScaleTransform): ItemSpec[] =>
  items.map((item) => transformItem(item, link));

/** Equivalents as functions of θ and of the distributions: what each derivative needs. */
interface Equivalents {
  readonly rows: readonly TrueScoreRow[];
  readonly observed: readonly number[];
}

function equate({ from, to, populations, continuisation }: EquatingRequest, link: ScaleTransform): Equivalents {
  const [a, b] = [createItemParameters(linked(from, link)), createItemParameters(to)];
  const persons = populations(link);
  return {
    rows: equateTrueScores(a, b),
    observed: equateDistributions(mixedDistribution(a, persons), mixedDistribution(b, persons), continuisation),
  };
}

const h = 1e-4;
const slopeOf = (bank: ItemParameters, theta: number): number =>
  (testCharacteristic(bank, everyItem(bank), theta + h) - testCharacteristic(bank, everyItem(bank), theta - h)) /
  (2 * h);

/**
 * One side's derivatives [item][output][parameter], the link held: outputs are all true-score equivalents, then all
 * observed-score ones.
 */
function direct(
  request: EquatingRequest,
  link: ScaleTransform,
  { rows, observed }: Equivalents,
  side: 'from' | 'to',
  covariances: ReadonlyMap<string, ItemCovariance>,
): number[][][] {
  const { from, to, populations, continuisation = { kind: 'uniform' } } = request;
  const items = side === 'from' ? from : to;
  const own = (list: readonly ItemSpec[]): ItemSpec[] => (side === 'from' ? linked(list, link) : [...list]);
  const [moved, target] = [createItemParameters(linked(from, link)), createItemParameters(to)];
  const persons = populations(link);
  const distribution = mixedDistribution(target, persons);
  const below = cumulative(distribution, continuisation);
  // The density of the target's scores at each equivalent; below is straight between half points.
  const density = observed.map((x) => (below(x + 0.01) - below(x - 0.01)) / 0.02);
  const trueFactor = rows.map(({ theta }) =>
    Number.isNaN(theta) ? 0 : side === 'to' ? 1 : -slopeOf(target, theta) / slopeOf(moved, theta),
  );
  return items.map((item, index) => {
    const covariance = covariances.get(item.id) ?? given(item);
    const size = sizeOf(item);
    const columns = Array.from({ length: size }, (_, n) => {
      if (covariance[n * size + n] === 0) return [...rows, ...observed].map(() => 0);
      const [up, down] = [h, -h].map((by) => own([nudge(item, n, by)]));
      const [upBank, downBank] = [createItemParameters(up ?? []), createItemParameters(down ?? [])];
      const byTrue = rows.map(({ theta }, x) =>
        Number.isNaN(theta)
          ? 0
          : (trueFactor[x] * (testCharacteristic(upBank, [0], theta) - testCharacteristic(downBank, [0], theta))) /
            (2 * h),
      );
      const [high, low] = [h, -h].map((by) =>
        cumulative(
          mixedDistribution(
            createItemParameters(own(items.map((one, m) => (m === index ? nudge(one, n, by) : one)))),
            persons,
          ),
          continuisation,
        ),
      );
      const byObserved = observed.map((x, score) => {
        const at = side === 'from' ? score : x;
        const change = ((high?.(at) ?? NaN) - (low?.(at) ?? NaN)) / (2 * h);
        return (side === 'from' ? change : -change) / Math.max(1e-12, density[score]);
      });
      return [...byTrue, ...byObserved];
    });
    return [...rows, ...observed].map((_, output) => columns.map((column) => column[output]));
  });
}

const outputsOf = ({ rows, observed }: Equivalents): number[] => [
  ...rows.map(({ equivalent }) => equivalent),
  ...observed,
];

/** Derivatives of all outputs in A or B, by central differences. */
function byLink(request: EquatingRequest, up: ScaleTransform, down: ScaleTransform): number[] {
  const [one, other] = [outputsOf(equate(request, up)), outputsOf(equate(request, down))];
  return one.map((value, n) => (value - other[n]) / (2 * h));
}

/** What the items of one side, directly and through the link, add to the variance of every output. */
function sideVariances(
  request: EquatingRequest,
  errors: NonNullable<EquatingRequest['errors']>,
  side: 'from' | 'to',
  own: readonly (readonly (readonly number[])[])[],
  through: readonly (readonly ScaleTransform[])[],
  { byA, byB }: { readonly byA: readonly number[]; readonly byB: readonly number[] },
): number[] {
  const known = errors[side];
  const anchorOf = new Map(request.anchors.map((anchor, n) => [anchor[side].id, n]));
  const parts = request[side]
    .map((item, n): ItemGradient => {
      const anchor = anchorOf.get(item.id);
      const slopes = anchor === undefined ? undefined : through[anchor];
      return {
        item,
        covariance: known.get(item.id) ?? given(item),
        gradient: own[n].map((row, output) =>
          slopes === undefined
            ? [...row]
            : row.map((value, p) => value + byA[output] * slopes[p].a + byB[output] * slopes[p].b),
        ),
      };
    })
    .filter(({ item }) => item.model !== 'nominal');
  return byA.map((_, output) => {
    const [one = 0] = propagate(
      parts.map((part) => ({ ...part, gradient: [part.gradient[output]] })),
      1,
      errors.samples?.[side],
    );
    return one;
  });
}

/**
 * Every score of `from` in scores of `to`, by true and by observed scores. Throws IrtError for anchors that cannot
 * link.
 *
 * @example
 * ```ts
 * import { type ItemSpec, normalGrid } from 'itemresponsetheory';
 * import { equateWithErrors } from 'itemresponsetheory/linking';
 *
 * const form = (difficulties: readonly number[], own: string): ItemSpec[] =>
 *   difficulties.map((difficulty, n) => ({ model: 'logistic', id: n < 2 ? `c${n}` : own, slope: 1, difficulty }));
 * const [from, to] = [form([-0.5, 0.5, 1], 'new'), form([-1, 0, 1], 'old')];
 * // The slopes are given; the difficulties have a variance of 0.01.
 * const known = new Map([...from, ...to].map(({ id }) => [id, [0, 0, 0, 0.01]]));
 * const scores = equateWithErrors({
 *   from,
 *   to,
 *   anchors: to.slice(0, 2).map((item, n) => ({ from: from[n] ?? item, to: item })),
 *   link: { method: 'mean-mean' },
 *   populations: () => [{ grid: normalGrid(), weight: 1 }],
 *   errors: { from: known, to: known },
 * });
 * console.log(scores[2]?.equivalent.toFixed(2), scores[2]?.standardError?.toFixed(3)); // → 1.88 0.043
 * ```
 */
export function equateWithErrors(request: EquatingRequest): EquatedScore[] {
  const { anchors, errors } = request;
  const link = linkScales(anchors, request.link);
  const equated = equate(request, link);
  const { rows, observed } = equated;
  if (errors === undefined) return rows.map((row, n) => ({ ...row, observed: observed[n] }));
  const slopes = {
    byA: byLink(request, { a: link.a + h, b: link.b }, { a: link.a - h, b: link.b }),
    byB: byLink(request, { a: link.a, b: link.b + h }, { a: link.a, b: link.b - h }),
  };
  const covariances = anchors.map((anchor) => ({
    from: errors.from.get(anchor.from.id) ?? given(anchor.from),
    to: errors.to.get(anchor.to.id) ?? given(anchor.to),
  }));
  const [ofFrom, ofTo] = (['from', 'to'] as const).map((side) =>
    sideVariances(
      request,
      errors,
      side,
      direct(request, link, equated, side, errors[side]),
      linkGradients(anchors, request.link, { covariances }, side),
      slopes,
    ),
  );
  const errorOf = (output: number): number => Math.sqrt(ofFrom[output] + ofTo[output]);
  return rows.map((row, n) => ({
    ...row,
    standardError: errorOf(n),
    observed: observed[n],
    observedError: errorOf(rows.length + n),
  }));
}
