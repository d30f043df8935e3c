/** New parameters for a release's items from responses: estimated, brought onto the release's scale, and looked at one by one. Pure. */
import { createItemParameters, type ItemSpec, normalGrid } from 'itemresponsetheory';
import { calibrateItems, type ResponseMatrix, responseMatrix } from 'itemresponsetheory/calibration';
import { curveDeviations, estimateAbilities, meanSquareFit } from 'itemresponsetheory/fit';
import { linkRobustly } from 'itemresponsetheory/linking';
import { z } from 'zod';
import type { ItemParameterRow, Recalibration } from './release.ts';

export const Reason = z.enum(['not-in-bank', 'no-variance', 'no-standard-error', 'no-discrimination', 'gross-misfit', 'few', 'imprecise', 'misfit', 'slope', 'extreme', 'moved']);
export type Reason = z.infer<typeof Reason>;
export const Light = z.enum(['keep', 'look', 'drop']);
export type Light = z.infer<typeof Light>;

export const RecalibratedItem = z.strictObject({
  id: z.string(),
  /** Of the base; absent for an item that has none. */
  old: z.strictObject({ slope: z.number(), difficulty: z.number(), origin: z.enum(['expert-guess', 'calibrated']) }).optional(),
  /** Absent where nothing could be estimated. */
  estimate: z.strictObject({ slope: z.number(), slopeStandardError: z.number().optional(), difficulty: z.number(), difficultyStandardError: z.number().optional() }).optional(),
  responses: z.int(), right: z.int(),
  fit: z.strictObject({ infit: z.number(), outfit: z.number(), rmsd: z.number() }).optional(),
  light: Light, reasons: z.array(Reason),
  /** Kept its parameters and carried the scale: nothing of it is new. */
  isFixed: z.literal(true).optional(),
});
export type RecalibratedItem = z.infer<typeof RecalibratedItem>;
export const Outcome = z.strictObject({
  persons: z.int(), converged: z.boolean(), cycles: z.int(), logLikelihood: z.number(), largestChange: z.number(),
  /** θ(release) = slope·θ(new) + shift; 1 and 0 without anchors. */
  link: z.strictObject({ items: z.int(), slope: z.number(), shift: z.number() }).optional(),
  items: z.array(RecalibratedItem),
});
export type Outcome = z.infer<typeof Outcome>;

/** Stable codes: nothing that could be calibrated, or no anchors to link by. */
export class NotCalibrated extends Error {
  constructor(readonly code: 'too-few-items' | 'too-few-persons' | 'too-few-anchors' | 'nothing-new', why: string) { super(why); this.name = 'NotCalibrated'; }
}

export interface Responses { readonly items: readonly string[]; readonly rows: readonly (readonly (number | null)[])[] }
export interface Request {
  readonly model: Recalibration['model'];
  /** linked: all is estimated and brought onto the old scale; fixed: items that have parameters keep them, and carry the new ones. */
  readonly anchors: Recalibration['anchors'];
  /** The base's rows, and every item that may get one. */
  readonly parameters: readonly ItemParameterRow[];
  readonly known: readonly string[];
  /** Items on trial: their parameters, if they have any, are guesses that carry no scale. */
  readonly pretest?: readonly string[];
  readonly onCycle?: (cycle: number, logLikelihood: number, largestChange: number) => void;
}

interface Counted { readonly id: string; readonly column: number; readonly responses: number; readonly right: number }

function count({ items, rows }: Responses): Counted[] {
  const [responses, right] = [new Uint32Array(items.length), new Uint32Array(items.length)];
  for (const row of rows) row.forEach((cell, n) => { if (cell !== null) { responses[n] = (responses[n] ?? 0) + 1; right[n] = (right[n] ?? 0) + cell; } });
  return items.map((id, column) => ({ id, column, responses: responses[column] ?? 0, right: right[column] ?? 0 }));
}

interface Estimate { readonly slope: number; readonly slopeStandardError?: number; readonly difficulty: number; readonly difficultyStandardError?: number }
interface Link { readonly items: number; readonly slope: number; readonly shift: number }

const logistic = (id: string, { slope, difficulty }: Pick<Estimate, 'slope' | 'difficulty'>): LogisticSpec => ({ model: 'logistic', id, slope, difficulty });
type LogisticSpec = Extract<ItemSpec, { readonly model: 'logistic' }>;
const fewestAnchors = 3;

