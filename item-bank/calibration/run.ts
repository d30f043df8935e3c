/**
 * The designer's jobs on response data: calibrate, and fit of parameters that are known. Pure; everything the report
 * shows is in the outcome.
 */
import { type ItemSpec, createItemParameters, log, transformItem } from 'itemresponsetheory';
import {
  type CalibratedItemResult,
  type CalibrationTeam,
  type ItemModelName,
  type LatentGroup,
  type Priors,
  type ResponseMatrix,
} from 'itemresponsetheory/calibration';
import { type Appraisal, appraiseItems, toDrop } from './appraisal.ts';
import { type AnchorLink, linkAnchors, locationOf } from './anchor-link.ts';
import { covariatesOf, marginOf, type Regression } from './covariates.ts';
import { distractorsOf, type ItemDistractors } from './distractors.ts';
import { type Estimation, type Estimator, type OnlineMethod, estimate } from './estimate.ts';
import type { Estimates, OldParameters } from './judge.ts';
import { knownItems } from './known-items.ts';
import type { ParameterFile } from './parameter-file.ts';
import { populationGrid } from './population-grid.ts';
import { ResponseFileError } from './response-file-error.ts';
import type { Remark, ResponseData } from './stream-responses.ts';
import { type LeftOut, type Usable, closeCategories, usableOf } from './usable.ts';

export type RunModel = ItemModelName;
export interface Group {
  readonly name: string;
  readonly persons: number;
  readonly mean: number;
  readonly sd: number;
  /** Absent where mean and SD are of the persons' WLEs, or fixed. */ readonly meanStandardError?: number;
}
export interface Outcome {
  readonly kind: 'calibrate' | 'fit';
  readonly persons: number;
  readonly items: number;
  readonly responses: number;
  readonly parameters: readonly ItemSpec[];
  /** Ability among all persons, on the scale of the parameters. */
  readonly population: { readonly mean: number; readonly sd: number };
  readonly appraisal: Appraisal;
  /** Names of the persons that the abilities are of. */
  readonly takers: readonly string[];
  readonly leftOut: readonly LeftOut[];
  readonly remarks: readonly Remark[];
  readonly groups?: readonly Group[];
  /** Where the data tell which options were chosen. */
  readonly distractors?: readonly ItemDistractors[];
  readonly calibration?: {
    readonly estimator: Estimator;
    readonly online?: OnlineMethod;
    readonly biasCorrection?: true;
    readonly model: RunModel | 'mixed';
    /** Of each item; absent when all have the one. */ readonly models?: readonly RunModel[];
    readonly anchors: AnchorMethod | 'none';
    readonly estimates: readonly Estimates[];
    /**
     * Of each item: slope (null where not estimated), then difficulty or steps, then lower; nominal: slopes, then
     * intercepts. Empty for fixed anchors.
     */
    readonly standardErrors: readonly (readonly number[])[];
    /**
     * Of each item: covariance of slope and difficulty or steps, row-major, for linking; null for fixed and nominal
     * items.
     */
    readonly covariances: readonly (readonly number[] | null)[];
    readonly converged: boolean;
    readonly cycles: number;
    readonly largestChange: number;
    readonly logLikelihood: number;
    readonly logPrior: number;
    readonly freeParameters: number;
    readonly aic: number;
    readonly bic: number;
    readonly link?: AnchorLink;
    /** |∂ ln L/∂x|·SE at the end, the largest of all parameters: how far it is from the maximum, in standard errors. */
    readonly largestGradient: number;
    readonly regression?: Regression;
    /** Under cml, of the halves by score. */
    readonly andersen?: NonNullable<Estimation['andersen']>;
  };
}
/**
 * Anchors keep their parameters while the others are estimated; or everything is estimated freely and then linked by
 * mean/sigma.
 */
export type AnchorMethod = 'fixed' | 'linked';

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
/** Means and SDs of the WLEs of each group: a description only. */
function describedGroups(names: readonly string[], persons: Uint32Array, theta: Float64Array): Group[] {
  const groups = new Map<string, number[]>();
  persons.forEach((person, n) => {
    const name = names[person] ?? '';
    const list = groups.get(name) ?? [];
    groups.set(name, list);
    list.push(theta[n] ?? NaN);
  });
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, list]) => {
      const mean = meanOf(list);
      return {
        name,
        persons: list.length,
        mean,
        sd: Math.sqrt(list.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, list.length - 1)),
      };
    });
}

