/**
 * Many forms at once (Haberman 2009): least squares on ln a and then on b over all items and forms; the base form is
 * the scale.
 */
import { IrtError } from '../errors.ts';
import { exp, log } from '../numeric/elementary.ts';
import { invertSymmetric } from '../numeric/cholesky.ts';
import type { ItemSpec } from '../parameters/item-parameters.ts';
import type { ScaleTransform } from './link.ts';
import { type ItemCovariance, type ItemGradient, locations, propagate, type CalibrationSample } from './propagate.ts';

export type Form = readonly ItemSpec[];
interface AdditiveCell {
  readonly row: number;
  readonly form: number;
  readonly value: number;
}

/**
 * value = row effect + form effect, the base's being 0; `weights[f][cell]` is the derivative of form f's effect in that
 * value.
 */
interface Additive {
  readonly effects: Float64Array;
  readonly weights: readonly Float64Array[];
}

/** Rows are eliminated: L = Σ_rows (I − 11′/m) over the forms that have the row. */
function additive(cells: readonly AdditiveCell[], rows: number, forms: number, base: number): Additive {
  const [count, sum] = [new Float64Array(rows), new Float64Array(rows)];
  const inRow: number[][] = Array.from({ length: rows }, () => []);
  for (const { row, form, value } of cells) {
    count[row] += 1;
    sum[row] += value;
    inRow[row].push(form);
  }
  const free = Array.from({ length: forms }, (_, f) => f).filter((f) => f !== base);
  const size = free.length;
  const place = new Map(free.map((f, n) => [f, n]));
  const normal = new Float64Array(size * size);
  for (const list of inRow)
    for (const f of list) {
      const i = place.get(f);
      if (i === undefined) continue;
      normal[i * size + i] += 1;
      for (const g of list) {
        const j = place.get(g);
        if (j !== undefined) normal[i * size + j] -= 1 / list.length;
      }
    }
  const inverse = invertSymmetric(normal, size);
  if (inverse === undefined)
    throw new IrtError(
      'forms-disconnected',
      'forms',
      forms,
      'must have slopes and difficulties in a chain of common items',
    );
  const at = (f: number, g: number): number => {
    const [i, j] = [place.get(f), place.get(g)];
    return i === undefined || j === undefined ? 0 : inverse[i * size + j];
  };
  const meanOver = Array.from({ length: forms }, (_, f) =>
    inRow.map((list) => list.reduce((total, g) => total + at(f, g), 0) / list.length),
  );
  const weights = Array.from({ length: forms }, (_, f) =>
    Float64Array.from(cells, ({ row, form }) => at(f, form) - meanOver[f][row]),
  );
  return {
    weights,
    effects: Float64Array.from(weights, (own) => own.reduce((total, w, n) => total + w * cells[n].value, 0)),
  };
}

interface Solution {
  readonly links: readonly ScaleTransform[];
  readonly slopes: Additive;
  readonly places: Additive;
  /** First cell of [form][item] among slopes, and among steps. */ readonly cellOf: readonly (readonly {
    readonly slope: number;
    readonly step: number;
  }[])[];
}

function solve(forms: readonly Form[], base: number): Solution {
  const numbers = new Map<string, number>();
  const place = (name: string): number => {
    const at = numbers.get(name) ?? numbers.size;
    numbers.set(name, at);
    return at;
  };
  const slopeCells: AdditiveCell[] = [];
  const cellOf = forms.map((form, f) =>
    form.map((item) => {
      if (item.model === 'nominal') return { slope: -1, step: -1 };
      if (!((item.slope ?? 1) > 0))
        throw new IrtError('slope-not-positive', item.id, item.slope ?? 1, 'must be greater than 0 to link');
      slopeCells.push({ row: place(item.id), form: f, value: log(item.slope ?? 1) });
      return { slope: slopeCells.length - 1, step: 0 };
    }),
  );
  // ln a on form f's scale is ln a* + ln A.
  const slopes = additive(slopeCells, numbers.size, forms.length, base);
  const unit = Array.from(slopes.effects, exp);
  numbers.clear();
  const stepCells: AdditiveCell[] = [];
  const withSteps = forms.map((form, f) =>
    form.map((item, n) => {
      const step = stepCells.length;
      locations(item).forEach((b, k) => {
        stepCells.push({ row: place(`${item.id}/${k}`), form: f, value: unit[f] * b });
      });
      return { slope: cellOf[f][n].slope, step };
    }),
  );
  const places = additive(stepCells, numbers.size, forms.length, base);
  return {
    slopes,
    places,
    cellOf: withSteps,
    links: forms.map((_, f) => ({ a: unit[f], b: -places.effects[f] })),
  };
}

/** Sets of forms without a chain of common items to the base. */
export function lostForms(forms: readonly Form[], base: number): number[] {
  const reached = new Set([base]);
  const known = new Set(forms[base].map(({ id }) => id));
  for (let grown = true; grown;) {
    grown = false;
    forms.forEach((form, f) => {
      if (!reached.has(f) && form.some(({ id }) => known.has(id))) {
        reached.add(f);
        form.forEach(({ id }) => known.add(id));
        grown = true;
      }
    });
  }
  return forms.flatMap((_, f) => (reached.has(f) ? [] : [f]));
}