/** Mean/sigma, under Rasch the mean alone; anchors that moved away do not link (robust z), at least half of them do. */
function linkOf(anchors: readonly { readonly from: LogisticSpec; readonly to: LogisticSpec }[], model: Recalibration['model']): Link {
  if (anchors.length < fewestAnchors) throw new NotCalibrated('too-few-anchors', `${anchors.length} items have old parameters and responses: linking needs ${fewestAnchors}`);
  if (model !== 'rasch' && new Set(anchors.map(({ from }) => from.difficulty)).size < 2) throw new NotCalibrated('too-few-anchors', 'the anchors all have the same difficulty');
  const { link, kept } = linkRobustly(anchors, { method: 'mean-sigma', fixedUnit: model === 'rasch' }, { least: Math.max(fewestAnchors, Math.ceil(anchors.length / 2)) });
  return { items: kept.length, slope: link.a, shift: link.b };
}

const linked = ({ slope, slopeStandardError, difficulty, difficultyStandardError }: Estimate, { slope: unit, shift }: Link): Estimate => ({
  slope: slope / unit, difficulty: unit * difficulty + shift,
  ...(slopeStandardError === undefined ? {} : { slopeStandardError: slopeStandardError / unit }), ...(difficultyStandardError === undefined ? {} : { difficultyStandardError: unit * difficultyStandardError }),
});

const finite = (name: 'slopeStandardError' | 'difficultyStandardError', value: number | undefined): { [K in typeof name]?: number } => (value === undefined || !Number.isFinite(value) ? {} : { [name]: value });

/** Infit and outfit at the persons' WLE, RMSD over their posteriors. On the scale of the estimates. */
function fitOf(items: readonly Counted[], estimates: readonly Estimate[], data: ResponseMatrix, { mean, variance }: { readonly mean: number; readonly variance: number }): RecalibratedItem['fit'][] {
  // A slope of nought or below has no curve to fit: it is judged by its slope alone.
  const bank = createItemParameters(items.map(({ id }, n) => ({ model: 'logistic', id, slope: Math.max(1e-3, estimates[n]?.slope ?? 1), difficulty: estimates[n]?.difficulty ?? 0 })));
  const { theta } = estimateAbilities(bank, data, { method: 'wle' });
  const squares = meanSquareFit(bank, data, theta).items;
  const curves = curveDeviations(bank, data, { grid: normalGrid({ mean, sd: Math.sqrt(variance), lower: Math.min(-6, mean - 6 * Math.sqrt(variance)), upper: Math.max(6, mean + 6 * Math.sqrt(variance)) }) });
  return items.map((_, n) => {
    const fit = { infit: squares[n]?.infit ?? NaN, outfit: squares[n]?.outfit ?? NaN, rmsd: curves[n]?.rmsd ?? NaN };
    return Object.values(fit).every(Number.isFinite) ? fit : undefined;
  });
}

/** Bounds by custom, not by law: a person decides. Responses and standard error: Linacre (1994); mean squares: Wright & Linacre (1994); RMSD: PISA 2018. */
const bounds = { responses: 100, standardError: 0.3, infit: [0.7, 1.3], outfit: [0.5, 1.5], grossOutfit: 2, rmsd: 0.1, grossRmsd: 0.2, slope: [0.5, 3], leastSlope: 0.2, difficulty: 4, moved: 0.5 } as const;
const outside = (value: number, [low, high]: readonly [number, number]): boolean => value < low || value > high;

/** Reasons to drop an item's new parameters first, then reasons to look at them. */
export function appraise({ estimate, old, responses, fit }: Pick<RecalibratedItem, 'estimate' | 'old' | 'responses' | 'fit'>): { readonly light: Light; readonly reasons: readonly Reason[] } {
  if (estimate === undefined) return { light: 'drop', reasons: ['no-variance'] };
  if (fit === undefined) return { light: 'drop', reasons: ['gross-misfit'] };
  const { slope, difficulty, difficultyStandardError: error } = estimate;
  const drop: Reason[] = [];
  if (error === undefined) drop.push('no-standard-error');
  if (slope <= bounds.leastSlope) drop.push('no-discrimination');
  if (fit.outfit > bounds.grossOutfit || fit.rmsd > bounds.grossRmsd) drop.push('gross-misfit');
  if (drop.length > 0) return { light: 'drop', reasons: drop };
  const look: Reason[] = [];
  if (responses < bounds.responses) look.push('few');
  if ((error ?? 0) > bounds.standardError) look.push('imprecise');
  if (outside(fit.infit, bounds.infit) || outside(fit.outfit, bounds.outfit) || fit.rmsd > bounds.rmsd) look.push('misfit');
  if (outside(slope, bounds.slope)) look.push('slope');
  if (Math.abs(difficulty) > bounds.difficulty) look.push('extreme');
  if (old?.origin === 'calibrated' && Math.abs(difficulty - old.difficulty) > Math.max(bounds.moved, 2 * (error ?? 0))) look.push('moved');
  return { light: look.length > 0 ? 'look' : 'keep', reasons: look };
}

