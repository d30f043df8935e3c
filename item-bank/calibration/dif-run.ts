/**
 * Does every item work the same way in a focal group and in others of equal ability? By score for complete forms of
 * right/wrong items, else by ability; with a model by its parameters too. Pure.
 */
import { createItemParameters, normalDistribution } from 'itemresponsetheory';
import {
  type CalibrationTeam,
  type ItemModelName,
  type ResponseMatrix,
  calibrateItems,
} from 'itemresponsetheory/calibration';
import {
  type MantelHaenszel,
  breslowDay,
  falseDiscovery,
  likelihoodRatio,
  logisticDif,
  mantelDif,
  mantelHaenszel,
  mantelHaenszelIn,
  ordinalDif,
  purifiedRmsd,
  purifiedWald,
  separateDif,
  shrink,
  sibtest,
  standardised,
  strataByAbility,
  twoGroups,
} from 'itemresponsetheory/dif';
import { estimateAbilities } from 'itemresponsetheory/fit';
import type { Light } from './judge.ts';
import { ResponseFileError } from './response-file-error.ts';
import { keepItems, keepPersons } from './response-rows.ts';
import type { Remark, ResponseData } from './stream-responses.ts';
import { closeCategories, type LeftOut, usableOf } from './usable.ts';

interface Test {
  readonly statistic: number;
  readonly p: number;
  /** For as many tests as the comparison has items (Benjamini & Hochberg). */ readonly pAdjusted: number;
}

export type DifMethod =
  | 'mantel-haenszel'
  | 'mantel'
  | 'logistic'
  | 'sibtest'
  | 'crossing-sibtest'
  | 'breslow-day'
  | 'wald'
  | 'likelihood-ratio'
  | 'rmsd'
  | 'lord'
  | 'raju';

export interface DifItem {
  readonly item: string;
  readonly light: Light;
  /** Methods that point at the item: corrected p below .05; for RMSD above .10. */
  readonly pointedAtBy: readonly DifMethod[];
  /**
   * Right/wrong items. Mantel–Haenszel, by score with purified matching; Δ below 0: harder for the focal group. Absent
   * where it could not be computed.
   */
  readonly mantelHaenszel?: Test & {
    readonly delta: number;
    readonly standardError: number;
    readonly etsClass: 'A' | 'B' | 'C';
  };
  /** With a small group: Δ drawn towards the mean of all items, and the chances of its true class. */
  readonly shrunken?: {
    readonly delta: number;
    readonly standardError: number;
    readonly negligible: number;
    readonly moderate: number;
    readonly large: number;
  };
  /** Items with more scores: Mantel's χ² and the standardised mean difference. */
  readonly mantel?: Test & { readonly effect: number; readonly etsClass: 'AA' | 'BB' | 'CC' };
  /** Focal minus reference: share right or mean score, at equal match. */
  readonly difference?: number;
  readonly logistic?: Test & { readonly deltaR2: number; readonly jodoinGierl: 'A' | 'B' | 'C' };
  /** Complete forms: reference minus focal; crossing: left of the crossing minus right of it. */
  readonly sibtest?: Test & { readonly beta: number; readonly standardError: number };
  readonly crossingSibtest?: Test & { readonly beta: number };
  /** Complete forms: are the odds ratios of all scores one? */
  readonly breslowDay?: Test & { readonly degreesOfFreedom: number };
  /** With a model: the item's own parameters in each group, against the anchors; and whether the item is one itself. */
  readonly wald?: Test & { readonly degreesOfFreedom: number };
  readonly isAnchor?: boolean;
  /**
   * With a model: how far each group's curve lies from the common one; items above .10 do not bend the scale
   * (`isFree`).
   */
  readonly rmsd?: { readonly reference: number; readonly focal: number; readonly isFree: boolean };
  /** Of the items that Wald or RMSD point at; corrected among them. */
  readonly likelihoodRatio?: Test & { readonly degreesOfFreedom: number };
  /**
   * Right/wrong under rasch, 1pl or 2pl: from a calibration of each group, linked by the anchors. Area: focal minus
   * reference, in logits.
   */
  readonly lord?: Test;
  readonly raju?: { readonly area: number; readonly z: number; readonly p: number; readonly pAdjusted: number };
}
export interface DifComparison {
  readonly focal: string;
  readonly reference: readonly string[];
  readonly matchedOn: 'score' | 'ability';
  readonly persons: { readonly focal: number; readonly reference: number };
  /** A group has fewer than 200 persons: Δ is shrunken. */
  readonly isSmall: boolean;
  /** With a model: how the anchors of Wald's test were found. */
  readonly purification?: { readonly anchors: number; readonly rounds: number; readonly isStable: boolean };
  readonly items: readonly DifItem[];
  readonly leftOut: readonly LeftOut[];
  readonly remarks: readonly Remark[];
}
export interface DifOutcome {
  readonly comparisons: readonly DifComparison[];
}
export interface DifOptions {
  /** Compared with this group alone; default all others. */ readonly reference?: string;
  /** Also tests by a model: 'auto' is 2pl for right and wrong, gpcm for more scores. */ readonly model?:
    ItemModelName | 'auto';
  readonly match?: 'score' | 'ability';
  readonly team?: CalibrationTeam;
}

