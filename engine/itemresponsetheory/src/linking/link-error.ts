/** Standard errors of a link, and anchors that are out of line with the others. */
import { IrtError } from '../errors.ts';
import { log } from '../numeric/elementary.ts';
import type { ItemSpec } from '../parameters/item-parameters.ts';
import { type LinkAnchor, type LinkOptions, linkScales, type ScaleTransform } from './link.ts';
import { type AnchorErrors, linkGradients } from './link-gradient.ts';
import { type ItemGradient, locations, propagate } from './propagate.ts';

export interface LinkErrors {
  readonly a: number;
  readonly b: number;
  readonly covariance: number;
}

/**
 * Delta method (Ogasawara 2000, 2001): A and B as functions of every anchor's parameters on both sides. With the
 * samples named, the items of a calibration share the error of its sample; else they are taken as independent.
 *
 * @example
 * ```ts
 * import { type ItemSpec, transformItem } from 'itemresponsetheory';
 * import { linkErrors } from 'itemresponsetheory/linking';
 *
 * const old: ItemSpec[] = [-1, 0, 1].map((b, n) => ({ model: 'logistic', id: `c${n}`, slope: 1, difficulty: b }));
 * const anchors = old.map((to) => ({ from: transformItem(to, { a: 0.5, b: 1 }), to }));
 * // Of slope and difficulty, row-major, on both sides.
 * const covariance = [0.01, 0, 0, 0.01];
 * const covariances = anchors.map(() => ({ from: covariance, to: covariance }));
 * const { a, b } = linkErrors(anchors, { method: 'mean-mean' }, covariances);
 * console.log(a.toFixed(3), b.toFixed(3)); // → 0.129 0.183
 * ```
 */
export function linkErrors(
  anchors: readonly LinkAnchor[],
  options: LinkOptions,
  covariances: AnchorErrors['covariances'],
  samples: NonNullable<AnchorErrors['samples']> = {},
): LinkErrors {
  if (covariances.length !== anchors.length)
    throw new IrtError(
      'unequal-lengths',
      'covariances',
      covariances.length,
      `must have ${anchors.length} members, like anchors`,
    );
  const sides = (['from', 'to'] as const).map((side) => {
    const gradients = linkGradients(anchors, options, { covariances }, side);
    return propagate(
      anchors.map((anchor, n): ItemGradient => ({
        item: anchor[side],
        covariance: covariances[n][side],
        gradient: [gradients[n].map(({ a }) => a), gradients[n].map(({ b }) => b)],
      })),
      2,
      samples[side],
    );
  });
  const sum = (cell: number): number => sides.reduce((total, matrix) => total + matrix[cell], 0);
  return { a: Math.sqrt(sum(0)), b: Math.sqrt(sum(3)), covariance: sum(1) };
}

const quantile = (sorted: readonly number[], p: number): number => {
  const at = p * (sorted.length - 1);
  const low = Math.floor(at);
  return sorted[low] + (at - low) * (sorted[Math.min(low + 1, sorted.length - 1)] - sorted[low]);
};

/**
 * Robust z = (D − median)/(0.74·IQR) (Huynh & Meyer 2010); 0 where all are equal.
 *
 * @example
 * ```ts
 * import { robustZ } from 'itemresponsetheory/linking';
 *
 * console.log(robustZ([0.1, 0, -0.1, 0.05, 1.2]).map((z) => Math.abs(z) > 2.7).join());
 * // → false,false,false,false,true
 * ```
 */
export function robustZ(values: readonly number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  const [median, range] = [quantile(sorted, 0.5), 0.74 * (quantile(sorted, 0.75) - quantile(sorted, 0.25))];
  return values.map((value) =>
    range < 1e-12 ? (Math.abs(value - median) < 1e-9 ? 0 : Infinity) : (value - median) / range,
  );
}

export interface RobustLink {
  readonly link: ScaleTransform;
  readonly kept: readonly number[];
  /** In the order in which they went, with the z that sent them. */ readonly dropped: readonly {
    readonly anchor: number;
    readonly z: number;
    readonly of: 'difficulty' | 'slope';
  }[];
  readonly withAll: ScaleTransform;
}

/**
 * Drops the worst anchor, links again, until every |z| of difficulties and of ln slopes is at most `threshold` (default
 * 2.7) or `least` are left (default half).
 *
 * @example
 * ```ts
 * import { type ItemSpec, transformItem } from 'itemresponsetheory';
 * import { linkRobustly } from 'itemresponsetheory/linking';
 *
 * const difficulties = [-1.5, -1, -0.4, 0.1, 0.5, 1.1, 1.6];
 * const old: ItemSpec[] = difficulties.map((b, n) => ({ model: 'logistic', id: `c${n}`, slope: 1, difficulty: b }));
 * const anchors = old.map((to, n) => ({ from: transformItem(to, { a: 1, b: n === 3 ? 2 : n / 100 }), to }));
 * console.log(linkRobustly(anchors, { method: 'mean-mean' }).dropped.map(({ anchor }) => anchor).join()); // → 3
 * ```
 */
export function linkRobustly(
  anchors: readonly LinkAnchor[],
  options: LinkOptions,
  {
    threshold = 2.7,
    least = Math.max(2, Math.ceil(anchors.length / 2)),
  }: { readonly threshold?: number; readonly least?: number } = {},
): RobustLink {
  const withAll = linkScales(anchors, options);
  let kept = anchors.map((_, n) => n);
  const dropped: { anchor: number; z: number; of: 'difficulty' | 'slope' }[] = [];
  const pick = (list: readonly number[]): LinkAnchor[] => list.flatMap((n) => anchors[n]);
  while (kept.length > least) {
    const { a, b } = linkScales(pick(kept), options);
    const centre = (item: ItemSpec): number => {
      const list = locations(item);
      return list.reduce((sum, value) => sum + value, 0) / list.length;
    };
    const slope = (item: ItemSpec): number => ('slope' in item ? (item.slope ?? 1) : 1);
    const places = robustZ(pick(kept).map(({ from, to }) => centre(to) - (a * centre(from) + b)));
    const steepness = robustZ(pick(kept).map(({ from, to }) => log(slope(to) * a) - log(slope(from))));
    const worst = [
      ...places.map((z, n) => ({ n, z, of: 'difficulty' as const })),
      ...steepness.map((z, n) => ({ n, z, of: 'slope' as const })),
    ].reduce((x, y) => (Math.abs(y.z) > Math.abs(x.z) ? y : x));
    if (!(Math.abs(worst.z) > threshold)) break;
    const anchor = kept[worst.n];
    if (anchor === undefined) break;
    dropped.push({ anchor, z: worst.z, of: worst.of });
    kept = kept.filter((n) => n !== anchor);
  }
  return { link: linkScales(pick(kept), options), kept, dropped, withAll };
}
