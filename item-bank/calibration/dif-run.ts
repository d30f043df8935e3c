/** Does every item work the same way in a focal group and in the others of equal ability? By score for complete forms of right/wrong items, else by ability. Pure. */
import { createItemParameters } from 'itemresponsetheory';
import { type CalibrationTeam, type ItemModelName, type ResponseMatrix, calibrateItems } from 'itemresponsetheory/calibration';
import { type GroupDeviation, type MantelHaenszel, type WaldDif, logisticDif, mantelDif, mantelHaenszel, mantelHaenszelIn, ordinalDif, rmsdDif, sibtest, standardised, strataByAbility, twoGroups, waldDif } from 'itemresponsetheory/dif';
import { estimateAbilities } from 'itemresponsetheory/fit';
import type { Light } from './judge.ts';
import { ResponseFileError } from './response-file-error.ts';
import type { Remark, ResponseData } from './stream-responses.ts';
import { closeCategories, type LeftOut, usableOf } from './usable.ts';

export interface DifItem {
  readonly item: string; readonly light: Light;
  /** Right/wrong items. Mantel–Haenszel, by score with purified matching; Δ below 0: harder for the focal group. Absent where it could not be computed. */
  readonly mantelHaenszel?: { readonly delta: number; readonly standardError: number; readonly statistic: number; readonly p: number; readonly etsClass: 'A' | 'B' | 'C' };
  /** Items with more scores: Mantel's χ² and the standardised mean difference. */
  readonly mantel?: { readonly effect: number; readonly statistic: number; readonly p: number; readonly etsClass: 'AA' | 'BB' | 'CC' };
  /** Focal minus reference: share right or mean score, at equal match. */
  readonly difference?: number;
  readonly logistic?: { readonly statistic: number; readonly p: number; readonly deltaR2: number; readonly jodoinGierl: 'A' | 'B' | 'C' };
  /** Complete forms: reference minus focal. */
  readonly sibtest?: { readonly beta: number; readonly standardError: number; readonly p: number };
  /** With a model: the item's own parameters in each group, and how far the groups' curves lie from the common one. */
  readonly wald?: { readonly statistic: number; readonly degreesOfFreedom: number; readonly p: number };
  readonly rmsd?: { readonly reference: number; readonly focal: number };
}
export interface DifOutcome { readonly focal: string; readonly reference: readonly string[]; readonly matchedOn: 'score' | 'ability'; readonly persons: { readonly focal: number; readonly reference: number }; readonly items: readonly DifItem[]; readonly leftOut: readonly LeftOut[]; readonly remarks: readonly Remark[] }
export interface DifOptions { /** Also tests by a model: 'auto' is 2pl for right and wrong, gpcm for more scores. */ readonly model?: ItemModelName | 'auto'; readonly match?: 'score' | 'ability'; readonly team?: CalibrationTeam }

/** ETS classes: negligible, moderate, large. */
const lights: Readonly<Record<'A' | 'B' | 'C', Light>> = { A: 'keep', B: 'look', C: 'drop' };
const order: Readonly<Record<Light, number>> = { keep: 0, look: 1, drop: 2 };
const worst = (found: readonly Light[]): Light => found.reduce((a, b) => (order[b] > order[a] ? b : a), 'keep');

type Observed = Pick<DifItem, 'mantelHaenszel' | 'mantel' | 'difference' | 'logistic' | 'sibtest'>;
const mhOf = (one: MantelHaenszel): Pick<DifItem, 'mantelHaenszel'> => ({ mantelHaenszel: { delta: one.delta, standardError: 2.35 * Math.sqrt(one.varianceLogAlpha), statistic: one.statistic, p: one.p, etsClass: one.etsClass } });

function byScore(data: ResponseMatrix, isFocal: readonly boolean[]): Observed[] {
  const two = twoGroups(data, isFocal);
  const [mh, shares, logistic, sib] = [mantelHaenszel(two, { purify: true }), standardised(two), logisticDif(two, { purify: true }), sibtest(two, { purify: true })];
  return Array.from({ length: data.items }, (_, n): Observed => {
    const [one, share, regression, bias] = [mh[n], shares[n], logistic[n], sib[n]];
    return {
      ...(one === undefined ? {} : mhOf(one)), ...(share === undefined ? {} : { difference: share.difference }),
      ...(regression === undefined ? {} : { logistic: { statistic: regression.statistic, p: regression.p, deltaR2: regression.deltaR2, jodoinGierl: regression.jodoinGierl } }),
      ...(bias === undefined || !Number.isFinite(bias.p) ? {} : { sibtest: { beta: bias.beta, standardError: bias.standardError, p: bias.p } }),
    };
  });
}