const level = 0.05;
/** Below this in either group Δ is too unsure to read as it is (Zwick, Thayer & Lewis 1999 speak of 200 and fewer). */
const small = 200;

/** ETS classes: negligible, moderate, large. */
const lights: Readonly<Record<'A' | 'B' | 'C', Light>> = { A: 'keep', B: 'look', C: 'drop' };
const order: Readonly<Record<Light, number>> = { keep: 0, look: 1, drop: 2 };
const worst = (found: readonly Light[]): Light => found.reduce((a, b) => (order[b] > order[a] ? b : a), 'keep');

/** Before the correction for many tests. */
type Raw<T> = Omit<T, 'pAdjusted'>;
interface Observed {
  readonly mantelHaenszel?: Raw<NonNullable<DifItem['mantelHaenszel']>>;
  readonly mantel?: Raw<NonNullable<DifItem['mantel']>>;
  readonly difference?: number;
  readonly logistic?: Raw<NonNullable<DifItem['logistic']>>;
  readonly sibtest?: Raw<NonNullable<DifItem['sibtest']>>;
  readonly crossingSibtest?: Raw<NonNullable<DifItem['crossingSibtest']>>;
  readonly breslowDay?: Raw<NonNullable<DifItem['breslowDay']>>;
}
const mhOf = (one: MantelHaenszel): Pick<Observed, 'mantelHaenszel'> =>
  Number.isFinite(one.delta)
    ? {
        mantelHaenszel: {
          delta: one.delta,
          standardError: 2.35 * Math.sqrt(one.varianceLogAlpha),
          statistic: one.statistic,
          p: one.p,
          etsClass: one.etsClass,
        },
      }
    : {};

function byScore(data: ResponseMatrix, isFocal: readonly boolean[]): Observed[] {
  const two = twoGroups(data, isFocal);
  const [mh, shares, logistic] = [
    mantelHaenszel(two, { purify: true }),
    standardised(two),
    logisticDif(two, { purify: true }),
  ];
  const [sib, crossing, days] = [
    sibtest(two, { purify: true }),
    sibtest(two, { purify: true, kind: 'crossing' }),
    breslowDay(two, { purify: true }),
  ];
  return Array.from({ length: data.items }, (_, n): Observed => {
    const [one, share, regression, bias, crossed, day] = [mh[n], shares[n], logistic[n], sib[n], crossing[n], days[n]];
    return {
      ...(one === undefined ? {} : mhOf(one)),
      ...(share === undefined ? {} : { difference: share.difference }),
      ...(regression === undefined
        ? {}
        : {
            logistic: {
              statistic: regression.statistic,
              p: regression.p,
              deltaR2: regression.deltaR2,
              jodoinGierl: regression.jodoinGierl,
            },
          }),
      ...(bias === undefined || !Number.isFinite(bias.p)
        ? {}
        : { sibtest: { statistic: bias.statistic, beta: bias.beta, standardError: bias.standardError, p: bias.p } }),
      ...(crossed === undefined || !Number.isFinite(crossed.statistic)
        ? {}
        : { crossingSibtest: { statistic: crossed.statistic, beta: crossed.beta, p: crossed.p } }),
      ...(day === undefined || !Number.isFinite(day.p)
        ? {}
        : { breslowDay: { statistic: day.statistic, degreesOfFreedom: day.degreesOfFreedom, p: day.p } }),
    };
  });
}