const takersOf = (data: ResponseData, { persons }: Usable): string[] =>
  Array.from(persons, (person) => data.persons[person] ?? '');

export interface CalibrateOptions {
  /** 'auto': 2pl for right and wrong, gpcm for more scores. */
  readonly model: RunModel | 'auto';
  /** Items with another model than that. */
  readonly models?: ReadonlyMap<string, RunModel>;
  readonly estimator?: Estimator;
  /** How new items are estimated beside fixed anchors. */
  readonly online?: OnlineMethod;
  readonly standardErrors?: 'oakes' | 'crossProduct' | 'sandwich';
  readonly biasCorrection?: boolean;
  readonly density?: 'normal' | 'histogram';
  readonly team?: CalibrationTeam;
  readonly tolerance?: number;
  readonly maximumCycles?: number;
  readonly equivalentGroups?: boolean;
  /** Default: `guessingPriors` where an item is a 3PL, else none. */
  readonly priors?: Priors | 'none';
  readonly anchors?: readonly ItemSpec[];
  readonly anchorMethod?: AnchorMethod;
  /** Anchors whose parameters nobody measured: that an item is elsewhere does not say that it moved. */
  readonly guesses?: ReadonlySet<string>;
  readonly onCycle?: (cycle: number, logLikelihood: number, largestChange: number) => void;
}

/**
 * Without them a lower asymptote has no finite estimate where nobody guesses: logit c ~ N(−1.4, 0.5²), so c about .2
 * (Mislevy 1986); where all items are 3PL, ln a ~ N(0, 0.5²) too.
 */
const onlyLower: Priors = { lower: { kind: 'logitNormal', mean: -1.4, sd: 0.5 } };
const guessingPriors: Priors = { ...onlyLower, slope: { mean: 0, sd: 0.5 } };

const unitSlopes = (model: RunModel): boolean =>
  model === 'rasch' || model === '1pl' || model === 'pcm' || model === 'rsm';
const isDichotomous = (model: RunModel): boolean =>
  model === 'rasch' || model === '1pl' || model === '2pl' || model === '3pl';

/** Model of every item. An item whose category is not 0 or 1 is refused by name under a model of right and wrong. */
function modelsOf(
  data: ResponseMatrix,
  names: readonly string[],
  model: RunModel | 'auto',
  models: ReadonlyMap<string, RunModel>,
): RunModel[] {
  const stranger = [...models.keys()].find((name) => !names.includes(name));
  if (stranger !== undefined)
    throw new ResponseFileError(
      'unknown-item',
      `the file of models names ${stranger}, which is not among the items calibrated: ${names.slice(0, 20).join(', ')}${names.length > 20 ? ' …' : ''}`,
      { item: stranger, items: `${names.slice(0, 20).join(', ')}${names.length > 20 ? ' …' : ''}` },
    );
  const highest = new Uint8Array(names.length);
  data.item.forEach((item, n) => {
    highest[item] = Math.max(highest[item] ?? 0, data.category[n] ?? 0);
  });
  const all = names.map(
    (name, item): RunModel =>
      models.get(name) ?? (model === 'auto' ? ((highest[item] ?? 0) > 1 ? 'gpcm' : '2pl') : model),
  );
  all.forEach((one, item) => {
    if (isDichotomous(one) && (highest[item] ?? 0) > 1)
      throw new ResponseFileError(
        'unknown-category',
        `item ${names[item] ?? ''} has category ${highest[item] ?? 0}: ${one} is a model of right (1) and wrong (0); --model gpcm, pcm, rsm, grm or nrm have more categories, auto takes gpcm where there are more`,
        { item: names[item] ?? '', value: highest[item] ?? 0, model: one },
      );
  });
  return all;
}

/** The persons' groups as numbers in the order of their names; the first is the reference. */
function groupNumbers(
  names: readonly string[] | undefined,
  { persons }: Usable,
): { readonly names: readonly string[]; readonly of: Uint32Array } | undefined {
  if (names === undefined) return undefined;
  const of = Array.from(persons, (person) => names[person] ?? '');
  const sorted = [...new Set(of)].sort();
  const place = new Map(sorted.map((name, n) => [name, n]));
  return { names: sorted, of: Uint32Array.from(of, (name) => place.get(name) ?? 0) };
}

