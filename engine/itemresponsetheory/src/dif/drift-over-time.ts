/**
 * Parameters of the same items in several calibrations (Donoghue & Isham 1998 compare such methods): each item is held
 * against the scale that the other items give, so that its own move does not hide in the link, and the error of that
 * link is counted.
 */
import { IrtError } from '../errors.ts';
import { type Form, linkFormsWithErrors, type LinksWithErrors, lostForms } from '../linking/haberman.ts';
import { linkFormsRobustly, type RobustForms } from '../linking/haberman-robust.ts';
import type { ScaleTransform } from '../linking/link.ts';
import { robustZ } from '../linking/link-error.ts';
import { type ItemCovariance, locations, ownCovariance, type CalibrationSample } from '../linking/propagate.ts';
import { createCurves, evaluate } from '../models/curves.ts';
import { invertSymmetric } from '../numeric/cholesky.ts';
import { log } from '../numeric/elementary.ts';
import { createItemParameters, type ItemSpec } from '../parameters/item-parameters.ts';
import { transformItem } from '../parameters/scale.ts';
import { type Grid, normalGrid } from '../quadrature/grid.ts';
import { type ChiSquareTest, chiSquareTest } from './strata.ts';

/**
 * One calibration: its items on its own scale; covariances by item, undefined where parameters are taken as given; the
 * persons that gave the scale.
 */
export interface CalibratedForm {
  readonly items: Form;
  readonly covariances?: readonly (ItemCovariance | undefined)[];
  readonly sample?: CalibrationSample;
}

export interface ItemOverTime extends ChiSquareTest {
  readonly id: string;
  /** Every calibration that has the item, in the order given, on the base's scale by the links of all. */
  readonly at: readonly { readonly form: number; readonly item: ItemSpec; readonly isLinking: boolean }[];
  /** First calibration of `at` minus the last, in mean difficulty and ln slope. */
  readonly difference: number;
  readonly lnSlopeDifference: number;
  /** Of that difference in difficulty among all items that have one (Huynh & Meyer 2010). */
  readonly robustZ: number;
  /** Root mean square distance between the curves of these two, over the population, in probability. */
  readonly distance: number;
}

export interface OverTime extends Pick<RobustForms, 'links' | 'dropped'> {
  readonly items: readonly ItemOverTime[];
}
export interface OverTimeOptions {
  /** Whose scale; default the last, the oldest. */ readonly base?: number;
  readonly level?: number;
  /** Population of `distance` on the base's scale; default N(0, 1). */ readonly grid?: Grid;
}

const centre = (item: ItemSpec): number => {
  const list = locations(item);
  return list.reduce((sum, b) => sum + b, 0) / list.length;
};
const lnSlope = (item: ItemSpec): number => (item.model === 'nominal' ? NaN : log(item.slope ?? 1));

const [first, second] = [createCurves(), createCurves()];

/**
 * √(Σ_q w_q Σ_k (P_k − P*_k)²/(K − 1)) over the categories but the lowest.
 *
 * @example
 * ```ts
 * import { curveDistance } from 'itemresponsetheory/dif';
 *
 * const item = { model: 'logistic' as const, id: 'a', difficulty: 0 };
 * console.log(curveDistance(item, { ...item, difficulty: 0.5 }).toFixed(3)); // → 0.105
 * ```
 */
export function curveDistance(one: ItemSpec, other: ItemSpec, { node, weight }: Grid = normalGrid()): number {
  const [a, b] = [createItemParameters([{ ...one, id: 'one' }]), createItemParameters([{ ...other, id: 'other' }])];
  let [sum, total] = [0, 0];
  node.forEach((theta, q) => {
    const [w, categories] = [weight[q], evaluate(a, 0, theta, first)];
    evaluate(b, 0, theta, second);
    total += w;
    for (let k = 1; k < categories; k += 1)
      sum += (w * (first.probability[k] - second.probability[k]) ** 2) / (categories - 1);
  });
  return Math.sqrt(sum / total);
}

interface FormMember {
  readonly form: number;
  readonly item: ItemSpec;
  readonly covariance: ItemCovariance | undefined;
}