/** Everybody is matched on Warm's estimate from a calibration of all items as one set, the groups' abilities free. */
function byAbility(
  data: ResponseMatrix,
  isFocal: readonly boolean[],
  models: readonly ItemModelName[],
  team: CalibrationTeam | undefined,
): Observed[] {
  const fit = calibrateItems(data, {
    models,
    group: isFocal.map(Number),
    tolerance: 1e-4,
    standardErrors: 'none',
    ...(team === undefined ? {} : { team }),
  });
  const { theta } = estimateAbilities(createItemParameters(fit.items.map(({ item }) => item)), data, { method: 'wle' });
  const rows: { category: number[]; match: number[]; isFocal: number[] }[] = Array.from({ length: data.items }, () => ({
    category: [],
    match: [],
    isFocal: [],
  }));
  for (let person = 0; person < data.persons; person += 1)
    for (let n = data.rowStart[person] ?? 0; n < (data.rowStart[person + 1] ?? 0); n += 1) {
      const row = rows[data.item[n] ?? 0];
      row?.category.push(data.category[n] ?? 0);
      row?.match.push(theta[person] ?? 0);
      row?.isFocal.push(isFocal[person] === true ? 1 : 0);
    }
  return rows.map((row): Observed => {
    if (!row.isFocal.includes(1) || !row.isFocal.includes(0)) return {};
    const [mantel, regression] = [mantelDif(row), ordinalDif(row)];
    const logistic = {
      statistic: regression.statistic,
      p: regression.p,
      deltaR2: regression.deltaR2,
      jodoinGierl: regression.jodoinGierl,
    };
    if (Math.max(...row.category) > 1)
      return {
        mantel: { effect: mantel.effect, statistic: mantel.statistic, p: mantel.p, etsClass: mantel.etsClass },
        difference: mantel.difference,
        logistic,
      };
    return {
      ...mhOf(mantelHaenszelIn(strataByAbility(row.match, row.isFocal, row.category))),
      difference: mantel.difference,
      logistic,
    };
  });
}

const observedLight = ({ mantelHaenszel: mh, mantel }: Observed): Light =>
  mantel !== undefined
    ? mantel.etsClass === 'AA'
      ? 'keep'
      : mantel.etsClass === 'BB'
        ? 'look'
        : 'drop'
    : lights[mh?.etsClass ?? 'B'];

function isComplete({ persons, items, item, category }: ResponseMatrix): boolean {
  return item.length === persons * items && category.every((k) => k < 2);
}

/** p of one method over all items, corrected, put back. */
function corrected<T extends { readonly p: number }>(
  list: readonly (T | undefined)[],
): (undefined | (T & { readonly pAdjusted: number }))[] {
  const adjusted = falseDiscovery(list.map((one) => one?.p ?? NaN));
  return list.map((one, n) => (one === undefined ? undefined : { ...one, pAdjusted: adjusted[n] ?? NaN }));
}

function shrunkenOf(observed: readonly Observed[]): DifItem['shrunken'][] {
  const places = observed.flatMap(({ mantelHaenszel: mh }, n) => (mh === undefined ? [] : [n]));
  const found =
    places.length < 3
      ? []
      : shrink(
          places.map((n) => {
            const mh = observed[n]?.mantelHaenszel;
            return { delta: mh?.delta ?? NaN, varianceLogAlpha: ((mh?.standardError ?? NaN) / 2.35) ** 2 };
          }),
          (z) => normalDistribution(-z),
        );
  return observed.map((_, n) => found[places.indexOf(n)]);
}

