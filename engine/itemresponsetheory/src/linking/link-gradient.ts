/**
 * How a link moves with every parameter of its anchors: numerically for moments, by the implicit function theorem for
 * curves, where only the anchor's own curves are drawn again.
 */
import {
  type LinkAnchor,
  curveResiduals,
  hasFixedUnit,
  type LinkOptions,
  linkScales,
  type ScaleTransform,
} from './link.ts';
import { exp, log } from '../numeric/elementary.ts';
import { type ItemCovariance, locations, nudge, type CalibrationSample } from './propagate.ts';

/**
 * What is known of the error of the anchors' parameters: the same for `linkErrors` and for scores equated through the
 * link.
 */
export interface AnchorErrors {
  readonly covariances: readonly { readonly from: ItemCovariance; readonly to: ItemCovariance }[];
  readonly samples?: { readonly from?: CalibrationSample; readonly to?: CalibrationSample };
}
type LinkSide = 'from' | 'to';
const h = 1e-4;
const moved = (anchor: LinkAnchor, side: LinkSide, n: number, by: number): LinkAnchor => ({
  ...anchor,
  [side]: nudge(anchor[side], n, by),
});

/**
 * Derivatives of A and B in [slope, steps…] of every anchor on one side; 0 for what is not estimated. The unit is
 * decided by the anchors as they are: a nudged slope must not free it.
 */
export function linkGradients(
  anchors: readonly LinkAnchor[],
  options: LinkOptions,
  { covariances }: AnchorErrors,
  side: LinkSide,
): readonly (readonly ScaleTransform[])[] {
  const settled: LinkOptions = { ...options, fixedUnit: options.fixedUnit ?? hasFixedUnit(anchors) };
  const isCurve = options.method === 'haebara' || options.method === 'stocking-lord';
  const gradient = isCurve ? throughCurves(anchors, settled, side) : throughMoments(anchors, settled, side);
  return anchors.map((anchor, index) => {
    const size = locations(anchor[side]).length + 1;
    return Array.from({ length: size }, (_, n) =>
      covariances[index][side][n * size + n] === 0 ? { a: 0, b: 0 } : gradient(index, n),
    );
  });
}

type Gradient = (index: number, n: number) => ScaleTransform;

function throughMoments(anchors: readonly LinkAnchor[], options: LinkOptions, side: LinkSide): Gradient {
  const at = (index: number, n: number, by: number): ScaleTransform =>
    linkScales(
      anchors.map((one, m) => (m === index ? moved(one, side, n, by) : one)),
      options,
    );
  return (index, n) => {
    const [up, down] = [at(index, n, h), at(index, n, -h)];
    return { a: (up.a - down.a) / (2 * h), b: (up.b - down.b) / (2 * h) };
  };
}

/** Residuals and their derivatives in ln A and B. */
interface CurveGap {
  readonly r: Float64Array;
  readonly byA: Float64Array;
  readonly byB: Float64Array;
}
const change = (up: Float64Array, down: Float64Array, by: number): Float64Array =>
  up.map((value, n) => (value - down[n]) / (2 * by));
const product = (one: Float64Array, other: Float64Array): number =>
  one.reduce((sum, value, n) => sum + value * other[n], 0);

/** J′r = 0 holds as a parameter p moves: d(ln A, B)/dp = −H⁻¹·(∂J/∂p′r + J′∂r/∂p), H = ∂(J′r)/∂(ln A, B). */
function throughCurves(anchors: readonly LinkAnchor[], options: LinkOptions, side: LinkSide): Gradient {
  const { a, b } = linkScales(anchors, options);
  const isFixed = options.fixedUnit === true;
  const drawn = (list: readonly LinkAnchor[], lnA: number, shift: number): CurveGap => {
    const at = (x: number, y: number): Float64Array => curveResiduals(list, options, { a: exp(x), b: y });
    return {
      r: at(lnA, shift),
      byA: change(at(lnA + h, shift), at(lnA - h, shift), h),
      byB: change(at(lnA, shift + h), at(lnA, shift - h), h),
    };
  };
  const x = log(a);
  const slopeAt = (lnA: number, shift: number): readonly [number, number] => {
    const { r, byA, byB } = drawn(anchors, lnA, shift);
    return [product(byA, r), product(byB, r)];
  };
  const step = 1e-3;
  const [right, left, up, down] = [
    slopeAt(x + step, b),
    slopeAt(x - step, b),
    slopeAt(x, b + step),
    slopeAt(x, b - step),
  ];
  const [aa, ab, bb] = [
    (right[0] - left[0]) / (2 * step),
    (right[1] - left[1]) / (2 * step),
    (up[1] - down[1]) / (2 * step),
  ];
  const determinant = aa * bb - ab * ab;
  const whole = drawn(anchors, x, b);
  return (index, n) => {
    const anchor = anchors[index];
    if (anchor === undefined) return { a: NaN, b: NaN };
    // Haebara: each anchor has residuals of its own. Stocking–Lord: the anchor's are a part of the sum at each node.
    const { r, byA, byB } = options.method === 'haebara' ? drawn([anchor], x, b) : whole;
    const [high, low] = [drawn([moved(anchor, side, n, h)], x, b), drawn([moved(anchor, side, n, -h)], x, b)];
    const [dr, dA, dB] = [change(high.r, low.r, h), change(high.byA, low.byA, h), change(high.byB, low.byB, h)];
    const [ga, gb] = [product(dA, r) + product(byA, dr), product(dB, r) + product(byB, dr)];
    return isFixed
      ? { a: 0, b: -gb / bb }
      : { a: (-a * (bb * ga - ab * gb)) / determinant, b: -(aa * gb - ab * ga) / determinant };
  };
}