/** How a quantity of a form moves with A and with B of its link. */
interface LinkMove {
  readonly byA: number;
  readonly byB: number;
}

/** [a, a·b…] of one member on the common scale. */
interface OnCommonScale {
  readonly form: number;
  readonly values: readonly number[];
  readonly moves: readonly LinkMove[];
  /** Covariance of values i and j from the item's own errors. */
  readonly own: (i: number, j: number) => number;
}

function onCommonScale({ form, item, covariance }: FormMember, { a, b }: ScaleTransform): OnCommonScale {
  const steps = locations(item);
  const size = steps.length + 1;
  const slope = item.model === 'nominal' ? NaN : (item.slope ?? 1);
  const v = (i: number, j: number): number => covariance?.[i * size + j] ?? 0;
  // Own errors through da and db: J·V·J′ with J = [1/A, 0; b + B/A, a].
  const bySlope = [1 / a, ...steps.map((step) => step + b / a)];
  return {
    form,
    values: [slope / a, ...steps.map((step) => slope * step + (slope * b) / a)],
    moves: [{ byA: -slope / (a * a), byB: 0 }, ...steps.map(() => ({ byA: (-slope * b) / (a * a), byB: slope / a }))],
    own: (i, j) =>
      bySlope[i] * bySlope[j] * v(0, 0) +
      (j > 0 ? bySlope[i] * slope * v(0, j) : 0) +
      (i > 0 ? slope * bySlope[j] * v(i, 0) : 0) +
      (i > 0 && j > 0 ? slope * slope * v(i, j) : 0),
  };
}

/** Covariance of value i of member x and value j of member y: own errors, and those of the links. */
const covarianceIn =
  (parts: readonly OnCommonScale[], ofLinks: Float64Array, forms: number) =>
  (x: number, i: number, y: number, j: number): number => {
    const [one, other] = [parts[x], parts[y]];
    const [u, v] = [one.moves[i], other.moves[j]];
    const link = (row: 0 | 1, column: 0 | 1): number =>
      ofLinks[(2 * one.form + row) * 2 * forms + 2 * other.form + column];
    return (
      (x === y ? one.own(i, j) : 0) +
      u.byA * v.byA * link(0, 0) +
      u.byA * v.byB * link(0, 1) +
      u.byB * v.byA * link(1, 0) +
      u.byB * v.byB * link(1, 1)
    );
  };

/**
 * Are [a, a·b…] the same in all members? Σ of own errors and of the link's, by contrasts with the last member. In b
 * itself an easy, flat item has no normal error, and Wald's test no power.
 */
function sameEverywhere(
  members: readonly FormMember[],
  { links, covariance: ofLinks }: LinksWithErrors,
  forms: number,
  level: number,
): ChiSquareTest {
  const none = chiSquareTest(NaN, 0, level);
  const all = locations(members[0].item).length + 1;
  const kept = Array.from({ length: all }, (_, n) => n).filter((n) =>
    members.some(({ covariance }) => (covariance?.[n * all + n] ?? 0) > 0),
  );
  const k = kept.length;
  if (k === 0 || members.length < 2) return none;
  const parts = members.map((member) => onCommonScale(member, links[member.form]));
  const covarianceOf = covarianceIn(parts, ofLinks, forms);
  const last = parts.length - 1;
  const rows = Array.from({ length: last * k }, (_, n) => ({ member: Math.floor(n / k), parameter: kept[n % k] }));
  const difference = rows.map(
    ({ member, parameter }) => parts[member].values[parameter] - parts[last].values[parameter],
  );
  const variance = Float64Array.from({ length: rows.length ** 2 }, (_, cell) => {
    const [one, other] = [rows[Math.floor(cell / rows.length)], rows[cell % rows.length]];
    const [x, i, y, j] = [one.member, one.parameter, other.member, other.parameter];
    return (
      covarianceOf(x, i, y, j) -
      covarianceOf(x, i, last, j) -
      covarianceOf(last, i, y, j) +
      covarianceOf(last, i, last, j)
    );
  });
  const inverse = invertSymmetric(variance, rows.length);
  if (inverse === undefined) return none;
  let sum = 0;
  difference.forEach((one, i) => {
    difference.forEach((other, j) => {
      sum += one * other * inverse[i * rows.length + j];
    });
  });
  return chiSquareTest(sum, rows.length, level);
}

