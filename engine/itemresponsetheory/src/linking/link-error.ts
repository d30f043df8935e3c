/** How sure a link is, and which anchors to distrust. */
import { IrtError } from '../errors.ts';
import { log } from '../numeric/elementary.ts';
import type { ItemSpec } from '../parameters/item-parameters.ts';
import { type Anchor, type LinkOptions, linkScales, locations, type ScaleTransform } from './link.ts';

/** Covariance of an item's [slope, difficulty or steps…], row-major; a slope that is not estimated has a row of zeros. */
export type ItemCovariance = readonly number[];

/** Number `n` of [slope, steps…] moved by h. Lower asymptotes and nominal items are left as they are. */
function nudge(item: ItemSpec, n: number, h: number): ItemSpec {
  if (item.model === 'nominal') return item;
  if (n === 0) return { ...item, slope: (item.slope ?? 1) + h };
  return item.model === 'logistic' ? { ...item, difficulty: item.difficulty + h } : { ...item, steps: item.steps.map((step, k) => (k === n - 1 ? step + h : step)) };
}

/** Delta method (Ogasawara 2000, 2001): A and B as functions of every anchor's parameters on both sides, differentiated numerically; items independent. */
export function linkErrors(anchors: readonly Anchor[], options: LinkOptions, covariances: readonly { readonly from: ItemCovariance; readonly to: ItemCovariance }[]): { readonly a: number; readonly b: number; readonly covariance: number } {
  if (covariances.length !== anchors.length) throw new IrtError('unequal-lengths', 'covariances', covariances.length, `must have ${anchors.length} members, like anchors`);
  const h = 1e-4;
  // The unit is decided by the anchors as they are: a nudged slope must not free it.
  const settled: LinkOptions = { ...options, fixedUnit: options.fixedUnit ?? anchors.every(({ from, to }) => 'slope' in from && (from.slope ?? 1) === 1 && 'slope' in to && (to.slope ?? 1) === 1) };
  const slopes = (index: number, side: 'from' | 'to', n: number): ScaleTransform => {
    const moved = (by: number): ScaleTransform => linkScales(anchors.map((anchor, m) => (m === index ? { ...anchor, [side]: nudge(anchor[side], n, by) } : anchor)), settled);
    const [up, down] = [moved(h), moved(-h)];
    return { a: (up.a - down.a) / (2 * h), b: (up.b - down.b) / (2 * h) };
  };
  let [aa, bb, ab] = [0, 0, 0];
  anchors.forEach((anchor, index) => {
    for (const side of ['from', 'to'] as const) {
      const size = locations(anchor[side]).length + 1;
      const matrix = covariances[index]?.[side] ?? [];
      if (matrix.length !== size * size) throw new IrtError('unequal-lengths', `covariances[${index}].${side}`, matrix.length, `must have ${size * size} members`);
      const derivatives = Array.from({ length: size }, (_, n) => ((matrix[n * size + n] ?? 0) === 0 ? { a: 0, b: 0 } : slopes(index, side, n)));
      derivatives.forEach((one, i) => derivatives.forEach((other, j) => { const c = matrix[i * size + j] ?? 0; aa += one.a * other.a * c; bb += one.b * other.b * c; ab += one.a * other.b * c; }));
    }
  });
  return { a: Math.sqrt(aa), b: Math.sqrt(bb), covariance: ab };
}

const quantile = (sorted: readonly number[], p: number): number => { const at = p * (sorted.length - 1); const low = Math.floor(at); return (sorted[low] ?? NaN) + (at - low) * ((sorted[low + 1] ?? sorted[low] ?? NaN) - (sorted[low] ?? NaN)); };

/** Robust z = (D − median)/(0.74·IQR) (Huynh & Meyer 2010); 0 where all are equal. */
export function robustZ(values: readonly number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  const [median, range] = [quantile(sorted, 0.5), 0.74 * (quantile(sorted, 0.75) - quantile(sorted, 0.25))];
  return values.map((value) => (range < 1e-12 ? (Math.abs(value - median) < 1e-9 ? 0 : Infinity) : (value - median) / range));
}

export interface RobustLink { readonly link: ScaleTransform; readonly kept: readonly number[]; /** In the order in which they went, with the z that sent them. */ readonly dropped: readonly { readonly anchor: number; readonly z: number; readonly of: 'difficulty' | 'slope' }[]; readonly withAll: ScaleTransform }

/** Drops the worst anchor, links again, until every |z| of difficulties and of ln slopes is at most `threshold` (default 2.7) or `least` are left (default half). */
export function linkRobustly(anchors: readonly Anchor[], options: LinkOptions, { threshold = 2.7, least = Math.max(2, Math.ceil(anchors.length / 2)) }: { readonly threshold?: number; readonly least?: number } = {}): RobustLink {
  const withAll = linkScales(anchors, options);
  let kept = anchors.map((_, n) => n);
  const dropped: { anchor: number; z: number; of: 'difficulty' | 'slope' }[] = [];
  const pick = (list: readonly number[]): Anchor[] => list.flatMap((n) => anchors[n] ?? []);
  while (kept.length > least) {
    const { a, b } = linkScales(pick(kept), options);
    const centre = (item: ItemSpec): number => { const list = locations(item); return list.reduce((sum, value) => sum + value, 0) / list.length; };
    const slope = (item: ItemSpec): number => ('slope' in item ? item.slope ?? 1 : 1);
    const places = robustZ(pick(kept).map(({ from, to }) => centre(to) - (a * centre(from) + b)));
    const steepness = robustZ(pick(kept).map(({ from, to }) => log(slope(to) * a) - log(slope(from))));
    const worst = [...places.map((z, n) => ({ n, z, of: 'difficulty' as const })), ...steepness.map((z, n) => ({ n, z, of: 'slope' as const }))].reduce((x, y) => (Math.abs(y.z) > Math.abs(x.z) ? y : x));
    if (!(Math.abs(worst.z) > threshold)) break;
    const anchor = kept[worst.n];
    if (anchor === undefined) break;
    dropped.push({ anchor, z: worst.z, of: worst.of });
    kept = kept.filter((n) => n !== anchor);
  }
  return { link: linkScales(pick(kept), options), kept, dropped, withAll };
}
