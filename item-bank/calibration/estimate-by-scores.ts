/**
 * Conditional and joint maximum likelihood: no population takes part, so anchors, priors, several models and adaptive
 * answers do not go with them. Pure.
 */
import { IrtError, chiSquareTail } from 'itemresponsetheory';
import {
  type CalibratedItemResult,
  type ConditionalCalibration,
  type ItemModelName,
  type JointCalibration,
  type RaschModel,
  type ResponseMatrix,
  andersenTest,
  calibrateConditional,
  calibrateJointly,
} from 'itemresponsetheory/calibration';
import { itemCounts } from 'itemresponsetheory/fit';
import { defined } from '../../storage/document/defined.ts';
import type { Estimation, WayOptions } from './estimation.ts';
import { groupsBehind } from './groups-behind.ts';
import { ResponseFileError } from './response-file-error.ts';

const isRaschModel = (model: ItemModelName): model is RaschModel =>
  model === 'rasch' || model === 'pcm' || model === 'rsm';

/** The one model of all items. Throws ResponseFileError for what assumes a population. */
function requireNoPopulation(estimator: 'cml' | 'jml', options: WayOptions): RaschModel {
  const { models, fixed, priors, covariates, density, biasCorrection } = options;
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
  return model;
}

/** The slope is not estimated: its error is not a number. */
function resultsOf(
  data: ResponseMatrix,
  model: RaschModel,
  { items }: Pick<ConditionalCalibration | JointCalibration, 'items'>,
): CalibratedItemResult[] {
  const counts = itemCounts(data);
  return items.map(({ item, standardErrors }, n) => ({
    item,
    model,
    standardErrors: [NaN, ...standardErrors],
    responses: counts[n]?.responses ?? 0,
    categoryCounts: Array.from(counts[n]?.counts ?? []),
  }));
}

export function estimateByScores(data: ResponseMatrix, estimator: 'cml' | 'jml', options: WayOptions): Estimation {
  const model = requireNoPopulation(estimator, options);
  const { ids, group, tolerance, maximumCycles, onCycle } = options;
  const common = {
    design: data.item.length === data.persons * data.items ? 'linear' : 'booklets',
    model,
    ...defined({ ids, tolerance, maximumCycles }),
  } as const;
  const fit =
    estimator === 'jml'
      ? { ...calibrateJointly(data, { ...common, correction: 'length' }), freeParameters: NaN }
      : calibrateConditional(data, { ...common, ...defined({ onCycle }) });
  const items = resultsOf(data, model, fit);
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
    ...(estimator === 'cml' ? andersenOf(data, common) : {}),
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
