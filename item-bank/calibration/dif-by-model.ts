/** DIF by a model: an item's parameters in each group, each group's curve, two calibrations held together. Pure. */
import type { CalibrationTeam, ItemModelName, ResponseMatrix } from 'itemresponsetheory/calibration';
import { falseDiscovery, likelihoodRatio, purifiedRmsd, purifiedWald, separateDif } from 'itemresponsetheory/dif';
import { defined } from '../../storage/document/defined.ts';
import { type DifComparison, type DifItem, type Uncorrected, difLevel, rmsdBounds } from './dif-outcome.ts';
import { keepItems } from './response-rows.ts';

const fewestAnchors = 3;

export interface DifByModel {
  readonly wald: readonly (Uncorrected<NonNullable<DifItem['wald']>> | undefined)[];
  readonly rmsd: readonly (NonNullable<DifItem['rmsd']> | undefined)[];
  readonly likelihoodRatio: readonly (Uncorrected<NonNullable<DifItem['likelihoodRatio']>> | undefined)[];
  readonly lord: readonly (Uncorrected<NonNullable<DifItem['lord']>> | undefined)[];
  readonly raju: readonly (Uncorrected<NonNullable<DifItem['raju']>> | undefined)[];
  readonly anchors: readonly number[];
  readonly purification: NonNullable<DifComparison['purification']>;
}

/**
 * Wald and RMSD by themselves, each purified; then the likelihood ratio for what they point at, and Lord and Raju over
 * the anchors that were found. The first anchors are the items that the observed answers do not speak against.
 */
export function difByModel(
  data: ResponseMatrix,
  group: readonly number[],
  models: readonly ItemModelName[],
  first: readonly number[],
  team: CalibrationTeam | undefined,
): DifByModel {
  const own = defined({ team });
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
    ((adjusted[n] ?? 1) < difLevel || Math.max(rmsd[n]?.reference ?? 0, rmsd[n]?.focal ?? 0) > rmsdBounds.look)
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
): Pick<DifByModel, 'lord' | 'raju'> {
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
    ...defined({ team }),
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
