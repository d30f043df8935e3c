/** Groups of persons behind items that were estimated without a population. Pure. */
import { type ItemSpec, createItemParameters } from 'itemresponsetheory';
import type { LatentGroup, ResponseMatrix } from 'itemresponsetheory/calibration';
import { estimateAbilities } from 'itemresponsetheory/fit';

/** What Warm's estimates say of the groups: their variance less that of their errors. */
export function groupsBehind(
  data: ResponseMatrix,
  items: readonly ItemSpec[],
  group: ArrayLike<number> | undefined,
): LatentGroup[] {
  const { theta, standardError } = estimateAbilities(createItemParameters(items), data, { method: 'wle' });
  const members: number[][] = [];
  theta.forEach((_, person) => {
    const g = group?.[person] ?? 0;
    const list = members[g] ?? [];
    members[g] = list;
    list.push(person);
  });
  return members.map((list): LatentGroup => {
    const mean = list.reduce((sum, person) => sum + (theta[person] ?? 0), 0) / list.length;
    const [spread, error] = [
      list.reduce((sum, person) => sum + ((theta[person] ?? 0) - mean) ** 2, 0),
      list.reduce((sum, person) => sum + (standardError[person] ?? 0) ** 2, 0),
    ];
    // Hardly any spread beyond the errors: a twentieth of what was seen.
    return { mean, variance: Math.max(spread - error, spread / 20) / list.length, persons: list.length };
  });
}
