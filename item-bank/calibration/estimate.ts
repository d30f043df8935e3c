/**
 * The ways of estimating, one result for all: marginal (the default), conditional and joint maximum likelihood, and
 * those for new items beside fixed ones. Pure.
 */
import { IrtError, type ItemSpec, chiSquareTail, createItemParameters } from 'itemresponsetheory';
import {
  type AndersenTest,
  type CalibratedItemResult,
  type CalibrateItemsOptions,
  type ItemModelName,
  type ItemsCalibration,
  type LatentGroup,
  type RaschModel,
  type ResponseMatrix,
  andersenTest,
  calibrateAtAbilities,
  calibrateConditional,
  calibrateItems,
  calibrateJointly,
} from 'itemresponsetheory/calibration';
import { estimateAbilities, itemCounts } from 'itemresponsetheory/fit';
import { ResponseFileError } from './response-file-error.ts';
import { keepItems, keepPersons } from './response-rows.ts';

/** mml: any model and design. cml, jml: the Rasch family, linear forms and booklets. */
export const estimators = ['mml', 'cml', 'jml'] as const;
export type Estimator = (typeof estimators)[number];
/**
 * New items beside fixed ones: several EM cycles with the population estimated again in each (mwu-mem, Kim 2006, the
 * default); a standard normal population (mem); ability from
 * the fixed items alone (oem, Wainer & Mislevy 1990); abilities estimated beforehand and taken as known (method-a,
 * Stocking 1988).
 */
export const onlineMethods = ['mwu-mem', 'mem', 'oem', 'method-a'] as const;
export type OnlineMethod = (typeof onlineMethods)[number];

export interface Estimation extends Pick<
  ItemsCalibration,
  | 'items'
  | 'groups'
  | 'regression'
  | 'logLikelihood'
  | 'logPrior'
  | 'cycles'
  | 'converged'
  | 'largestChange'
  | 'largestGradient'
  | 'flags'
> {
  readonly freeParameters: number;
  /** Under cml: are the items alike for those with few and with many right? */
  readonly andersen?: Pick<AndersenTest, 'statistic' | 'degreesOfFreedom' | 'p'>;
}

export interface EstimateOptions extends Omit<CalibrateItemsOptions, 'models' | 'population' | 'posteriorFrom'> {
  readonly models: readonly ItemModelName[];
  readonly estimator?: Estimator;
  readonly online?: OnlineMethod;
}

/** Throws IrtError, and ResponseFileError for ways that do not go together. */
export function estimate(
  data: ResponseMatrix,
  { estimator = 'mml', online = 'mwu-mem', ...options }: EstimateOptions,
): Estimation {
  const hasFixed = (options.fixed?.size ?? 0) > 0;
  if (estimator !== 'mml') return byScores(data, estimator, options);
  if (!hasFixed && online !== 'mwu-mem')
    throw new ResponseFileError(
      'not-together',
      `${online} is for new items beside fixed anchors: name them by --anchors`,
      { online },
    );
  if (online === 'method-a') return byMethodA(data, options);
  const fit = calibrateItems(data, {
    ...options,
    ...(online === 'mem' ? { population: 'standard' } : {}),
    ...(online === 'oem' ? { posteriorFrom: 'fixed' } : {}),
  });
  return { ...fit, freeParameters: fit.parameters.length };
}

const isRaschModel = (model: ItemModelName): model is RaschModel =>
  model === 'rasch' || model === 'pcm' || model === 'rsm';

/** What Warm's estimates say of the groups: their variance less that of their errors. */
function groupsBehind(
  data: ResponseMatrix,
  items: readonly ItemSpec[],
  group: ArrayLike<number> | undefined,
): LatentGroup[] {
  const { theta, standardError } = estimateAbilities(createItemParameters(items), data, { method: 'wle' });
  const members: number[][] = [];
  theta.forEach((_, person) => {
    const g = group?.[person] ?? 0;
    const list = members[g] ?? [];
    members[g] = list;
    list.push(person);
  });
  return members.map((list): LatentGroup => {
    const mean = list.reduce((sum, person) => sum + (theta[person] ?? 0), 0) / list.length;
    const [spread, error] = [
      list.reduce((sum, person) => sum + ((theta[person] ?? 0) - mean) ** 2, 0),
      list.reduce((sum, person) => sum + (standardError[person] ?? 0) ** 2, 0),
    ];
    // Hardly any spread beyond the errors: a twentieth of what was seen.
    return { mean, variance: Math.max(spread - error, spread / 20) / list.length, persons: list.length };
  });
}

/**
 * Conditional or joint: no population takes part, so anchors, priors, several models and adaptive answers do not go
 * with it.
 */