/** One group against some others; everybody else is left out. */
function compare(
  all: ResponseData,
  focal: string,
  reference: readonly string[],
  { model, match, team }: DifOptions,
): DifComparison {
  const own = all.groups ?? [];
  const here = Uint32Array.from(
    own.flatMap((name, person) => (name === focal || reference.includes(name) ? [person] : [])),
  );
  const usable = usableOf(here.length === all.matrix.persons ? all.matrix : keepPersons(all.matrix, here), all.items);
  const items = Array.from(usable.items, (column) => all.items[column] ?? '');
  const closed = closeCategories(usable.data, items, new Set());
  const isFocal = Array.from(usable.persons, (person) => own[here[person] ?? 0] === focal);
  const matchedOn = match ?? (isComplete(closed.data) ? 'score' : 'ability');
  const highest = new Uint8Array(items.length);
  closed.data.item.forEach((item, n) => {
    highest[item] = Math.max(highest[item] ?? 0, closed.data.category[n] ?? 0);
  });
  const models = Array.from(highest, (most): ItemModelName =>
    model === undefined || model === 'auto' ? (most > 1 ? 'gpcm' : '2pl') : model,
  );
  const observed =
    matchedOn === 'score' ? byScore(closed.data, isFocal) : byAbility(closed.data, isFocal, models, team);
  const speaks = (one: Observed | undefined): boolean =>
    one !== undefined && (observedLight(one) !== 'keep' || (one.logistic?.p ?? 1) < level);
  const byModel =
    model === undefined
      ? undefined
      : testByModel(
          closed.data,
          isFocal.map(Number),
          models,
          observed.flatMap((one, n) => (speaks(one) ? [] : [n])),
          team,
        );
  const focalPersons = isFocal.filter(Boolean).length;
  const isSmall = Math.min(focalPersons, isFocal.length - focalPersons) < small;
  const shrunken = isSmall ? shrunkenOf(observed) : [];
  const [mh, mantel, logistic, sib, crossing, days] = [
    corrected(observed.map((one) => one.mantelHaenszel)),
    corrected(observed.map((one) => one.mantel)),
    corrected(observed.map((one) => one.logistic)),
    corrected(observed.map((one) => one.sibtest)),
    corrected(observed.map((one) => one.crossingSibtest)),
    corrected(observed.map((one) => one.breslowDay)),
  ];
  const [wald, ratio, chi, area] = [
    corrected(byModel?.wald ?? []),
    corrected(byModel?.likelihoodRatio ?? []),
    corrected(byModel?.lord ?? []),
    corrected(byModel?.raju ?? []),
  ];
  return {
    focal,
    reference,
    matchedOn,
    persons: { focal: focalPersons, reference: isFocal.length - focalPersons },
    isSmall,
    leftOut: usable.leftOut,
    remarks: [...all.remarks, ...usable.remarks, ...closed.remarks],
    ...(byModel === undefined ? {} : { purification: byModel.purification }),
    items: items.map((item, n): DifItem => {
      const tests = {
        mantelHaenszel: mh[n],
        mantel: mantel[n],
        logistic: logistic[n],
        sibtest: sib[n],
        crossingSibtest: crossing[n],
        breslowDay: days[n],
        wald: wald[n],
        likelihoodRatio: ratio[n],
        lord: chi[n],
        raju: area[n],
      };
      const rmsd = byModel?.rmsd[n];
      const worstRmsd = Math.max(rmsd?.reference ?? 0, rmsd?.focal ?? 0);
      const light = worst([
        observedLight(observed[n] ?? {}),
        worstRmsd > rmsdDrop ? 'drop' : worstRmsd > rmsdLook || (tests.wald?.pAdjusted ?? 1) < level ? 'look' : 'keep',
      ]);
      const pointedAtBy = [
        ...testNames.flatMap(([name, key]) => ((tests[key]?.pAdjusted ?? 1) < level ? [name] : [])),
        ...(worstRmsd > rmsdLook ? ['rmsd' as const] : []),
      ];
      const [difference, own] = [observed[n]?.difference, shrunken[n]];
      return {
        item,
        light,
        pointedAtBy,
        ...present(tests),
        ...(difference === undefined ? {} : { difference }),
        ...(own === undefined ? {} : { shrunken: own }),
        ...(rmsd === undefined ? {} : { rmsd }),
        ...(byModel === undefined ? {} : { isAnchor: byModel.anchors.includes(n) }),
      };
    }),
  };
}

