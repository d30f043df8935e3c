/** A calibration: from responses to item parameters on one scale, each judged. Pure. */
import { type ItemSpec, createItemParameters, log, transformItem } from 'itemresponsetheory';
import type { CalibrationTeam, ItemModelName, Priors, ResponseMatrix } from 'itemresponsetheory/calibration';
import { defined } from '../../storage/document/defined.ts';
import type { AnchorLink } from './anchor-link.ts';
import { type Anchors, anchorsIn, linkTo, oldParameters } from './anchors.ts';
import { type Appraisal, appraiseItems } from './appraisal.ts';
import { type Covariates, covariatesOf, marginOf } from './covariates.ts';
import { distractorsOf } from './distractors.ts';
import { estimate } from './estimate.ts';
import type { Estimation, Estimator, OnlineMethod } from './estimation.ts';
import { commonModel, hasUnitSlope, modelsOf, priorsFor } from './models.ts';
import {
  type Scale,
  covarianceOn,
  drawable,
  estimateOf,
  estimateOn,
  groupsOn,
  ownScale,
  populationOn,
  regressionOn,
  standardErrorsOn,
} from './on-scale.ts';
import type { AbilityDistribution } from './ability-distribution.ts';
import type { AnchorMethod, CalibrationOutcome, CalibrationRecord } from './outcome.ts';
import { populationGrid } from './population-grid.ts';
import { ResponseFileError } from './response-file-error.ts';
import type { Remark, ResponseData } from './stream-responses.ts';
import { type Usable, closeCategories, takersOf, usableOf } from './usable.ts';

export interface CalibrateOptions {
  /** 'auto': 2pl for right and wrong, gpcm for more scores. */
  readonly model: ItemModelName | 'auto';
  /** Items with another model than that. */
  readonly models?: ReadonlyMap<string, ItemModelName>;
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
  /** Default: those of guessing where an item is a 3PL, else none. */
  readonly priors?: Priors | 'none';
  readonly anchors?: readonly ItemSpec[];
  readonly anchorMethod?: AnchorMethod;
  /** Anchors whose parameters nobody measured: that an item is elsewhere does not say that it moved. */
  readonly guesses?: ReadonlySet<string>;
  readonly onCycle?: (cycle: number, logLikelihood: number, largestChange: number) => void;
}

/** What the estimation is given: the usable data, and what is known of items and persons beforehand. */
interface Prepared {
  readonly usable: Usable;
  readonly data: ResponseMatrix;
  readonly names: readonly string[];
  readonly anchors: Anchors;
  readonly models: readonly ItemModelName[];
  readonly priors: Priors | undefined;
  readonly groups: GroupNumbers | undefined;
  readonly covariates: Covariates | undefined;
  readonly remarks: readonly Remark[];
}

/** The persons' groups as numbers in the order of their names; the first is the reference. */
interface GroupNumbers {
  readonly names: readonly string[];
  readonly of: Uint32Array;
}
function groupNumbers(names: readonly string[] | undefined, { persons }: Usable): GroupNumbers | undefined {
  if (names === undefined) return undefined;
  const of = Array.from(persons, (person) => names[person] ?? '');
  const sorted = [...new Set(of)].sort();
  const place = new Map(sorted.map((name, n) => [name, n]));
  return { names: sorted, of: Uint32Array.from(of, (name) => place.get(name) ?? 0) };
}

function prepare(data: ResponseData, options: CalibrateOptions): Prepared {
  const usable = usableOf(data.matrix, data.items, { equivalentGroups: options.equivalentGroups === true });
  const names = Array.from(usable.items, (item) => data.items[item] ?? '');
  const anchors = anchorsIn(names, options.anchors ?? [], options.anchorMethod ?? 'fixed');
  const fixedNames = new Set(Array.from(anchors.fixed.keys(), (n) => names[n] ?? ''));
  const closed = closeCategories(usable.data, names, fixedNames);
  const models = modelsOf(closed.data, names, options.model, options.models ?? new Map());
  const groups = groupNumbers(data.groups, usable);
  const covariates = covariatesOf(data, usable.persons, anchors.fixed.size > 0);
  if (covariates !== undefined && groups !== undefined)
    throw new ResponseFileError(
      'not-together',
      'groups and covariates both say who the persons are: name the column of groups among the covariates',
      { covariates: covariates.names.join(', ') },
    );
  const guessing = models.filter((one) => one === '3pl').length;
  return {
    usable,
    data: closed.data,
    names,
    anchors,
    models,
    priors: priorsFor(models, options.priors),
    groups,
    covariates,
    remarks: [
      ...data.remarks,
      ...usable.remarks,
      ...closed.remarks,
      ...(options.priors === undefined && guessing > 0 ? [{ code: 'guessing-priors', count: guessing }] : []),
    ],
  };
}