function byScores(
  data: ResponseMatrix,
  estimator: 'cml' | 'jml',
  {
    models,
    ids,
    group,
    fixed,
    priors,
    covariates,
    density,
    biasCorrection,
    tolerance,
    maximumCycles,
    onCycle,
  }: Omit<EstimateOptions, 'estimator' | 'online'>,
): Estimation {
  const [model = 'rasch'] = models;
  if (!isRaschModel(model) || models.some((one) => one !== model))
    throw new ResponseFileError(
      'not-together',
      `${estimator} is for one of the models rasch, pcm and rsm, the same for all items`,
      { estimator },
    );
  for (const [option, given] of [
    ['--anchors with --anchor-method fixed', (fixed?.size ?? 0) > 0],
    ['--priors', priors !== undefined],
    ['--covariates', covariates !== undefined],
    ['--density histogram', density === 'histogram'],
    ['--bias-correction', biasCorrection === true],
  ] as const) {
    if (given)
      throw new ResponseFileError(
        'not-together',
        `${estimator} assumes nothing of the population, and ${option} has no place in it: use mml`,
        { estimator, option },
      );
  }
  const common = {
    design: data.item.length === data.persons * data.items ? 'linear' : 'booklets',
    model,
    ...(ids === undefined ? {} : { ids }),
    ...(tolerance === undefined ? {} : { tolerance }),
    ...(maximumCycles === undefined ? {} : { maximumCycles }),
  } as const;
  const counts = itemCounts(data);
  const result = (item: ItemSpec, standardErrors: readonly number[], n: number): CalibratedItemResult => ({
    item,
    model,
    standardErrors: [NaN, ...standardErrors],
    responses: counts[n]?.responses ?? 0,
    categoryCounts: Array.from(counts[n]?.counts ?? []),
  });
  if (estimator === 'jml') {
    const fit = calibrateJointly(data, { ...common, correction: 'length' });
    const items = fit.items.map(({ item, standardErrors }, n) => result(item, standardErrors, n));
    return {
      items,
      groups: groupsBehind(
        data,
        items.map(({ item }) => item),
        group,
      ),
      logLikelihood: fit.logLikelihood,
      logPrior: 0,
      cycles: fit.cycles,
      converged: fit.converged,
      largestChange: fit.largestChange,
      largestGradient: NaN,
      flags: [],
      freeParameters: NaN,
    };
  }
  const fit = calibrateConditional(data, { ...common, ...(onCycle === undefined ? {} : { onCycle }) });
  const items = fit.items.map(({ item, standardErrors }, n) => result(item, standardErrors, n));
  return {
    items,
    groups: groupsBehind(
      data,
      items.map(({ item }) => item),
      group,
    ),
    logLikelihood: fit.logLikelihood,
    logPrior: 0,
    cycles: fit.cycles,
    converged: fit.converged,
    largestChange: fit.largestChange,
    largestGradient: NaN,
    flags: [],
    freeParameters: fit.freeParameters,
    ...andersenOf(data, common),
  };
}

/** Absent where the halves cannot be estimated. */
function andersenOf(data: ResponseMatrix, options: Parameters<typeof andersenTest>[1]): Pick<Estimation, 'andersen'> {
  try {
    const { statistic, degreesOfFreedom } = andersenTest(data, options);
    return { andersen: { statistic, degreesOfFreedom, p: chiSquareTail(statistic, degreesOfFreedom) } };
  } catch (error) {
    if (error instanceof IrtError) return {};
    throw error;
  }
}

function byMethodA(
  data: ResponseMatrix,
  {
    models,
    ids = [],
    fixed = new Map(),
    priors,
    group,
    covariates,
    biasCorrection,
  }: Omit<EstimateOptions, 'estimator' | 'online'>,
): Estimation {
  for (const [option, given] of [
    ['--covariates', covariates !== undefined],
    ['--bias-correction', biasCorrection === true],
  ] as const)
    if (given)
      throw new ResponseFileError('not-together', `${option} has no place in method-a`, { option, online: 'method-a' });
  const known = Uint32Array.from([...fixed.keys()].sort((a, b) => a - b));
  const operational = keepItems(data, known);
  // Only those who answered a fixed item have an ability beforehand.
  const persons = Uint32Array.from({ length: data.persons }, (_, n) => n).filter(
    (n) => (operational.rowStart[n] ?? 0) < (operational.rowStart[n + 1] ?? 0),
  );
  const specs = Array.from(known, (item) => fixed.get(item)).filter((spec) => spec !== undefined);
  const bank = createItemParameters(specs);
  const taken = keepPersons(operational, persons);
  const { theta } = estimateAbilities(bank, taken, { method: 'wle', bound: 5 });
  const answers = Array.from({ length: data.items }, (): { theta: number[]; category: number[] } => ({
    theta: [],
    category: [],
  }));
  persons.forEach((person, n) => {
    for (let at = data.rowStart[person] ?? 0; at < (data.rowStart[person + 1] ?? 0); at += 1) {
      const own = answers[data.item[at] ?? 0];
      own?.theta.push(theta[n] ?? 0);
      own?.category.push(data.category[at] ?? 0);
    }
  });
  const counts = itemCounts(data);
  let converged = true;
  const items = models.map((model, n): CalibratedItemResult => {
    const shared = { responses: counts[n]?.responses ?? 0, categoryCounts: Array.from(counts[n]?.counts ?? []) };
    const spec = fixed.get(n);
    if (spec !== undefined) return { item: spec, model: 'fixed', standardErrors: [], ...shared };
    if (model === 'rsm')
      throw new ResponseFileError(
        'not-together',
        'the thresholds of rsm belong to several items: method-a takes them one by one, use pcm',
        { model },
      );
    const own = answers[n] ?? { theta: [], category: [] };
    const found = calibrateAtAbilities(own.theta, own.category, {
      model,
      id: ids[n] ?? `item ${n}`,
      ...(priors === undefined ? {} : { priors }),
    });
    converged &&= found.converged;
    return { item: found.item, model, standardErrors: found.standardErrors, ...shared };
  });
  const groups = groupsBehind(
    taken,
    specs,
    group === undefined ? undefined : Array.from(persons, (person) => group[person] ?? 0),
  );
  return {
    items,
    groups,
    logLikelihood: NaN,
    logPrior: 0,
    cycles: 1,
    converged,
    largestChange: 0,
    largestGradient: NaN,
    flags: [],
    freeParameters: items.reduce((sum, { standardErrors }) => sum + standardErrors.filter(Number.isFinite).length, 0),
  };
}
