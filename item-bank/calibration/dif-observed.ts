/** DIF as the answers show it: by score for complete forms of right/wrong items, else by ability. Pure. */
import { createItemParameters, normalDistribution } from 'itemresponsetheory';
import {
  type CalibrationTeam,
  type ItemModelName,
  type ResponseMatrix,
  calibrateItems,
} from 'itemresponsetheory/calibration';
import {
  type LogisticDif,
  type MantelHaenszel,
  type MatchedAnswers,
  type OrdinalDif,
  breslowDay,
  logisticDif,
  mantelDif,
  mantelHaenszel,
  mantelHaenszelIn,
  ordinalDif,
  shrink,
  sibtest,
  standardised,
  strataByAbility,
  twoGroups,
} from 'itemresponsetheory/dif';
import { estimateAbilities } from 'itemresponsetheory/fit';
import { defined } from '../../storage/document/defined.ts';
import type { DifItem, Uncorrected } from './dif-outcome.ts';
import type { Light } from './judge.ts';

/** Of one item; absent where it could not be computed. */
export interface ObservedDif {
  readonly mantelHaenszel?: Uncorrected<NonNullable<DifItem['mantelHaenszel']>>;
  readonly mantel?: Uncorrected<NonNullable<DifItem['mantel']>>;
  readonly difference?: number;
  readonly logistic?: Uncorrected<NonNullable<DifItem['logistic']>>;
  readonly sibtest?: Uncorrected<NonNullable<DifItem['sibtest']>>;
  readonly crossingSibtest?: Uncorrected<NonNullable<DifItem['crossingSibtest']>>;
  readonly breslowDay?: Uncorrected<NonNullable<DifItem['breslowDay']>>;
}
/** The standard error of Δ = −2.35 ln α. */
const deltaPerLogit = 2.35;
const mantelHaenszelOf = (found: MantelHaenszel | undefined): ObservedDif['mantelHaenszel'] =>
  found === undefined || !Number.isFinite(found.delta)
    ? undefined
    : {
        delta: found.delta,
        standardError: deltaPerLogit * Math.sqrt(found.varianceLogAlpha),
        statistic: found.statistic,
        p: found.p,
        etsClass: found.etsClass,
      };
const logisticOf = ({
  statistic,
  p,
  deltaR2,
  jodoinGierl,
}: LogisticDif | OrdinalDif): NonNullable<ObservedDif['logistic']> => ({
  statistic,
  p,
  deltaR2,
  jodoinGierl,
});

export function difByScore(data: ResponseMatrix, isFocal: readonly boolean[]): ObservedDif[] {
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
  return Array.from({ length: data.items }, (_, n): ObservedDif => {
    const [regression, bias, crossed, day] = [logistic[n], sib[n], crossing[n], days[n]];
    return defined({
      mantelHaenszel: mantelHaenszelOf(mh[n]),
      difference: shares[n]?.difference,
      logistic: regression === undefined ? undefined : logisticOf(regression),
      sibtest:
        bias === undefined || !Number.isFinite(bias.p)
          ? undefined
          : { statistic: bias.statistic, beta: bias.beta, standardError: bias.standardError, p: bias.p },
      crossingSibtest:
        crossed === undefined || !Number.isFinite(crossed.statistic)
          ? undefined
          : { statistic: crossed.statistic, beta: crossed.beta, p: crossed.p },
      breslowDay:
        day === undefined || !Number.isFinite(day.p)
          ? undefined
          : { statistic: day.statistic, degreesOfFreedom: day.degreesOfFreedom, p: day.p },
    });
  });
}

/** One item's answers with the ability and the group of whoever gave them. */
interface ItemAnswers extends MatchedAnswers {
  readonly category: number[];
  readonly match: number[];
  readonly isFocal: number[];
}
function answersByItem(data: ResponseMatrix, theta: Float64Array, isFocal: readonly boolean[]): ItemAnswers[] {
  const rows: ItemAnswers[] = Array.from({ length: data.items }, () => ({ category: [], match: [], isFocal: [] }));
  for (let person = 0; person < data.persons; person += 1)
    for (let n = data.rowStart[person] ?? 0; n < (data.rowStart[person + 1] ?? 0); n += 1) {
      const row = rows[data.item[n] ?? 0];
      row?.category.push(data.category[n] ?? 0);
      row?.match.push(theta[person] ?? 0);
      row?.isFocal.push(isFocal[person] === true ? 1 : 0);
    }
  return rows;
}

function matchedDif(row: ItemAnswers): ObservedDif {
  if (!row.isFocal.includes(1) || !row.isFocal.includes(0)) return {};
  const mantel = mantelDif(row);
  const common = { difference: mantel.difference, logistic: logisticOf(ordinalDif(row)) };
  if (Math.max(...row.category) > 1)
    return {
      mantel: { effect: mantel.effect, statistic: mantel.statistic, p: mantel.p, etsClass: mantel.etsClass },
      ...common,
    };
  const found = mantelHaenszelOf(mantelHaenszelIn(strataByAbility(row.match, row.isFocal, row.category)));
  return { ...defined({ mantelHaenszel: found }), ...common };
}

/** Everybody is matched on Warm's estimate from a calibration of all items as one set, the groups' abilities free. */
export function difByAbility(
  data: ResponseMatrix,
  isFocal: readonly boolean[],
  models: readonly ItemModelName[],
  team: CalibrationTeam | undefined,
): ObservedDif[] {
  const fit = calibrateItems(data, {
    models,
    group: isFocal.map(Number),
    tolerance: 1e-4,
    standardErrors: 'none',
    ...defined({ team }),
  });
  const { theta } = estimateAbilities(createItemParameters(fit.items.map(({ item }) => item)), data, { method: 'wle' });
  return answersByItem(data, theta, isFocal).map(matchedDif);
}

/** ETS classes: negligible, moderate, large. */
const lights = { A: 'keep', B: 'look', C: 'drop', AA: 'keep', BB: 'look', CC: 'drop' } as const;
export const observedLight = ({ mantelHaenszel: mh, mantel }: ObservedDif): Light =>
  lights[mantel?.etsClass ?? mh?.etsClass ?? 'B'];

/** Δ of each item drawn towards the mean of all of them; none for fewer than three items. */
export function shrunkenDif(observed: readonly ObservedDif[]): DifItem['shrunken'][] {
  const found = observed.flatMap(({ mantelHaenszel: mh }, n) => (mh === undefined ? [] : [{ n, mh }]));
  if (found.length < 3) return observed.map(() => undefined);
  const shrunken = shrink(
    found.map(({ mh: { delta, standardError } }) => ({
      delta,
      varianceLogAlpha: (standardError / deltaPerLogit) ** 2,
    })),
    (z) => normalDistribution(-z),
  );
  const places = new Map(found.map(({ n }, at) => [n, shrunken[at]]));
  return observed.map((_, n) => places.get(n));
}
