/** The designer's jobs on response data: calibrate, and fit of parameters that are known. Pure; everything the report shows is in the outcome. */
import { type ItemSpec, createItemParameters, log, normalGrid } from 'itemresponsetheory';
import { calibrate } from 'itemresponsetheory/calibration';
import { type Appraisal, type Estimates, appraiseItems } from './appraisal.ts';
import { type AnchorLink, linkAnchors } from './anchor-link.ts';
import type { ParameterFile } from './parameter-file.ts';
import { ResponseFileError } from './read-responses.ts';
import { keepOnly } from './response-rows.ts';
import type { Remark, ResponseData } from './stream-responses.ts';
import { type LeftOut, type Usable, usableOf } from './usable.ts';

/** Models that the estimator knows. */
export type RunModel = 'rasch' | '1pl' | '2pl';
export interface Group { readonly name: string; readonly persons: number; readonly mean: number; readonly sd: number }
export interface Outcome {
  readonly kind: 'calibrate' | 'fit';
  readonly persons: number; readonly items: number; readonly responses: number;
  readonly parameters: readonly ItemSpec[];
  /** Ability in the population that the parameters are on the scale of. */
  readonly population: { readonly mean: number; readonly sd: number };
  readonly appraisal: Appraisal;
  /** Names of the persons that the abilities are of. */
  readonly takers: readonly string[];
  readonly leftOut: readonly LeftOut[]; readonly remarks: readonly Remark[];
  readonly groups?: readonly Group[];
  readonly calibration?: {
    readonly model: RunModel; readonly estimates: readonly Estimates[]; readonly converged: boolean; readonly cycles: number; readonly largestChange: number;
    readonly logLikelihood: number; readonly freeParameters: number; readonly aic: number; readonly bic: number; readonly link?: AnchorLink;
  };
}

/** Means and SDs of the WLEs of each group: a description; one population was assumed. */
function groupsOf(names: readonly string[], persons: Uint32Array, theta: Float64Array): Group[] {
  const groups = new Map<string, number[]>();
  persons.forEach((person, n) => {
    const name = names[person] ?? '';
    const list = groups.get(name) ?? [];
    groups.set(name, list);
    list.push(theta[n] ?? NaN);
  });
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, list]) => {
    const mean = list.reduce((sum, value) => sum + value, 0) / list.length;
    return { name, persons: list.length, mean, sd: Math.sqrt(list.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, list.length - 1)) };
  });
}

const takersOf = (data: ResponseData, { persons }: Usable): string[] => Array.from(persons, (person) => data.persons[person] ?? '');
const within = (data: ResponseData, usable: Usable, appraisal: Appraisal): Pick<Outcome, 'groups'> => (data.groups === undefined ? {} : { groups: groupsOf(data.groups, usable.persons, appraisal.abilities.theta) });

export interface CalibrateOptions {
  readonly model: RunModel; readonly tolerance?: number; readonly maximumCycles?: number; readonly equivalentGroups?: boolean;
  readonly anchors?: readonly ItemSpec[];
  readonly onCycle?: (cycle: number, logLikelihood: number, largestChange: number) => void;
}

/** An item whose category is not 0 or 1 is refused by name. */
function requireDichotomous(usable: Usable, names: readonly string[], model: RunModel): void {
  const at = usable.data.category.findIndex((category) => category > 1);
  if (at >= 0) throw new ResponseFileError('unknown-category', `item ${names[usable.items[usable.data.item[at] ?? 0] ?? 0]} has category ${usable.data.category[at]}: ${model} is a model of right (1) and wrong (0)`);
}

function linkTo(anchors: readonly ItemSpec[], names: readonly string[], estimates: readonly Estimates[], fixedUnit: boolean): AnchorLink {
  const known = new Map(anchors.flatMap((spec) => (spec.model === 'logistic' ? [[spec.id, spec.difficulty] as const] : [])));
  return linkAnchors(names.flatMap((item, n) => {
    const [estimate, old] = [estimates[n], known.get(item)];
    return estimate === undefined || old === undefined || estimate.slope <= 0.2 ? [] : [{ item, estimated: estimate.difficulty, known: old }];
  }), { fixedUnit });
}

const onScale = ({ slope, slopeStandardError, difficulty, difficultyStandardError }: Estimates, unit: number, shift: number): Estimates => ({
  slope: slope / unit, difficulty: unit * difficulty + shift,
  ...(slopeStandardError === undefined ? {} : { slopeStandardError: slopeStandardError / unit }), ...(difficultyStandardError === undefined ? {} : { difficultyStandardError: unit * difficultyStandardError }),
});

