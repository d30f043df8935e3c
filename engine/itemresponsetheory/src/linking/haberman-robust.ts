/** Many forms at once, without the items that are out of line in one of them. */
import { log } from '../numeric/elementary.ts';
import { transformItem } from '../parameters/scale.ts';
import { type Form, linkForms, lostForms } from './haberman.ts';
import { robustZ } from './link-error.ts';
import type { ScaleTransform } from './link.ts';
import { locations } from './propagate.ts';

/**
 * One common item in one form, on the base's scale: how far it lies from the mean of the forms that keep it (itself
 * among them, if it is kept), or of all where fewer than two do.
 */
export interface FormResidual {
  readonly form: number;
  readonly id: string;
  readonly difficulty: number;
  readonly lnSlope: number;
  readonly isUsed: boolean;
}
export interface DroppedItem {
  readonly form: number;
  readonly id: string;
  readonly z: number;
  readonly of: 'difficulty' | 'slope';
}
export interface RobustForms {
  readonly links: readonly ScaleTransform[];
  readonly withAll: readonly ScaleTransform[];
  /** What linked: each form without its items that are out of line. */
  readonly kept: readonly Form[];
  /** In the order in which they went, with the z that sent them. */
  readonly dropped: readonly DroppedItem[];
  readonly residuals: readonly FormResidual[];
}

interface Place {
  readonly form: number;
  readonly id: string;
  readonly difficulty: number;
  readonly lnSlope: number;
}

function placesOf(forms: readonly Form[], links: readonly ScaleTransform[]): Place[] {
  return forms.flatMap((form, f) =>
    form.flatMap((item): Place[] => {
      const moved = transformItem(item, links[f]);
      if (moved.model === 'nominal') return [];
      const list = locations(moved);
      return [
        {
          form: f,
          id: item.id,
          difficulty: list.reduce((sum, b) => sum + b, 0) / list.length,
          lnSlope: log(moved.slope ?? 1),
        },
      ];
    }),
  );
}

/** Forms of each item. */
function counted(forms: readonly Form[]): Map<string, number> {
  const count = new Map<string, number>();
  for (const form of forms)
    for (const { id, model } of form) if (model !== 'nominal') count.set(id, (count.get(id) ?? 0) + 1);
  return count;
}

function residualsOf(forms: readonly Form[], kept: readonly Form[], links: readonly ScaleTransform[]): FormResidual[] {
  const [inForms, inKept] = [counted(forms), counted(kept)];
  const sums = new Map<string, { difficulty: number; lnSlope: number; count: number }>();
  const tells = [
    ...placesOf(kept, links).filter(({ id }) => (inKept.get(id) ?? 0) > 1),
    ...placesOf(forms, links).filter(({ id }) => (inKept.get(id) ?? 0) < 2),
  ];
  for (const { id, difficulty, lnSlope } of tells) {
    const at = sums.get(id) ?? { difficulty: 0, lnSlope: 0, count: 0 };
    sums.set(id, at);
    at.difficulty += difficulty;
    at.lnSlope += lnSlope;
    at.count += 1;
  }
  const keeps = kept.map((form) => new Set(form.map(({ id }) => id)));
  return placesOf(forms, links).flatMap(({ form, id, difficulty, lnSlope }): FormResidual[] => {
    const mean = sums.get(id);
    if ((inForms.get(id) ?? 0) < 2 || mean === undefined) return [];
    return [
      {
        form,
        id,
        difficulty: difficulty - mean.difficulty / mean.count,
        lnSlope: lnSlope - mean.lnSlope / mean.count,
        isUsed: keeps[form].has(id) === true && (inKept.get(id) ?? 0) > 1,
      },
    ];
  });
}

export interface RobustFormsOptions {
  readonly base?: number;
  /** Default 2.7 (Huynh & Meyer 2010). */ readonly threshold?: number;
  /** So many common items stay in every form; default half of them, at least 2. */ readonly least?: number;
}

/**
 * Drops the worst item from the form in which it is out of line, links again, until every |z| of difficulties and ln
 * slopes is at most `threshold`. A residual from the mean of m forms has variance (m − 1)/m of its own: it is stretched
 * by that. Where an item stands in only two forms, the data cannot show which is wrong: it links neither.
 *
 * @example
 * ```ts
 * import { type ItemSpec, transformItem } from 'itemresponsetheory';
 * import { linkFormsRobustly } from 'itemresponsetheory/linking';
 *
 * const difficulties = [-1.5, -1, -0.4, 0.1, 0.5, 1.1, 1.6];
 * const first: ItemSpec[] = difficulties.map((b, n) => ({ model: 'logistic', id: `c${n}`, slope: 1, difficulty: b }));
 * const second = first.map((item, n) => transformItem(item, { a: 1, b: 1 + (n === 3 ? 2 : n / 100) }));
 * console.log(linkFormsRobustly([first, second]).dropped.map(({ id }) => id).join()); // → c3
 * ```
 */
export function linkFormsRobustly(
  forms: readonly Form[],
  { base = 0, threshold = 2.7, least }: RobustFormsOptions = {},
): RobustForms {
  const withAll = linkForms(forms, { base });
  const shared = (list: readonly Form[]): number[] => {
    const count = counted(list);
    return list.map((form) => form.filter(({ id }) => (count.get(id) ?? 0) > 1).length);
  };
  const fewest = shared(forms).map((count) => Math.min(count, least ?? Math.max(2, Math.ceil(count / 2))));
  let [kept, links]: [readonly Form[], readonly ScaleTransform[]] = [forms, withAll];
  const dropped: DroppedItem[] = [];
  for (;;) {
    const used = residualsOf(kept, kept, links);
    const count = counted(kept);
    const stretch = (id: string): number => {
      const m = count.get(id) ?? 2;
      return Math.sqrt(m / (m - 1));
    };
    const [places, steepness] = [
      robustZ(used.map(({ id, difficulty }) => difficulty * stretch(id))),
      robustZ(used.map(({ id, lnSlope }) => lnSlope * stretch(id))),
    ];
    const worst = used
      .flatMap(({ form, id }, n): DroppedItem[] => [
        { form, id, z: places[n], of: 'difficulty' },
        { form, id, z: steepness[n], of: 'slope' },
      ])
      .filter(({ z }) => Math.abs(z) > threshold)
      .sort((a, b) => Math.abs(b.z) - Math.abs(a.z));
    const without = (out: DroppedItem): Form[] =>
      kept.map((form, f) => (f === out.form ? form.filter(({ id }) => id !== out.id) : form));
    const next = worst.find((out) => {
      const rest = without(out);
      return lostForms(rest, base).length === 0 && shared(rest).every((left, f) => left >= fewest[f]);
    });
    if (next === undefined) return { links, withAll, kept, dropped, residuals: residualsOf(forms, kept, links) };
    dropped.push(next);
    kept = without(next);
    links = linkForms(kept, { base });
  }
}