/** Bounds of the international surveys: .1 is looked at, above .15 a group has a curve of its own. */
const [rmsdLook, rmsdDrop] = [0.1, 0.15];
type Tests = Required<
  Pick<
    DifItem,
    | 'mantelHaenszel'
    | 'mantel'
    | 'logistic'
    | 'sibtest'
    | 'crossingSibtest'
    | 'breslowDay'
    | 'wald'
    | 'likelihoodRatio'
    | 'lord'
    | 'raju'
  >
>;
const testNames = [
  ['mantel-haenszel', 'mantelHaenszel'],
  ['mantel', 'mantel'],
  ['logistic', 'logistic'],
  ['sibtest', 'sibtest'],
  ['crossing-sibtest', 'crossingSibtest'],
  ['breslow-day', 'breslowDay'],
  ['wald', 'wald'],
  ['likelihood-ratio', 'likelihoodRatio'],
  ['lord', 'lord'],
  ['raju', 'raju'],
] as const satisfies readonly (readonly [DifMethod, keyof Tests])[];

/** Without the members that are undefined. */
function present({
  mantelHaenszel: mh,
  mantel,
  logistic,
  sibtest: sib,
  crossingSibtest,
  breslowDay: day,
  wald,
  likelihoodRatio: ratio,
  lord: chi,
  raju: area,
}: { readonly [K in keyof Tests]: Tests[K] | undefined }): Partial<Tests> {
  return {
    ...(mh && { mantelHaenszel: mh }),
    ...(mantel && { mantel }),
    ...(logistic && { logistic }),
    ...(sib && { sibtest: sib }),
    ...(crossingSibtest && { crossingSibtest }),
    ...(day && { breslowDay: day }),
    ...(wald && { wald }),
    ...(ratio && { likelihoodRatio: ratio }),
    ...(chi && { lord: chi }),
    ...(area && { raju: area }),
  };
}

/**
 * `focal`: a group, or 'all' for each in turn (but the reference), against the reference or all others. Throws
 * ResponseFileError for an unknown group, IrtError for data that
 * cannot be calibrated.
 */
export function runDif(data: ResponseData, focal: string, options: DifOptions = {}): DifOutcome {
  const names = [...new Set(data.groups ?? [])].sort();
  const { reference } = options;
  const list = names.includes(focal) || focal !== 'all' ? [focal] : names.filter((name) => name !== reference);
  for (const name of [...list, ...(reference === undefined ? [] : [reference])])
    if (!names.includes(name))
      throw new ResponseFileError('unknown-group', `no group is called "${name}"; there are ${names.join(', ')}`, {
        group: name,
        groups: names.join(', '),
      });
  if (names.length < 2 || focal === reference)
    throw new ResponseFileError('one-group', `two groups are needed to compare; there are ${names.join(', ')}`, {
      groups: names.join(', '),
    });
  return {
    comparisons: list.map((name) =>
      compare(data, name, reference === undefined ? names.filter((one) => one !== name) : [reference], options),
    ),
  };
}

const fewestAnchors = 3;

interface ByModel {
  readonly wald: readonly (Raw<NonNullable<DifItem['wald']>> | undefined)[];
  readonly rmsd: readonly (NonNullable<DifItem['rmsd']> | undefined)[];
  readonly likelihoodRatio: readonly (Raw<NonNullable<DifItem['likelihoodRatio']>> | undefined)[];
  readonly lord: readonly (Raw<NonNullable<DifItem['lord']>> | undefined)[];
  readonly raju: readonly (Raw<NonNullable<DifItem['raju']>> | undefined)[];
  readonly anchors: readonly number[];
  readonly purification: NonNullable<DifComparison['purification']>;
}