/** Throws ResponseFileError and IrtError naming what is wrong; that it did not converge is in the outcome. */
export function runCalibration(data: ResponseData, { model, tolerance, maximumCycles, equivalentGroups = false, anchors, onCycle }: CalibrateOptions): Outcome {
  const usable = usableOf(data.matrix, data.items, { equivalentGroups });
  requireDichotomous(usable, data.items, model);
  const freeSlope = model === '2pl';
  const fit = calibrate(usable.data, { model: freeSlope ? '2pl' : 'rasch', ...(tolerance === undefined ? {} : { tolerance }), ...(maximumCycles === undefined ? {} : { maximumCycles }), ...(onCycle === undefined ? {} : { onCycle }) });
  const names = Array.from(usable.items, (item) => data.items[item] ?? '');
  const own = fit.items.map((item): Estimates => ({
    slope: item.slope, difficulty: item.difficulty,
    ...(Number.isFinite(item.slopeStandardError) && item.slopeStandardError !== undefined ? { slopeStandardError: item.slopeStandardError } : {}), ...(Number.isFinite(item.difficultyStandardError) ? { difficultyStandardError: item.difficultyStandardError } : {}),
  }));
  const link = anchors === undefined ? undefined : linkTo(anchors, names, own, !freeSlope);
  const [unit, shift] = [link?.slope ?? 1, link?.shift ?? 0];
  const estimates = own.map((estimate) => onScale(estimate, unit, shift));
  const population = { mean: shift, sd: unit * Math.sqrt(fit.variance) };
  // A slope of nought or below has no curve: drawn flat, judged by its slope alone.
  const parameters = names.map((id, n): ItemSpec => ({ model: 'logistic', id, slope: Math.max(1e-3, estimates[n]?.slope ?? 1), difficulty: estimates[n]?.difficulty ?? 0 }));
  const old = new Map((anchors ?? []).flatMap((spec) => (spec.model === 'logistic' ? [[spec.id, { slope: spec.slope ?? 1, difficulty: spec.difficulty, origin: 'calibrated' as const }] as const] : [])));
  const appraisal = appraiseItems({ bank: createItemParameters(parameters), data: usable.data, grid: gridOf(population), estimated: freeSlope ? {} : { slope: false, variance: true }, estimates, old });
  const freeParameters = names.length * (freeSlope ? 2 : 1) + (freeSlope ? 0 : 1);
  const { converged, cycles, largestChange, logLikelihood } = fit;
  return {
    kind: 'calibrate', persons: usable.data.persons, items: names.length, responses: usable.data.item.length, parameters, population, appraisal, takers: takersOf(data, usable), leftOut: usable.leftOut,
    remarks: [...data.remarks, ...usable.remarks], ...within(data, usable, appraisal),
    calibration: { model, estimates, converged, cycles, largestChange, logLikelihood, freeParameters, aic: 2 * freeParameters - 2 * logLikelihood, bic: freeParameters * log(usable.data.persons) - 2 * logLikelihood, ...(link === undefined ? {} : { link }) },
  };
}

/** Six standard deviations and all of the usual scale. */
const gridOf = ({ mean, sd }: Outcome['population']) => normalGrid({ mean, sd, lower: mean - 6 * sd, upper: mean + 6 * sd });

/** Items that have no parameters are left out, and said. */
export function runFit(data: ResponseData, { parameters, population = { mean: 0, sd: 1 } }: ParameterFile): Outcome {
  const known = new Map(parameters.map((spec) => [spec.id, spec]));
  const columns = Uint32Array.from(data.items.flatMap((item, n) => (known.has(item) ? [n] : [])));
  const names = Array.from(columns, (item) => data.items[item] ?? '');
  if (names.length < 2) throw new ResponseFileError('too-few-items', `${names.length} items of the responses have parameters: 2 are needed`);
  const everybody = new Uint32Array(data.matrix.persons).map((_, n) => n);
  const usable = usableOf(keepOnly(data.matrix, everybody, columns), names, { equivalentGroups: true });
  const used = Array.from(usable.items, (item) => names[item] ?? '').flatMap((item) => known.get(item) ?? []);
  const bank = createItemParameters(used);
  const appraisal = appraiseItems({ bank, data: usable.data, grid: gridOf(population), estimated: { fixed: used.map((_, n) => n) } });
  const unknown = data.items.length - names.length;
  return {
    kind: 'fit', persons: usable.data.persons, items: bank.size, responses: usable.data.item.length, parameters: used, population, appraisal, takers: takersOf(data, usable), leftOut: usable.leftOut,
    remarks: [...data.remarks, ...(unknown > 0 ? [{ code: 'without-parameters', count: unknown, names: data.items.filter((item) => !known.has(item)).slice(0, 20) }] : []), ...usable.remarks.filter(({ code }) => code !== 'equivalent-groups')],
    ...within(data, usable, appraisal),
  };
}
