/**
 * From one form's scale to another's through common items: θ* = Aθ + B, a* = a/A, b* = Ab + B. Moments (Marco 1977;
 * Loyd & Hoover 1980; Mislevy & Bock 1990) or whole curves (Haebara 1980; Stocking & Lord 1983), on the target's scale
 * or on both.
 */
import { IrtError } from '../errors.ts';
import { createCurves, evaluate } from '../models/curves.ts';
import { exp, log } from '../numeric/elementary.ts';
import { createItemParameters, type ItemParameters, type ItemSpec } from '../parameters/item-parameters.ts';
import { transformItem } from '../parameters/scale.ts';
import { type Grid, normalGrid } from '../quadrature/grid.ts';
import { locations } from './propagate.ts';

export interface ScaleTransform {
  readonly a: number;
  readonly b: number;
}
export type LinkDirection = 'forward' | 'backward' | 'symmetric';
export type LinkMethod = 'mean-mean' | 'mean-gmean' | 'mean-sigma' | 'haebara' | 'stocking-lord';

/** One common item on both scales. */
export interface LinkAnchor {
  readonly from: ItemSpec;
  readonly to: ItemSpec;
}

export interface LinkOptions {
  readonly method: LinkMethod;
  /** Rasch family: A is 1. Default: when all slopes of both sides are 1. */
  readonly fixedUnit?: boolean;
  /** Points and weights of the criterion on the target's scale; default 61 points of N(0, 1). */
  readonly grid?: Grid;
  /**
   * Haebara and Stocking–Lord: the criterion on the target's scale (forward, default), on the other (backward), or on
   * both, so that the link back is the inverse.
   */
  readonly direction?: LinkDirection;
  /** Rasch family, mean-mean: weight of each anchor in B, e.g. 1/(SE² + SE²). */
  readonly weights?: readonly number[];
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const spread = (values: readonly number[]): number => {
  const m = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - m) ** 2)));
};

const slopeOf = (item: ItemSpec): number => (item.model === 'nominal' ? NaN : (item.slope ?? 1));

function check(anchors: readonly LinkAnchor[], { method, weights }: LinkOptions): void {
  if (anchors.length === 0) throw new IrtError('no-anchors', 'anchors', '[]', 'must have at least one common item');
  anchors.forEach(({ from, to }, n) => {
    if (from.model !== to.model || locations(from).length !== locations(to).length)
      throw new IrtError(
        'anchor-differs',
        `anchors[${n}] (${from.id})`,
        to.model,
        `must have the model and steps of the other side (${from.model})`,
      );
    if (from.model === 'nominal' && method !== 'haebara' && method !== 'stocking-lord')
      throw new IrtError(
        'method-needs-steps',
        `anchors[${n}] (${from.id})`,
        method,
        'must be haebara or stocking-lord: nominal items have no difficulties',
      );
  });
  if (weights !== undefined && (weights.length !== anchors.length || weights.some((w) => !(w >= 0))))
    throw new IrtError(
      'weights-unusable',
      'weights',
      weights.length,
      `must be ${anchors.length} numbers of at least 0`,
    );
}

/** Rasch family: all slopes of both sides are 1. */
export const hasFixedUnit = (anchors: readonly LinkAnchor[]): boolean =>
  anchors.every(({ from, to }) => slopeOf(from) === 1 && slopeOf(to) === 1);

/**
 * Throws IrtError for no anchors, or anchors that differ in kind.
 *
 * @example
 * ```ts
 * import { normalGrid, transformItem, type ItemSpec } from 'itemresponsetheory';
 * import { linkScales } from 'itemresponsetheory/linking';
 *
 * const old: ItemSpec[] = [-1, 0, 1].map((b, n) => ({ model: 'logistic', id: `c${n}`, slope: 1, difficulty: b }));
 * const anchors = old.map((to) => ({ from: transformItem(to, { a: 0.5, b: 1 }), to }));
 * const { a, b } = linkScales(anchors, { method: 'stocking-lord', grid: normalGrid() });
 * console.log(a.toFixed(3), b.toFixed(3)); // → 2.000 -2.000
 * ```
 */
export function linkScales(anchors: readonly LinkAnchor[], options: LinkOptions): ScaleTransform {
  check(anchors, options);
  const unit = options.fixedUnit ?? hasFixedUnit(anchors);
  const start = byMoments(anchors, options, unit);
  return options.method === 'haebara' || options.method === 'stocking-lord'
    ? byCurves(anchors, options, unit, start)
    : start;
}

