/**
 * Does every item work the same way in a focal group and in others of equal ability? By score for complete forms of
 * right/wrong items, else by ability; with a model by its parameters too. Pure.
 */
import type { ItemModelName, ResponseMatrix } from 'itemresponsetheory/calibration';
import { falseDiscovery } from 'itemresponsetheory/dif';
import { defined } from '../../storage/document/defined.ts';
import { type DifByModel, difByModel } from './dif-by-model.ts';
import { type ObservedDif, difByAbility, difByScore, observedLight, shrunkenDif } from './dif-observed.ts';
import {
  type DifComparison,
  type DifItem,
  type DifMethod,
  type DifOptions,
  type DifOutcome,
  difLevel,
  rmsdBounds,
} from './dif-outcome.ts';
import type { Light } from './judge.ts';
import { highestCategories, modelFor } from './models.ts';
import { ResponseFileError } from './response-file-error.ts';
import { keepPersons } from './response-rows.ts';
import type { Remark, ResponseData } from './stream-responses.ts';
import { type LeftOut, closeCategories, usableOf } from './usable.ts';

/** Below this in either group Δ is too unsure to read as it is (Zwick, Thayer & Lewis 1999 speak of 200 and fewer). */
const smallGroup = 200;

const order: Readonly<Record<Light, number>> = { keep: 0, look: 1, drop: 2 };
const worst = (found: readonly Light[]): Light => found.reduce((a, b) => (order[b] > order[a] ? b : a), 'keep');

/** The two groups that are compared; everybody else is left out. */
interface Compared {
  readonly data: ResponseMatrix;
  readonly items: readonly string[];
  readonly isFocal: readonly boolean[];
  readonly leftOut: readonly LeftOut[];
  readonly remarks: readonly Remark[];
}
function comparedOf(all: ResponseData, focal: string, reference: readonly string[]): Compared {
  const own = all.groups ?? [];
  const here = Uint32Array.from(
    own.flatMap((name, person) => (name === focal || reference.includes(name) ? [person] : [])),
  );
  const usable = usableOf(here.length === all.matrix.persons ? all.matrix : keepPersons(all.matrix, here), all.items);
  const items = Array.from(usable.items, (column) => all.items[column] ?? '');
  const closed = closeCategories(usable.data, items, new Set());
  return {
    data: closed.data,
    items,
    isFocal: Array.from(usable.persons, (person) => own[here[person] ?? 0] === focal),
    leftOut: usable.leftOut,
    remarks: [...all.remarks, ...usable.remarks, ...closed.remarks],
  };
}

const isComplete = ({ persons, items, item, category }: ResponseMatrix): boolean =>
  item.length === persons * items && category.every((k) => k < 2);

/** Do the observed answers speak against the item? Then it is no anchor to begin with. */
const isSuspect = (one: ObservedDif): boolean => observedLight(one) !== 'keep' || (one.logistic?.p ?? 1) < difLevel;

/** p of one method over all items, corrected, put back. */
function corrected<T extends { readonly p: number }>(
  list: readonly (T | undefined)[],
): (undefined | (T & { readonly pAdjusted: number }))[] {
  const adjusted = falseDiscovery(list.map((one) => one?.p ?? NaN));
  return list.map((one, n) => (one === undefined ? undefined : { ...one, pAdjusted: adjusted[n] ?? NaN }));
}

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
] as const satisfies readonly (readonly [DifMethod, keyof DifItem])[];
type DifTests = Pick<DifItem, (typeof testNames)[number][1]>;