/** Everybody is matched on Warm's estimate from a calibration of all items as one set, the groups' abilities free. */
function byAbility(data: ResponseMatrix, isFocal: readonly boolean[], models: readonly ItemModelName[], team: CalibrationTeam | undefined): Observed[] {
  const fit = calibrateItems(data, { models, group: isFocal.map(Number), tolerance: 1e-4, standardErrors: 'none', ...(team === undefined ? {} : { team }) });
  const { theta } = estimateAbilities(createItemParameters(fit.items.map(({ item }) => item)), data, { method: 'wle' });
  const rows: { category: number[]; match: number[]; isFocal: number[] }[] = Array.from({ length: data.items }, () => ({ category: [], match: [], isFocal: [] }));
  for (let person = 0; person < data.persons; person += 1) for (let n = data.rowStart[person] ?? 0; n < (data.rowStart[person + 1] ?? 0); n += 1) {
    const row = rows[data.item[n] ?? 0];
    row?.category.push(data.category[n] ?? 0); row?.match.push(theta[person] ?? 0); row?.isFocal.push(isFocal[person] === true ? 1 : 0);
  }
  return rows.map((row): Observed => {
    if (!row.isFocal.includes(1) || !row.isFocal.includes(0)) return {};
    const [mantel, regression] = [mantelDif(row), ordinalDif(row)];
    const logistic = { statistic: regression.statistic, p: regression.p, deltaR2: regression.deltaR2, jodoinGierl: regression.jodoinGierl };
    if (Math.max(...row.category) > 1) return { mantel: { effect: mantel.effect, statistic: mantel.statistic, p: mantel.p, etsClass: mantel.etsClass }, difference: mantel.difference, logistic };
    return { ...mhOf(mantelHaenszelIn(strataByAbility(row.match, row.isFocal, row.category))), difference: mantel.difference, logistic };
  });
}

const observedLight = ({ mantelHaenszel: mh, mantel }: Observed): Light => (mantel !== undefined ? (mantel.etsClass === 'AA' ? 'keep' : mantel.etsClass === 'BB' ? 'look' : 'drop') : lights[mh?.etsClass ?? 'B']);
/** Bounds of the international surveys: .1 is looked at, above .15 a group has a curve of its own. */
const modelLight = (wald: WaldDif | undefined, rmsd: number): Light => (rmsd > 0.15 ? 'drop' : rmsd > 0.1 || (wald !== undefined && wald.p < 0.001) ? 'look' : 'keep');

function isComplete({ persons, items, item, category }: ResponseMatrix): boolean { return item.length === persons * items && category.every((k) => k < 2); }

/** Throws ResponseFileError for an unknown group, IrtError for data that cannot be calibrated. */
export function runDif(data: ResponseData, focal: string, { model, match, team }: DifOptions = {}): DifOutcome {
  const groups = data.groups ?? [];
  const names = [...new Set(groups)].sort();
  if (!names.includes(focal)) throw new ResponseFileError('unknown-group', `no group is called "${focal}"; there are ${names.join(', ')}`);
  const usable = usableOf(data.matrix, data.items);
  const items = Array.from(usable.items, (column) => data.items[column] ?? '');
  const closed = closeCategories(usable.data, items, new Set());
  const isFocal = Array.from(usable.persons, (person) => groups[person] === focal);
  const matchedOn = match ?? (isComplete(closed.data) ? 'score' : 'ability');
  const highest = new Uint8Array(items.length);
  closed.data.item.forEach((item, n) => { highest[item] = Math.max(highest[item] ?? 0, closed.data.category[n] ?? 0); });
  const models = Array.from(highest, (most): ItemModelName => (model === undefined || model === 'auto' ? (most > 1 ? 'gpcm' : '2pl') : model));
  const observed = matchedOn === 'score' ? byScore(closed.data, isFocal) : byAbility(closed.data, isFocal, models, team);
  const [wald, rmsd] = model === undefined ? [[], []] : byModel(closed.data, isFocal, models, observed, team);
  const focalPersons = isFocal.filter(Boolean).length;
  return {
    focal, reference: names.filter((name) => name !== focal), matchedOn, persons: { focal: focalPersons, reference: isFocal.length - focalPersons }, leftOut: usable.leftOut, remarks: [...data.remarks, ...usable.remarks, ...closed.remarks],
    items: items.map((item, n): DifItem => {
      const [own, test, deviation] = [observed[n] ?? {}, wald.find((one) => one.item === n), rmsd[n]];
      const [reference, inFocal] = [deviation?.groups[0]?.rmsd, deviation?.groups[1]?.rmsd];
      return {
        item, light: worst([observedLight(own), ...(reference === undefined || inFocal === undefined ? [] : [modelLight(test, Math.max(reference, inFocal))])]), ...own,
        ...(test === undefined || !Number.isFinite(test.p) ? {} : { wald: { statistic: test.statistic, degreesOfFreedom: test.degreesOfFreedom, p: test.p } }),
        ...(reference === undefined || inFocal === undefined ? {} : { rmsd: { reference, focal: inFocal } }),
      };
    }),
  };
}

const fewestAnchors = 3;

/** Anchors are the items that the observed answers do not speak against; they carry the scale and are tested by RMSD alone. */
function byModel(data: ResponseMatrix, isFocal: readonly boolean[], models: readonly ItemModelName[], observed: readonly Observed[], team: CalibrationTeam | undefined): readonly [WaldDif[], GroupDeviation[]] {
  const group = isFocal.map(Number);
  const own = team === undefined ? {} : { team };
  const anchors = observed.flatMap((one, n) => (observedLight(one) === 'keep' && (one.logistic?.p ?? 1) > 0.05 ? [n] : []));
  const tested = observed.flatMap((_, n) => (anchors.includes(n) ? [] : [n]));
  const rmsd = rmsdDif(data, group, { models, ...own });
  return [anchors.length < fewestAnchors || tested.length === 0 ? [] : waldDif(data, group, { models, anchors, ...own }), rmsd];
}