/** One item's estimates; the error of a location is that of its least certain step. */
function estimateOf({ item, model, standardErrors }: CalibratedItemResult): Estimates {
  const slope = item.model === 'nominal' ? 1 : (item.slope ?? 1);
  const lower = item.model === 'logistic' && (model === '3pl' || (item.lower ?? 0) > 0) ? item.lower : undefined;
  if (model === 'fixed')
    return {
      slope,
      difficulty: locationOf(item),
      difficultyStandardError: 0,
      ...(lower === undefined ? {} : { lower }),
    };
  const steps =
    item.model === 'nominal'
      ? standardErrors
      : standardErrors.slice(1, item.model === 'logistic' ? 2 : 1 + item.steps.length);
  const largest = Math.max(...steps);
  const [slopeError, , lowerError] = standardErrors;
  return {
    slope,
    difficulty: locationOf(item),
    ...(item.model !== 'nominal' && slopeError !== undefined && Number.isFinite(slopeError)
      ? { slopeStandardError: slopeError }
      : {}),
    // A nominal item has no place on the scale whose error could be too large: only that there is one counts.
    ...(Number.isFinite(largest) ? { difficultyStandardError: item.model === 'nominal' ? 0 : largest } : {}),
    ...(lower === undefined
      ? {}
      : {
          lower,
          ...(lowerError !== undefined && Number.isFinite(lowerError) ? { lowerStandardError: lowerError } : {}),
        }),
  };
}

/** On the scale θ·unit + shift: slopes have 1/unit, difficulties unit. */
function covarianceOf({ item, covariance }: CalibratedItemResult, unit: number): readonly number[] | null {
  if (covariance === undefined || item.model === 'nominal') return null;
  const all = Math.sqrt(covariance.length);
  const count = item.model === 'logistic' ? 2 : 1 + item.steps.length;
  const factor = (n: number): number => (n === 0 ? 1 / unit : unit);
  return Array.from({ length: count * count }, (_, cell) => {
    const [i, j] = [Math.floor(cell / count), cell % count];
    return (covariance[i * all + j] ?? NaN) * factor(i) * factor(j);
  });
}

/** A slope of nought or below has no curve: drawn flat, judged by its slope alone. */
function drawable(spec: ItemSpec): ItemSpec {
  if (spec.model === 'nominal' || (spec.slope ?? 1) > 0) return spec;
  return spec.model === 'logistic'
    ? { ...spec, slope: 1e-3 }
    : { ...spec, slope: 1e-3, steps: [...spec.steps].sort((a, b) => a - b) };
}

/** An item that is to be dropped would pull the whole scale with it: it does not link. */
function linkTo(
  anchors: ReadonlyMap<string, ItemSpec>,
  items: readonly CalibratedItemResult[],
  data: ResponseMatrix,
  population: Outcome['population'],
  fixedUnit: boolean,
): AnchorLink {
  const dropped = toDrop({
    bank: createItemParameters(items.map(({ item }) => drawable(item))),
    data,
    grid: populationGrid(population),
    estimates: items.map(estimateOf),
  });
  return linkAnchors(
    items.flatMap(({ item }) => {
      const known = anchors.get(item.id);
      return known === undefined || item.model === 'nominal' || known.model === 'nominal' || dropped.has(item.id)
        ? []
        : [{ from: item, to: known }];
    }),
    { method: 'mean-sigma', fixedUnit },
  );
}

const onScale = (
  { slope, slopeStandardError, difficulty, difficultyStandardError, ...asymptote }: Estimates,
  unit: number,
  shift: number,
): Estimates => ({
  ...asymptote,
  slope: slope / unit,
  difficulty: unit * difficulty + shift,
  ...(slopeStandardError === undefined ? {} : { slopeStandardError: slopeStandardError / unit }),
  ...(difficultyStandardError === undefined ? {} : { difficultyStandardError: unit * difficultyStandardError }),
});

