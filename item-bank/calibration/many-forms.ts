/** Several calibrations put on one scale at once (Haberman 2009), without the items that are out of line. Pure. */
import { type ItemSpec, createItemParameters, exp, log } from 'itemresponsetheory';
import {
  type Form,
  type ItemCovariance,
  type RobustForms,
  type ScaleTransform,
  equateObservedScores,
  equateTrueScores,
  formLinkErrors,
  linkFormsRobustly,
  transformItem,
} from 'itemresponsetheory/linking';
import { gridsOf, locationOf } from './anchor-link.ts';
import type { AbilityDistribution } from './ability-distribution.ts';
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
      const [first, second] = [names[before.form] ?? '', names[f] ?? ''];
      if (before.model !== own.model || before.steps !== own.steps)
        throw new ResponseFileError(
          'anchor-differs',
          `${item.id} is ${before.model} in ${first} and ${own.model} in ${second}, or has other steps`,
          { item: item.id, first, second },
        );
    }
  });
}

const fewest = 3;

const asLine = ({ a, b }: ScaleTransform): { readonly slope: number; readonly shift: number } => ({
  slope: a,
  shift: b,
});

/** The forms as they are linked: which items link each of them, and every item on the base's scale. */
interface Linking {
  readonly files: readonly ParameterFile[];
  readonly names: readonly string[];
  readonly base: number;
  readonly found: RobustForms;
  readonly moved: readonly (readonly ItemSpec[])[];
}

/** Throws ResponseFileError for a form with too few items that another form has too. */
function requireCommon({ residuals }: RobustForms, names: readonly string[]): void {
  names.forEach((name, f) => {
    const { length } = residuals.filter(({ form }) => form === f);
    if (length < fewest)
      throw new ResponseFileError(
        'too-few-common',
        `${name}: ${length} of its items are in another form: linking needs ${fewest}`,
        { form: name, items: length, least: fewest },
      );
  });
}

/** Standard errors of slope and shift of each form; undefined where no calibration knows its covariances. */
function lineErrors({
  files,
  base,
  found: { kept },
}: Linking): readonly { slope: number; shift: number }[] | undefined {
  if (files.every(({ covariances }) => covariances === undefined)) return undefined;
  const errors = formLinkErrors(kept, {
    base,
    covariances: kept.map((form, f) =>
      form.map((item): ItemCovariance | undefined => files[f]?.covariances?.get(item.id)),
    ),
    samples: files.map(({ sample, covariances }) => (covariances === undefined ? undefined : sample)),
  });
  const errorAt = (n: number): number => Math.sqrt(errors[n * 2 * kept.length + n] ?? NaN);
  return kept.map((_, f) => ({ slope: errorAt(2 * f), shift: errorAt(2 * f + 1) }));
}

function scoresOf(
  { files, base, found, moved }: Linking,
  f: number,
  population: AbilityDistribution | undefined,
): LinkedForm['scores'] {
  const [own, known] = [files[f], files[base]];
  const [bank, target] = [createItemParameters(moved[f] ?? []), createItemParameters(moved[base] ?? [])];
  const observed =
    own === undefined || known === undefined
      ? []
      : equateObservedScores(bank, target, gridsOf(found.links[f] ?? { a: 1, b: 0 }, own, known, population));
  return equateTrueScores(bank, target).map((row) => ({ ...row, observed: observed[row.score] ?? NaN }));
}

function formsOf(linking: Linking, population: AbilityDistribution | undefined): LinkedForm[] {
  const { names, found, moved } = linking;
  const errors = lineErrors(linking);
  return moved.map((parameters, f): LinkedForm => {
    const [common, error] = [found.residuals.filter(({ form }) => form === f), errors?.[f]];
    return {
      name: names[f] ?? '',
      ...asLine(found.links[f] ?? { a: NaN, b: NaN }),
      ...(error === undefined ? {} : { slopeError: error.slope, shiftError: error.shift }),
      withAll: asLine(found.withAll[f] ?? { a: NaN, b: NaN }),
      common: common.length,
      used: common.filter(({ isUsed }) => isUsed).length,
      parameters,
      scores: scoresOf(linking, f, population),
    };
  });
}

/** The item in every form that has it, on the base's scale; none for an item of one form only. */
function commonItem({ found: { residuals }, moved }: Linking, item: string): CommonItem[] {
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
}

/** The mean over the forms that keep the item; where none does, over all that have it. */
function pooled({ found: { kept }, moved }: Linking, item: string): ItemSpec | undefined {
  const inForm = (f: number): readonly ItemSpec[] => moved[f]?.filter(({ id }) => id === item) ?? [];
  const keeps = kept.flatMap((form, f) => (form.some(({ id }) => id === item) ? inForm(f) : []));
  return meanItem(keeps.length > 0 ? keeps : moved.flatMap((_, f) => inForm(f)));
}

/**
 * Throws ResponseFileError for too few common items or items that differ in kind, IrtError for forms without a chain to
 * the base.
 */
export function linkManyForms(
  files: readonly ParameterFile[],
  names: readonly string[],
  base: number,
  population?: AbilityDistribution,
): ManyForms {
  const forms = files.map(({ parameters }) => parameters.filter(({ model }) => model !== 'nominal'));
  requireAlike(forms, names);
  const found = linkFormsRobustly(forms, { base });
  requireCommon(found, names);
  const moved = files.map(({ parameters }, f) =>
    parameters.map((spec) => transformItem(spec, found.links[f] ?? { a: 1, b: 0 })),
  );
  const linking = { files, names, base, found, moved };
  const ids = [...new Set(files.flatMap(({ parameters }) => parameters.map(({ id }) => id)))];
  return {
    base,
    forms: formsOf(linking, population),
    items: ids.flatMap((id) => commonItem(linking, id)),
    pool: ids.flatMap((id) => pooled(linking, id) ?? []),
  };
}