function requireForms(forms: readonly Form[], base: number): void {
  if (forms.length < 2) throw new IrtError('no-forms', 'forms', forms.length, 'must be at least two');
  if (!(base >= 0 && base < forms.length))
    throw new IrtError('unknown-form', 'base', base, `must be a whole number from 0 to ${forms.length - 1}`);
  const lost = lostForms(forms, base);
  if (lost.length > 0)
    throw new IrtError(
      'forms-disconnected',
      'forms',
      lost.join(', '),
      `must have a chain of common items to form ${base}`,
    );
}

/**
 * Transform of each form to the base form's scale. Throws IrtError for forms that no chain of common items connects,
 * naming them.
 *
 * @example
 * ```ts
 * import { type ItemSpec, transformItem } from 'itemresponsetheory';
 * import { linkForms } from 'itemresponsetheory/linking';
 *
 * const first: ItemSpec[] = [-1, 0, 1].map((b, n) => ({ model: 'logistic', id: `c${n}`, slope: 1, difficulty: b }));
 * const second = first.map((item) => transformItem(item, { a: 0.5, b: 1 }));
 * const [, link] = linkForms([first, second]);
 * console.log(link?.a.toFixed(3), link?.b.toFixed(3)); // → 2.000 -2.000
 * ```
 */
export function linkForms(
  forms: readonly Form[],
  { base = 0 }: { readonly base?: number } = {},
): readonly ScaleTransform[] {
  requireForms(forms, base);
  return solve(forms, base).links;
}

export interface FormErrors {
  /** [form][item]; undefined: taken as given. */
  readonly covariances: readonly (readonly (ItemCovariance | undefined)[])[];
  readonly samples?: readonly (CalibrationSample | undefined)[];
  readonly base?: number;
}

export interface LinksWithErrors {
  readonly links: readonly ScaleTransform[];
  /**
   * Of all A and B in the order A₀, B₀, A₁, B₁, …, row-major (delta method; the forms' calibrations are independent).
   */
  readonly covariance: Float64Array;
}

/**
 * Covariance of A and B of every form (`linkForms`) in the order A₀, B₀, A₁, B₁, …, row-major.
 *
 * @example
 * ```ts
 * import { type ItemSpec, transformItem } from 'itemresponsetheory';
 * import { formLinkErrors } from 'itemresponsetheory/linking';
 *
 * const first: ItemSpec[] = [-1, 0, 1].map((b, n) => ({ model: 'logistic', id: `c${n}`, slope: 1, difficulty: b }));
 * const forms = [first, first.map((item) => transformItem(item, { a: 0.5, b: 1 }))];
 * // Of slope and difficulty, row-major, of every item of both forms.
 * const covariances = forms.map((form) => form.map(() => [0.01, 0, 0, 0.01]));
 * const variances = [2, 3].map((n) => formLinkErrors(forms, { covariances })[5 * n] ?? NaN);
 * console.log(variances.map((variance) => Math.sqrt(variance).toFixed(3)).join()); // → 0.129,0.183
 * ```
 */
export const formLinkErrors = (forms: readonly Form[], known: FormErrors): Float64Array =>
  linkFormsWithErrors(forms, known).covariance;

/** As `linkForms`, with the errors of the links. */
export function linkFormsWithErrors(
  forms: readonly Form[],
  { covariances, samples, base = 0 }: FormErrors,
): LinksWithErrors {
  requireForms(forms, base);
  const { links, slopes, places, cellOf } = solve(forms, base);
  const [count, size] = [forms.length, 2 * forms.length];
  // How B of form f moves with ln A of form g: every difficulty of g moves on the common scale.
  const byUnit = Array.from({ length: count }, (_, f) =>
    forms.map((form, g) =>
      form.reduce(
        (sum, item, n) =>
          sum +
          locations(item).reduce((own, b, k) => own - places.weights[f][cellOf[g][n].step + k] * links[g].a * b, 0),
        0,
      ),
    ),
  );
  const out = new Float64Array(size * size);
  forms.forEach((form, g) => {
    const parts = form.flatMap((item, n): ItemGradient[] => {
      const [covariance, cell] = [covariances[g][n], cellOf[g][n]];
      if (item.model === 'nominal' || covariance === undefined || cell === undefined) return [];
      const bySlope = (f: number): number => slopes.weights[f][cell.slope] / (item.slope ?? 1);
      return [
        {
          item,
          covariance,
          gradient: links.flatMap(({ a }, f) => [
            [a * bySlope(f), ...locations(item).map(() => 0)],
            [
              links.reduce((sum, _, h) => sum + byUnit[f][h] * bySlope(h), 0),
              ...locations(item).map((_, k) => -places.weights[f][cell.step + k] * links[g].a),
            ],
          ]),
        },
      ];
    });
    propagate(parts, size, samples?.[g]).forEach((value, cell) => {
      out[cell] += value;
    });
  });
  return { links, covariance: out };
}