/**
 * Wald and RMSD by themselves, each purified; then the likelihood ratio for what they point at, and Lord and Raju over
 * the anchors that were found. The first anchors are the items that the observed answers do not speak against.
 */
function testByModel(
  data: ResponseMatrix,
  group: readonly number[],
  models: readonly ItemModelName[],
  first: readonly number[],
  team: CalibrationTeam | undefined,
): ByModel {
  const own = team === undefined ? {} : { team };
  const { items, anchors, rounds, isStable } = purifiedWald(data, group, {
    models,
    ...own,
    ...(first.length < fewestAnchors ? {} : { anchors: first }),
  });
  const bent = purifiedRmsd(data, group, { models, ...own });
  const wald = items.map(({ statistic, degreesOfFreedom, p }) =>
    Number.isFinite(p) ? { statistic, degreesOfFreedom, p } : undefined,
  );
  const rmsd = bent.items.map(({ item, groups: [reference, focal] }) =>
    reference === undefined || focal === undefined || !Number.isFinite(reference.rmsd) || !Number.isFinite(focal.rmsd)
      ? undefined
      : { reference: reference.rmsd, focal: focal.rmsd, isFree: bent.free.includes(item) },
  );
  const adjusted = falseDiscovery(wald.map((one) => one?.p ?? NaN));
  const pointed = wald.flatMap((one, n) =>
    one !== undefined &&
    ((adjusted[n] ?? 1) < level || Math.max(rmsd[n]?.reference ?? 0, rmsd[n]?.focal ?? 0) > rmsdLook)
      ? [n]
      : [],
  );
  const held = anchors.filter((item) => !pointed.includes(item));
  const ratios =
    pointed.length === 0 || held.length < fewestAnchors
      ? []
      : likelihoodRatio(data, group, { models, anchors: held, tested: pointed });
  return {
    wald,
    rmsd,
    anchors,
    purification: { anchors: anchors.length, rounds, isStable },
    likelihoodRatio: wald.map((_, n) => {
      const found = ratios.find(({ item }) => item === n)?.result;
      return found === undefined
        ? undefined
        : { statistic: found.statistic, degreesOfFreedom: found.degreesOfFreedom, p: found.p };
    }),
    ...bySeparateCalibrations(
      data,
      group,
      models,
      anchors.filter((item) => wald[item] !== undefined),
      wald.map((one) => one !== undefined),
      team,
    ),
  };
}

/**
 * Lord and Raju want one model for right/wrong items; items that a group answered in one way only cannot be calibrated
 * in it.
 */
function bySeparateCalibrations(
  data: ResponseMatrix,
  group: readonly number[],
  models: readonly ItemModelName[],
  anchors: readonly number[],
  testable: readonly boolean[],
  team: CalibrationTeam | undefined,
): Pick<ByModel, 'lord' | 'raju'> {
  const model = models.every((one) => one === 'rasch' || one === '1pl')
    ? 'rasch'
    : models.every((one) => one === '2pl')
      ? '2pl'
      : undefined;
  if (model === undefined || anchors.length < fewestAnchors) return { lord: [], raju: [] };
  const columns = Uint32Array.from(testable.flatMap((is, n) => (is ? [n] : [])));
  const place = new Map(Array.from(columns, (n, at) => [n, at]));
  const found = separateDif(keepItems(data, columns), group, {
    model,
    anchors: anchors.flatMap((n) => place.get(n) ?? []),
    ...(team === undefined ? {} : { team }),
  });
  const both = testable.map((_, n) => {
    const one = found[place.get(n) ?? -1];
    return one !== undefined && Number.isFinite(one.lord.p) && Number.isFinite(one.raju.p) ? one : undefined;
  });
  return {
    lord: both.map((one) => one && { statistic: one.lord.statistic, p: one.lord.p }),
    raju: both.map((one) => one && { area: one.raju.area, z: one.raju.z, p: one.raju.p }),
  };
}