const estimatePrepared = (prepared: Prepared, options: CalibrateOptions): Estimation =>
  estimate(prepared.data, {
    models: prepared.models,
    ids: prepared.names,
    estimator: options.estimator ?? 'mml',
    ...defined({
      online: options.online,
      standardErrors: options.standardErrors,
      biasCorrection: options.biasCorrection === true ? true : undefined,
      covariates: prepared.covariates,
      density: options.density,
      team: options.team,
      group: prepared.groups?.of,
      fixed: prepared.anchors.fixed.size === 0 ? undefined : prepared.anchors.fixed,
      priors: prepared.priors,
      tolerance: options.tolerance,
      maximumCycles: options.maximumCycles,
      onCycle: options.onCycle,
    }),
  });

/** The scale of the anchors, where estimates are to be brought onto it; and ability among all persons on it. */
interface Placed extends Scale {
  readonly link?: AnchorLink;
  readonly population: AbilityDistribution;
}
function place({ anchors, covariates, data, models }: Prepared, fit: Estimation): Placed {
  const groups =
    covariates === undefined || fit.regression === undefined ? fit.groups : [marginOf(covariates, fit.regression)];
  const own = populationOn(groups, ownScale);
  if (anchors.method !== 'linked') return { ...ownScale, population: own };
  const link = linkTo(anchors.known, fit.items, data, own, models.some(hasUnitSlope));
  const scale = { unit: link.slope, shift: link.shift };
  return { ...scale, link, population: populationOn(groups, scale) };
}

function appraise(
  { anchors, data, models }: Prepared,
  parameters: readonly ItemSpec[],
  estimates: CalibrationRecord['estimates'],
  population: AbilityDistribution,
  guesses: ReadonlySet<string>,
): Appraisal {
  return appraiseItems({
    bank: createItemParameters(parameters),
    data,
    grid: populationGrid(population),
    estimated: {
      ...(models.some(hasUnitSlope) ? { slope: models.map((one) => !hasUnitSlope(one)), variance: true } : {}),
      fixed: [...anchors.fixed.keys()],
    },
    estimates,
    old: oldParameters(anchors, guesses),
  });
}

function recordOf(
  { models, anchors, data }: Prepared,
  fit: Estimation,
  scale: Placed,
  { estimator = 'mml', online, biasCorrection }: CalibrateOptions,
): CalibrationRecord {
  const { converged, cycles, largestChange, largestGradient, logLikelihood, logPrior, freeParameters } = fit;
  const model = commonModel(models);
  return {
    estimator,
    ...defined({
      online: anchors.fixed.size === 0 ? undefined : online,
      biasCorrection: biasCorrection === true ? (true as const) : undefined,
    }),
    model,
    ...(model === 'mixed' ? { models } : {}),
    anchors: anchors.method,
    estimates: fit.items.map((item) => estimateOn(estimateOf(item), scale)),
    standardErrors: fit.items.map((item) => standardErrorsOn(item, scale)),
    covariances: fit.items.map((item) => covarianceOn(item, scale)),
    converged,
    cycles,
    largestChange,
    largestGradient,
    logLikelihood,
    logPrior,
    freeParameters,
    aic: 2 * freeParameters - 2 * logLikelihood,
    bic: freeParameters * log(data.persons) - 2 * logLikelihood,
    ...defined({
      link: scale.link,
      andersen: fit.andersen,
      regression: fit.regression === undefined ? undefined : regressionOn(fit.regression, scale),
    }),
  };
}

/** Items whose bias could not be taken off, named. */
function biasRemarks({ names }: Prepared, { flags }: Estimation): Remark[] {
  const kept = flags.filter(({ code }) => code === 'bias-kept').map(({ item }) => names[item] ?? '');
  return kept.length === 0 ? [] : [{ code: 'bias-kept', count: kept.length, names: kept.slice(0, 20) }];
}

/** Throws ResponseFileError and IrtError naming what is wrong; that it did not converge is in the outcome. */
export function runCalibration(data: ResponseData, options: CalibrateOptions): CalibrationOutcome {
  const prepared = prepare(data, options);
  const fit = estimatePrepared(prepared, options);
  const scale = place(prepared, fit);
  const calibration = recordOf(prepared, fit, scale, options);
  const parameters = fit.items.map(({ item }) => transformItem(drawable(item), { a: scale.unit, b: scale.shift }));
  const { usable, names, groups } = prepared;
  return {
    kind: 'calibrate',
    persons: prepared.data.persons,
    items: names.length,
    responses: prepared.data.item.length,
    parameters,
    population: scale.population,
    appraisal: appraise(
      prepared,
      parameters,
      calibration.estimates,
      scale.population,
      options.guesses ?? new Set<string>(),
    ),
    takers: takersOf(data, usable),
    leftOut: usable.leftOut,
    remarks: [...prepared.remarks, ...biasRemarks(prepared, fit)],
    ...defined({
      distractors: distractorsOf(data),
      groups: groups === undefined ? undefined : groupsOn(fit.groups, groups.names, scale),
    }),
    calibration,
  };
}