function byMoments(anchors: readonly LinkAnchor[], { method, weights }: LinkOptions, unit: boolean): ScaleTransform {
  const [from, to] = [
    anchors.flatMap((anchor) => locations(anchor.from)),
    anchors.flatMap((anchor) => locations(anchor.to)),
  ];
  if (from.length === 0) return { a: 1, b: 0 };
  const slopes = (side: 'from' | 'to'): number[] =>
    anchors.map((anchor) => slopeOf(anchor[side])).filter((a) => a === a);
  const ratio = (): number => {
    switch (method) {
      case 'mean-mean':
        return mean(slopes('from')) / mean(slopes('to'));
      case 'mean-gmean':
        return exp(mean(slopes('from').map(log)) - mean(slopes('to').map(log)));
      default:
        return from.length < 2 || spread(from) === 0 ? 1 : spread(to) / spread(from);
    }
  };
  const a = unit ? 1 : ratio();
  if (weights === undefined || !unit) return { a, b: mean(to) - a * mean(from) };
  const total = anchors.reduce((sum, anchor, n) => sum + weights[n] * locations(anchor.from).length, 0);
  return {
    a,
    b:
      anchors.reduce(
        (sum, anchor, n) =>
          sum +
          weights[n] *
            (locations(anchor.to).reduce((s, v) => s + v, 0) - locations(anchor.from).reduce((s, v) => s + v, 0)),
        0,
      ) / total,
  };
}

const curves = createCurves();
const standard = normalGrid();

/** √weight × differences of category curves (Haebara) or of the expected total (Stocking–Lord). */
export function curveResiduals(
  anchors: readonly LinkAnchor[],
  { method, direction = 'forward', grid: { node, weight } = standard }: LinkOptions,
  link: ScaleTransform,
): Float64Array {
  const bankOf = (item: (anchor: LinkAnchor) => ItemSpec): ItemParameters =>
    createItemParameters(anchors.map((anchor, n) => ({ ...item(anchor), id: `${n}` })));
  const back = { a: 1 / link.a, b: -link.b / link.a };
  const pairs: (readonly [ItemParameters, ItemParameters])[] = [];
  if (direction !== 'backward') pairs.push([bankOf(({ from }) => transformItem(from, link)), bankOf(({ to }) => to)]);
  if (direction !== 'forward') pairs.push([bankOf(({ from }) => from), bankOf(({ to }) => transformItem(to, back))]);
  const out: number[] = [];
  for (const [one, other] of pairs)
    for (let q = 0; q < node.length; q += 1) {
      const scale = Math.sqrt(weight[q]);
      let total = 0;
      for (let item = 0; item < anchors.length; item += 1) {
        const categories = evaluate(one, item, node[q], curves);
        const first = Array.from(curves.probability.subarray(0, categories));
        evaluate(other, item, node[q], curves);
        for (let k = 1 - (method === 'haebara' ? 1 : 0); k < categories; k += 1) {
          const d = first[k] - curves.probability[k];
          if (method === 'haebara') out.push(scale * d);
          else total += k * d;
        }
      }
      if (method === 'stocking-lord') out.push(scale * total);
    }
  return Float64Array.from(out);
}

const sumOfSquares = (values: Float64Array): number => values.reduce((sum, value) => sum + value * value, 0);

/** Gauss–Newton in (ln A, B), damped where a step does not help (Levenberg 1944). */
function byCurves(
  anchors: readonly LinkAnchor[],
  options: LinkOptions,
  unit: boolean,
  start: ScaleTransform,
): ScaleTransform {
  let [x, y, damping] = [log(start.a), start.b, 1e-6];
  const at = (lnA: number, b: number): Float64Array => curveResiduals(anchors, options, { a: exp(lnA), b });
  let here = at(x, y);
  const h = 1e-6;
  for (let step = 0; step < 200; step += 1) {
    const [up, down, right, left] = [at(x + h, y), at(x - h, y), at(x, y + h), at(x, y - h)];
    let [aa, ab, bb, ga, gb] = [0, 0, 0, 0, 0];
    for (let n = 0; n < here.length; n += 1) {
      const da = unit ? 0 : (up[n] - down[n]) / (2 * h);
      const db = (right[n] - left[n]) / (2 * h);
      aa += da * da;
      ab += da * db;
      bb += db * db;
      ga += da * here[n];
      gb += db * here[n];
    }
    const [p, q] = [unit ? 1 : aa * (1 + damping), bb * (1 + damping)];
    const determinant = p * q - ab * ab;
    const [moveX, moveY] = [
      unit ? 0 : -(q * ga - ab * gb) / determinant,
      unit ? -gb / q : -(p * gb - ab * ga) / determinant,
    ];
    const next = at(x + moveX, y + moveY);
    if (sumOfSquares(next) <= sumOfSquares(here)) {
      x += moveX;
      y += moveY;
      here = next;
      damping = Math.max(1e-12, damping / 10);
      if (Math.abs(moveX) + Math.abs(moveY) < 1e-11) break;
    } else {
      damping *= 10;
      if (damping > 1e12) break;
    }
  }
  return { a: exp(x), b: y };
}
