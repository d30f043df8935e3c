/** Does every item work the same way in a focal group and in the others of equal score? Complete forms of right/wrong items. Pure. */
import { logisticDif, mantelHaenszel, standardised, twoGroups } from 'itemresponsetheory/dif';
import type { Light } from './appraisal.ts';
import { ResponseFileError } from './read-responses.ts';
import type { Remark, ResponseData } from './stream-responses.ts';
import { type LeftOut, usableOf } from './usable.ts';

export interface DifItem {
  readonly item: string; readonly light: Light;
  /** Mantel–Haenszel with purified matching; Δ below 0: harder for the focal group. Absent where it could not be computed. */
  readonly mantelHaenszel?: { readonly delta: number; readonly standardError: number; readonly statistic: number; readonly p: number; readonly etsClass: 'A' | 'B' | 'C' };
  /** Focal minus reference share right, at equal score. */
  readonly difference?: number;
  readonly logistic?: { readonly statistic: number; readonly p: number; readonly deltaR2: number; readonly jodoinGierl: 'A' | 'B' | 'C' };
}
export interface DifOutcome { readonly focal: string; readonly reference: readonly string[]; readonly persons: { readonly focal: number; readonly reference: number }; readonly items: readonly DifItem[]; readonly leftOut: readonly LeftOut[]; readonly remarks: readonly Remark[] }

/** ETS classes: negligible, moderate, large. */
const lights: Readonly<Record<'A' | 'B' | 'C', Light>> = { A: 'keep', B: 'look', C: 'drop' };

/** Throws ResponseFileError for an unknown group, IrtError for rows that are not complete. */
export function runDif(data: ResponseData, focal: string): DifOutcome {
  const groups = data.groups ?? [];
  const names = [...new Set(groups)].sort();
  if (!names.includes(focal)) throw new ResponseFileError('unknown-group', `no group is called "${focal}"; there are ${names.join(', ')}`);
  const usable = usableOf(data.matrix, data.items);
  const isFocal = Array.from(usable.persons, (person) => groups[person] === focal);
  const two = twoGroups(usable.data, isFocal);
  const [mh, shares, logistic] = [mantelHaenszel(two, { purify: true }), standardised(two), logisticDif(two, { purify: true })];
  const focalPersons = isFocal.filter(Boolean).length;
  return {
    focal, reference: names.filter((name) => name !== focal), persons: { focal: focalPersons, reference: isFocal.length - focalPersons }, leftOut: usable.leftOut, remarks: [...data.remarks, ...usable.remarks],
    items: Array.from(usable.items, (column, n): DifItem => {
      const [one, share, regression] = [mh[n], shares[n], logistic[n]];
      return {
        item: data.items[column] ?? '', light: lights[one?.etsClass ?? 'B'],
        ...(one === undefined ? {} : { mantelHaenszel: { delta: one.delta, standardError: 2.35 * Math.sqrt(one.varianceLogAlpha), statistic: one.statistic, p: one.p, etsClass: one.etsClass } }),
        ...(share === undefined ? {} : { difference: share.difference }),
        ...(regression === undefined ? {} : { logistic: { statistic: regression.statistic, p: regression.p, deltaR2: regression.deltaR2, jodoinGierl: regression.jodoinGierl } }),
      };
    }),
  };
}