/** Mean and SD over all groups together. */
function populationOf(groups: readonly LatentGroup[], unit: number, shift: number): Outcome['population'] {
  const persons = groups.reduce((sum, group) => sum + group.persons, 0);
  const mean = groups.reduce((sum, group) => sum + group.persons * group.mean, 0) / persons;
  const square =
    groups.reduce((sum, group) => sum + group.persons * (group.variance + (group.mean - mean) ** 2), 0) / persons;
  return { mean: unit * mean + shift, sd: unit * Math.sqrt(square) };
}

/** Throws ResponseFileError and IrtError naming what is wrong; that it did not converge is in the outcome. */
export function runCalibration(
  data: ResponseData,
  {
    model: wanted,
    models: own = new Map(),
    estimator = 'mml',
    online,
    standardErrors,
    biasCorrection = false,
    density,
    team,
    tolerance,
    maximumCycles,
    equivalentGroups = false,
    priors: wantedPriors,
    anchors = [],
    anchorMethod = 'fixed',
    guesses = new Set(),
    onCycle,
  }: CalibrateOptions,
): Outcome {
  const usable = usableOf(data.matrix, data.items, { equivalentGroups });
  const names = Array.from(usable.items, (item) => data.items[item] ?? '');
  const known = new Map(anchors.map((spec) => [spec.id, spec]));
  const fixed = new Map(
    anchors.length > 0 && anchorMethod === 'fixed'
      ? names.flatMap((name, n) => {
          const spec = known.get(name);
          return spec === undefined ? [] : [[n, spec] as const];
        })
      : [],
  );
  if (anchors.length > 0 && anchorMethod === 'fixed' && fixed.size === 0)
    throw new ResponseFileError('too-few-anchors', 'no item is both in the responses and among the anchors', {
      anchors: 0,
      least: 1,
    });
  const closed = closeCategories(usable.data, names, new Set(Array.from(fixed.keys(), (n) => names[n] ?? '')));
  const models = modelsOf(closed.data, names, wanted, own);
  const [first = '2pl'] = models;
  const model = models.every((one) => one === first) ? first : 'mixed';
  const hasUnitSlopes = models.some(unitSlopes);
  const hasDefaultPriors = wantedPriors === undefined && models.includes('3pl');
  const priors =
    wantedPriors === 'none'
      ? undefined
      : (wantedPriors ?? (hasDefaultPriors ? (model === '3pl' ? guessingPriors : onlyLower) : undefined));
  const groups = groupNumbers(data.groups, usable);
  const covariates = covariatesOf(data, usable.persons, fixed.size > 0);
  if (covariates !== undefined && groups !== undefined)
    throw new ResponseFileError(
      'not-together',
      'groups and covariates both say who the persons are: name the column of groups among the covariates',
      { covariates: covariates.names.join(', ') },
    );
  const fit = estimate(closed.data, {
    models,
    ids: names,
    estimator,
    ...(online === undefined ? {} : { online }),
    ...(standardErrors === undefined ? {} : { standardErrors }),
    ...(biasCorrection ? { biasCorrection } : {}),
    ...(covariates === undefined ? {} : { covariates }),
    ...(density === undefined ? {} : { density }),
    ...(team === undefined ? {} : { team }),
    ...(groups === undefined ? {} : { group: groups.of }),
    ...(fixed.size === 0 ? {} : { fixed }),
    ...(priors === undefined ? {} : { priors }),
    ...(tolerance === undefined ? {} : { tolerance }),
    ...(maximumCycles === undefined ? {} : { maximumCycles }),
    ...(onCycle === undefined ? {} : { onCycle }),
  });
  const populations =
    covariates === undefined || fit.regression === undefined ? fit.groups : [marginOf(covariates, fit.regression)];
  const link =
    anchors.length > 0 && anchorMethod === 'linked'
      ? linkTo(known, fit.items, closed.data, populationOf(populations, 1, 0), hasUnitSlopes)
      : undefined;
  const [unit, shift] = [link?.slope ?? 1, link?.shift ?? 0];
  const estimates = fit.items.map((item) => onScale(estimateOf(item), unit, shift));
  const parameters = fit.items.map(({ item }) => transformItem(drawable(item), { a: unit, b: shift }));
  const population = populationOf(populations, unit, shift);
  const old = new Map(
    anchors.map((spec): [string, OldParameters] => [
      spec.id,
      {
        slope: spec.model === 'nominal' ? 1 : (spec.slope ?? 1),
        difficulty: locationOf(spec),
        origin: guesses.has(spec.id) ? 'expert-guess' : 'calibrated',
      },
    ]),
  );
  const appraisal = appraiseItems({
    bank: createItemParameters(parameters),
    data: closed.data,
    grid: populationGrid(population),
    estimated: {
      ...(hasUnitSlopes ? { slope: models.map((one) => !unitSlopes(one)), variance: true } : {}),
      fixed: [...fixed.keys()],
    },
    estimates,
    old,
  });
  const distractors = distractorsOf(data);
  const { converged, cycles, largestChange, largestGradient, logLikelihood, logPrior, freeParameters, andersen } = fit;
  const biased = fit.flags.filter(({ code }) => code === 'bias-kept').map(({ item }) => names[item] ?? '');
  return {
    kind: 'calibrate',
    persons: closed.data.persons,
    items: names.length,
    responses: closed.data.item.length,
    parameters,
    population,
    appraisal,
    takers: takersOf(data, usable),
    leftOut: usable.leftOut,
    remarks: [
      ...data.remarks,
      ...usable.remarks,
      ...closed.remarks,
      ...(hasDefaultPriors ? [{ code: 'guessing-priors', count: models.filter((one) => one === '3pl').length }] : []),
      ...(biased.length === 0 ? [] : [{ code: 'bias-kept', count: biased.length, names: biased.slice(0, 20) }]),
    ],
    ...(distractors === undefined ? {} : { distractors }),
    ...(groups === undefined
      ? {}
      : {
          groups: fit.groups.map((group, n) => ({
            name: groups.names[n] ?? '',
            persons: group.persons,
            mean: unit * group.mean + shift,
            sd: unit * Math.sqrt(group.variance),
            ...(group.meanStandardError === undefined ? {} : { meanStandardError: unit * group.meanStandardError }),
          })),
        }),
    calibration: {
      estimator,
      ...(online === undefined || fixed.size === 0 ? {} : { online }),
      ...(biasCorrection ? { biasCorrection } : {}),
      model,
      ...(model === 'mixed' ? { models } : {}),
      anchors: anchors.length === 0 ? 'none' : anchorMethod,
      estimates,
      standardErrors: fit.items.map(({ item, standardErrors }) =>
        item.model === 'nominal'
          ? standardErrors
          : standardErrors.map((error, n) =>
              n === 0 ? error / unit : item.model === 'logistic' && n === 2 ? error : error * unit,
            ),
      ),
      covariances: fit.items.map((item) => covarianceOf(item, unit)),
      converged,
      cycles,
      largestChange,
      largestGradient,
      logLikelihood,
      logPrior,
      freeParameters,
      aic: 2 * freeParameters - 2 * logLikelihood,
      bic: freeParameters * log(closed.data.persons) - 2 * logLikelihood,
      ...(link === undefined ? {} : { link }),
      ...(andersen === undefined ? {} : { andersen }),
      ...(fit.regression === undefined
        ? {}
        : {
            regression: {
              names: fit.regression.names,
              coefficients: fit.regression.coefficients.map((value) => unit * value),
              standardErrors: fit.regression.standardErrors.map((error) => unit * error),
              residualSd: unit * Math.sqrt(fit.regression.residualVariance),
            },
          }),
    },
  };
}

/** Items that have no parameters are left out, and said. */
export function runFit(data: ResponseData, { parameters, population = { mean: 0, sd: 1 } }: ParameterFile): Outcome {
  const { usable, specs, bank, remarks } = knownItems(data, parameters);
  const appraisal = appraiseItems({
    bank,
    data: usable.data,
    grid: populationGrid(population),
    estimated: { fixed: specs.map((_, n) => n) },
  });
  const distractors = distractorsOf(data);
  return {
    kind: 'fit',
    persons: usable.data.persons,
    items: bank.size,
    responses: usable.data.item.length,
    parameters: specs,
    population,
    appraisal,
    takers: takersOf(data, usable),
    leftOut: usable.leftOut,
    remarks,
    ...(distractors === undefined ? {} : { distractors }),
    ...(data.groups === undefined
      ? {}
      : { groups: describedGroups(data.groups, usable.persons, appraisal.abilities.theta) }),
  };
}