/**
 * Newest first, as they are given. Common items out of line do not link (linkFormsRobustly). An item without errors in
 * any calibration, or without which the calibrations have no chain, is not tested (p NaN). Throws IrtError for
 * calibrations without common items, or items that differ in kind.
 *
 * @example
 * ```ts
 * import { type ItemSpec, transformItem } from 'itemresponsetheory';
 * import { driftOverTime } from 'itemresponsetheory/dif';
 *
 * const difficulties = [-1.5, -1, -0.4, 0.1, 0.5, 1.1, 1.6];
 * const old: ItemSpec[] = difficulties.map((b, n) => ({ model: 'logistic', id: `c${n}`, slope: 1, difficulty: b }));
 * const now = old.map((item, n) => transformItem(item, { a: 1, b: 1 + (n === 3 ? 0.8 : n / 100) }));
 * // Variances of slope and difficulty.
 * const covariances = old.map(() => [0.01, 0, 0, 0.01]);
 * const { items } = driftOverTime([{ items: now, covariances }, { items: old, covariances }]);
 * const moved = items.filter(({ isFlagged }) => isFlagged);
 * console.log(moved.map(({ id, difference }) => `${id} ${difference.toFixed(2)}`).join()); // → c3 0.77
 * ```
 */
export function driftOverTime(
  calibrations: readonly CalibratedForm[],
  { base = calibrations.length - 1, level = 0.05, grid = normalGrid() }: OverTimeOptions = {},
): OverTime {
  const forms = calibrations.map(({ items }) => items.filter(({ model }) => model !== 'nominal'));
  // What a calibration's sample does to its scale, the other items' links undo: it is no error here.
  const covariances = calibrations.map(
    ({ items, covariances: known, sample }) =>
      new Map(
        items.map((item, n) => {
          const own = known?.[n];
          return [item.id, own === undefined ? undefined : ownCovariance(item, own, sample)] as const;
        }),
      ),
  );
  const { links, kept, dropped } = linkFormsRobustly(forms, { base });
  const ids = [...new Set(forms.flatMap((form) => form.map(({ id }) => id)))].filter(
    (id) => forms.filter((form) => form.some((item) => item.id === id)).length > 1,
  );
  const items = ids.map((id): Omit<ItemOverTime, 'robustZ'> => {
    const members = forms.flatMap((form, f): FormMember[] => {
      const item = form.find((one) => one.id === id);
      return item === undefined ? [] : [{ form: f, item, covariance: covariances[f].get(id) }];
    });
    for (const { item } of members)
      if (item.model !== members[0].item.model || locations(item).length !== locations(members[0].item).length)
        throw new IrtError('anchor-differs', id, item.model, 'must have the same model and steps in every calibration');
    const others = kept.map((form) => form.filter((item) => item.id !== id));
    const isHeld = lostForms(others, base).length === 0 && others.every((form) => form.length > 1);
    const test = isHeld
      ? sameEverywhere(
          members,
          linkFormsWithErrors(others, {
            base,
            covariances: others.map((form, f) => form.map((item) => covariances[f].get(item.id))),
          }),
          forms.length,
          level,
        )
      : chiSquareTest(NaN, 0, level);
    const at = members.map(({ form, item }) => ({
      form,
      item: transformItem(item, links[form]),
      isLinking: kept[form].some((one) => one.id === id) === true,
    }));
    const [newest, oldest] = [at.at(0)?.item, at.at(-1)?.item];
    if (newest === undefined || oldest === undefined)
      return { id, at, ...test, difference: NaN, lnSlopeDifference: NaN, distance: NaN };
    return {
      id,
      at,
      ...test,
      difference: centre(newest) - centre(oldest),
      lnSlopeDifference: lnSlope(newest) - lnSlope(oldest),
      distance: curveDistance(newest, oldest, grid),
    };
  });
  const z = robustZ(items.map(({ difference }) => difference));
  return { links, dropped, items: items.map((item, n) => ({ ...item, robustZ: z[n] })) };
}