/** Items that keep their parameters, by their place among the usable. */
function fixedOf(rows: readonly (ItemParameterRow | undefined)[]): Map<number, ItemSpec> {
  const fixed = new Map(rows.flatMap((row, n) => (row === undefined ? [] : [[n, logistic(row.id, row)] as const])));
  if (fixed.size < fewestAnchors) throw new NotCalibrated('too-few-anchors', `${fixed.size} items have old parameters and responses: fixing a scale needs ${fewestAnchors}`);
  if (fixed.size === rows.length) throw new NotCalibrated('nothing-new', 'every item with responses has parameters already: nothing is left to estimate with those kept');
  return fixed;
}

/** Throws NotCalibrated, and IrtError for what the engine refuses. Items all right or all wrong are left out and reported. */
export function recalibrate(responses: Responses, { model, anchors, parameters, known, pretest = [], onCycle }: Request): Outcome {
  const inBank = new Set(known);
  const counted = count(responses);
  const usable = counted.filter((item) => inBank.has(item.id) && item.right > 0 && item.right < item.responses);
  if (usable.length < 2) throw new NotCalibrated('too-few-items', `${usable.length} items of the bank have right and wrong answers: 2 are needed`);
  const rows = responses.rows.map((row) => usable.map(({ column }) => row[column] ?? null)).filter((row) => row.some((cell) => cell !== null));
  if (rows.length < 10) throw new NotCalibrated('too-few-persons', `${rows.length} persons answered: 10 are needed`);
  const data = responseMatrix(rows);
  const old = new Map(parameters.map((row) => [row.id, row]));
  const fixed = anchors === 'fixed' ? fixedOf(usable.map(({ id }) => (pretest.includes(id) ? undefined : old.get(id)))) : new Map<number, ItemSpec>();
  const fit = calibrateItems(data, { models: model, tolerance: 1e-7, ...(fixed.size === 0 ? {} : { fixed }), ...(onCycle === undefined ? {} : { onCycle }) });
  const own = fit.items.map(({ item, standardErrors: [slopeError, difficultyError] }, n): Estimate => {
    const { slope = 1, difficulty } = item.model === 'logistic' ? item : logistic(item.id, { slope: 1, difficulty: NaN });
    // What was given has no error of this calibration's.
    return { slope, difficulty, ...(fixed.has(n) ? { difficultyStandardError: 0 } : { ...finite('slopeStandardError', slopeError), ...finite('difficultyStandardError', difficultyError) }) };
  });
  const [population = { mean: 0, variance: 1 }] = fit.groups;
  const fits = fitOf(usable, own, data, population);
  const link = anchors !== 'linked' ? undefined : linkOf(usable.flatMap(({ id, responses: given }, n) => {
    const [estimate, before, itemFit] = [own[n], old.get(id), fits[n]];
    // An item that is to be dropped would pull the whole scale with it.
    if (estimate === undefined || before === undefined || itemFit === undefined || appraise({ estimate, responses: given, fit: itemFit }).light === 'drop') return [];
    return [{ from: logistic(id, estimate), to: logistic(id, before) }];
  }), model);
  const place = new Map(usable.map(({ id }, n) => [id, n]));
  const items = counted.map(({ id, responses: given, right }): RecalibratedItem => {
    const [n, before] = [place.get(id) ?? -1, old.get(id)];
    const [estimate, itemFit] = [own[n], fits[n]];
    const facts = {
      id, responses: given, right, ...(before === undefined ? {} : { old: { slope: before.slope, difficulty: before.difficulty, origin: before.origin } }),
      ...(estimate === undefined ? {} : { estimate: link === undefined ? estimate : linked(estimate, link) }), ...(itemFit === undefined ? {} : { fit: itemFit }),
    };
    const { light, reasons } = inBank.has(id) ? appraise(facts) : { light: 'drop' as const, reasons: ['not-in-bank' as const] };
    return { ...facts, light, reasons: [...reasons], ...(fixed.has(n) ? { isFixed: true as const } : {}) };
  });
  const { converged, cycles, logLikelihood, largestChange } = fit;
  return { persons: rows.length, converged, cycles, logLikelihood, largestChange, ...(link === undefined ? {} : { link }), items };
}