/** Every test of every item, p corrected for the number of items. */
function correctedTests(observed: readonly ObservedDif[], byModel: DifByModel | undefined): DifTests[] {
  const lists = {
    mantelHaenszel: corrected(observed.map((one) => one.mantelHaenszel)),
    mantel: corrected(observed.map((one) => one.mantel)),
    logistic: corrected(observed.map((one) => one.logistic)),
    sibtest: corrected(observed.map((one) => one.sibtest)),
    crossingSibtest: corrected(observed.map((one) => one.crossingSibtest)),
    breslowDay: corrected(observed.map((one) => one.breslowDay)),
    wald: corrected(byModel?.wald ?? []),
    likelihoodRatio: corrected(byModel?.likelihoodRatio ?? []),
    lord: corrected(byModel?.lord ?? []),
    raju: corrected(byModel?.raju ?? []),
  };
  return observed.map((_, n) =>
    defined({
      mantelHaenszel: lists.mantelHaenszel[n],
      mantel: lists.mantel[n],
      logistic: lists.logistic[n],
      sibtest: lists.sibtest[n],
      crossingSibtest: lists.crossingSibtest[n],
      breslowDay: lists.breslowDay[n],
      wald: lists.wald[n],
      likelihoodRatio: lists.likelihoodRatio[n],
      lord: lists.lord[n],
      raju: lists.raju[n],
    }),
  );
}

/** What the observed answers, the curves and Wald's test say of one item together. */
function verdict(
  observed: ObservedDif,
  tests: DifTests,
  rmsd: DifItem['rmsd'],
): Pick<DifItem, 'light' | 'pointedAtBy'> {
  const distance = Math.max(rmsd?.reference ?? 0, rmsd?.focal ?? 0);
  const isPointed = (test: { readonly pAdjusted: number } | undefined): boolean => (test?.pAdjusted ?? 1) < difLevel;
  const byModel =
    distance > rmsdBounds.drop ? 'drop' : distance > rmsdBounds.look || isPointed(tests.wald) ? 'look' : 'keep';
  return {
    light: worst([observedLight(observed), byModel]),
    pointedAtBy: [
      ...testNames.flatMap(([name, key]) => (isPointed(tests[key]) ? [name] : [])),
      ...(distance > rmsdBounds.look ? ['rmsd' as const] : []),
    ],
  };
}

/** One group against some others. */
function compare(
  all: ResponseData,
  focal: string,
  reference: readonly string[],
  { model, match, team }: DifOptions,
): DifComparison {
  const { data, items, isFocal, leftOut, remarks } = comparedOf(all, focal, reference);
  const matchedOn = match ?? (isComplete(data) ? 'score' : 'ability');
  const models = Array.from(highestCategories(data), (highest): ItemModelName => modelFor(model ?? 'auto', highest));
  const observed = matchedOn === 'score' ? difByScore(data, isFocal) : difByAbility(data, isFocal, models, team);
  const clean = observed.flatMap((one, n) => (isSuspect(one) ? [] : [n]));
  const byModel = model === undefined ? undefined : difByModel(data, isFocal.map(Number), models, clean, team);
  const focalPersons = isFocal.filter(Boolean).length;
  const isSmall = Math.min(focalPersons, isFocal.length - focalPersons) < smallGroup;
  const shrunken = isSmall ? shrunkenDif(observed) : [];
  const tests = correctedTests(observed, byModel);
  return {
    focal,
    reference,
    matchedOn,
    persons: { focal: focalPersons, reference: isFocal.length - focalPersons },
    isSmall,
    leftOut,
    remarks,
    ...defined({ purification: byModel?.purification }),
    items: items.map((item, n): DifItem => {
      const [own, rmsd] = [observed[n] ?? {}, byModel?.rmsd[n]];
      return {
        item,
        ...verdict(own, tests[n] ?? {}, rmsd),
        ...tests[n],
        ...defined({
          difference: own.difference,
          shrunken: shrunken[n],
          rmsd,
          isAnchor: byModel?.anchors.includes(n),
        }),
      };
    }),
  };
}

/**
 * `focal`: a group, or 'all' for each in turn (but the reference), against the reference or all others. Throws
 * ResponseFileError for an unknown group, IrtError for data that cannot be calibrated.
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
