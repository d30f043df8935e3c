/**
 * Content balance by weighted deviations (after Swanson & Stocking 1993): the further a content class lies below its
 * target share, the more its items' information counts; above the target it counts less. A class may be missing where
 * the bank has none left.
 */
export interface ContentTargets {
  readonly targets: Readonly<Record<string, number>>;
  readonly weight: number;
}

/**
 * Factor for each class: exp-free, 1 at the target, at least a tenth. `given` counts the scored items so far.
 *
 * @example
 * ```ts
 * import { contentFactor } from 'itemresponsetheory';
 *
 * const given = new Map([['news', 2]]);
 * console.log(contentFactor({ targets: { news: 0.5, talk: 0.5 }, weight: 1 }, given, 'talk').toFixed(3)); // → 2.500
 * ```
 */
export function contentFactor(
  { targets, weight }: ContentTargets,
  given: ReadonlyMap<string, number>,
  content: string,
): number {
  const total = [...given.values()].reduce((sum, n) => sum + n, 0);
  const target = targets[content];
  const shortfall = target * (total + 1) - (given.get(content) ?? 0);
  return Math.max(0.1, 1 + weight * shortfall);
}
