/** Several calibrations put on one scale at once (Haberman 2009), without the items that are out of line. Pure. */
import { type ItemSpec, createItemParameters, exp, log } from 'itemresponsetheory';
import {
  type Form,
  type ItemCovariance,
  type ScaleTransform,
  equateObservedScores,
  equateTrueScores,
  formLinkErrors,
  linkFormsRobustly,
  transformItem,
} from 'itemresponsetheory/linking';
import { type Persons, gridsOf, locationOf } from './anchor-link.ts';
import type { ParameterFile } from './parameter-file.ts';
import { ResponseFileError } from './response-file-error.ts';

export interface LinkedForm {
  readonly name: string;
  /** θ(base) = slope·θ(form) + shift. */
  readonly slope: number;
  readonly shift: number;
  readonly slopeError?: number;
  readonly shiftError?: number;
  /** With every common item linking. */
  readonly withAll: { readonly slope: number; readonly shift: number };
  /** Items that another form has too, and how many of them link. */
  readonly common: number;
  readonly used: number;
  /** On the base's scale. */
  readonly parameters: readonly ItemSpec[];
  /**
   * Every score of the form in scores of the base, by true and by observed scores: those of the population given on the
   * base's scale, else half of each calibration's.
   */
  readonly scores: readonly {
    readonly score: number;
    readonly theta: number;
    readonly equivalent: number;
    readonly observed: number;
  }[];
}
export interface CommonItem {
  readonly item: string;
  readonly at: readonly {
    readonly form: number;
    /** On the base's scale. */ readonly slope: number;
    readonly difficulty: number;
    /** From the mean of the forms that keep it: in logits, and in ln slope. */ readonly residual: number;
    readonly lnSlopeResidual: number;
    readonly isUsed: boolean;
  }[];
}
export interface ManyForms {
  readonly base: number;
  readonly forms: readonly LinkedForm[];
  readonly items: readonly CommonItem[];
  /** Every item once: of common items the means of ln slope and of difficulty or steps over the forms that keep it. */
  readonly pool: readonly ItemSpec[];
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
/** The first's model, the mean's numbers. */
function meanItem(list: readonly ItemSpec[]): ItemSpec | undefined {
  const [first] = list;
  if (first === undefined || first.model === 'nominal' || list.length === 1) return first;
  const slope = exp(mean(list.map((item) => log(item.model === 'nominal' ? 1 : (item.slope ?? 1)))));
  if (first.model === 'logistic')
    return {
      ...first,
      slope,
      difficulty: mean(list.map((item) => (item.model === 'logistic' ? item.difficulty : NaN))),
    };
  return {
    ...first,
    slope,
    steps: first.steps.map((_, k) => mean(list.map((item) => ('steps' in item ? (item.steps[k] ?? NaN) : NaN)))),
  };
}

function requireAlike(forms: readonly Form[], names: readonly string[]): void {
  const seen = new Map<string, { model: string; steps: number; form: number }>();
  forms.forEach((form, f) => {
    for (const item of form) {
      const own = { model: item.model, steps: 'steps' in item ? item.steps.length : 0, form: f };
      const before = seen.get(item.id) ?? own;
      seen.set(item.id, before);
      if (before.model !== own.model || before.steps !== own.steps)
        throw new ResponseFileError(
          'anchor-differs',
          `${item.id} is ${before.model} in ${names[before.form] ?? ''} and ${own.model} in ` +
            `${names[f] ?? ''}, or has other steps`,
          { item: item.id, first: names[before.form] ?? '', second: names[f] ?? '' },
        );
    }
  });
}

const fewest = 3;

/**
 * Throws ResponseFileError for too few common items or items that differ in kind, IrtError for forms without a chain to
 * the base.
 */
export function linkManyForms(
  files: readonly ParameterFile[],
  names: readonly string[],
  base: number,
  population?: Persons,
): ManyForms {
  const forms = files.map(({ parameters }) => parameters.filter(({ model }) => model !== 'nominal'));
  requireAlike(forms, names);
  const { links, withAll, kept, residuals } = linkFormsRobustly(forms, { base });
  const common = forms.map((_, f) => residuals.filter(({ form }) => form === f));
  common.forEach((list, f) => {
    if (list.length < fewest)
      throw new ResponseFileError(
        'too-few-common',
        `${names[f] ?? ''}: ${list.length} of its items are in another form: linking needs ${fewest}`,
        { form: names[f] ?? '', items: list.length, least: fewest },
      );
  });
  const covariances = kept.map((form, f) =>
    form.map((item): ItemCovariance | undefined => files[f]?.covariances?.get(item.id)),
  );
  const isKnown = files.some((file) => file.covariances !== undefined);
  const errors = isKnown
    ? formLinkErrors(kept, {
        base,
        covariances,
        samples: files.map(({ sample, covariances: own }) => (own === undefined ? undefined : sample)),
      })
    : undefined;
  const errorAt = (n: number): number => Math.sqrt(errors?.[n * 2 * forms.length + n] ?? NaN);
  const onto =
    (f: number) =>
    (spec: ItemSpec): ItemSpec =>
      transformItem(spec, links[f] ?? { a: 1, b: 0 });
  const moved = files.map(({ parameters }, f) => parameters.map(onto(f)));
  const target = createItemParameters(moved[base] ?? []);
  const scoresOf = (f: number, parameters: readonly ItemSpec[]): LinkedForm['scores'] => {
    const [own, known, bank] = [files[f], files[base], createItemParameters(parameters)];
    const observed =
      own === undefined || known === undefined
        ? []
        : equateObservedScores(bank, target, gridsOf(links[f] ?? { a: 1, b: 0 }, own, known, population));
    return equateTrueScores(bank, target).map((row) => ({ ...row, observed: observed[row.score] ?? NaN }));
  };
  const asLine = ({ a, b }: ScaleTransform) => ({ slope: a, shift: b });
  const ids = [...new Set(files.flatMap(({ parameters }) => parameters.map(({ id }) => id)))];
  return {
    base,
    forms: moved.map((parameters, f): LinkedForm => ({
      name: names[f] ?? '',
      ...asLine(links[f] ?? { a: NaN, b: NaN }),
      ...(errors === undefined ? {} : { slopeError: errorAt(2 * f), shiftError: errorAt(2 * f + 1) }),
      withAll: asLine(withAll[f] ?? { a: NaN, b: NaN }),
      common: common[f]?.length ?? 0,
      used: (common[f] ?? []).filter(({ isUsed }) => isUsed).length,
      parameters,
      scores: scoresOf(f, parameters),
    })),
    items: ids.flatMap((item): CommonItem[] => {
      const at = residuals
        .filter(({ id }) => id === item)
        .map(({ form, difficulty, lnSlope, isUsed }) => {
          const own = moved[form]?.find(({ id }) => id === item);
          return {
            form,
            slope: own === undefined || own.model === 'nominal' ? NaN : (own.slope ?? 1),
            difficulty: own === undefined ? NaN : locationOf(own),
            residual: difficulty,
            lnSlopeResidual: lnSlope,
            isUsed,
          };
        });
      return at.length === 0 ? [] : [{ item, at }];
    }),
    pool: ids.flatMap((id) => {
      const keeps = kept.flatMap((form, f) =>
        form.some((item) => item.id === id) ? (moved[f]?.filter((item) => item.id === id) ?? []) : [],
      );
      return meanItem(keeps.length > 0 ? keeps : moved.flatMap((list) => list.filter((item) => item.id === id))) ?? [];
    }),
  };
}
