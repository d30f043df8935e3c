/** Sets of items without a person in common. */
import { IrtError } from '../errors.ts';
import type { ItemSpec } from '../parameters/item-parameters.ts';
import type { Flag } from './categories.ts';
import { connectedItems } from './connected-sets.ts';
import type { Patterns } from './patterns.ts';

/**
 * Sets of items that no person's answers join. With several groups they are refused, unless each set has fixed items,
 * because a group's mean and its items' difficulties could move together. With one population they are flagged: only
 * the assumption that all persons are drawn from it puts the sets on one scale.
 */
export function checkForms(
  { rows, rowStart, item, categories, density }: Patterns,
  fixed: ReadonlyMap<number, ItemSpec> | undefined,
  names: (item: number) => string,
): Flag[] {
  const sets = connectedItems({ items: categories.length, rowStart: rowStart.subarray(0, rows + 1), item });
  const loose = sets.filter((members) => !members.some((n) => fixed?.has(n) === true));
  if (sets.length < 2 || loose.length === 0) return [];
  const inWords = sets
    .map((members) => members.map(names).slice(0, 8).join(' ') + (members.length > 8 ? ' …' : ''))
    .join(' | ');
  if (new Set(density).size > 1)
    throw new IrtError(
      'forms-disconnected',
      'data',
      inWords,
      'must be joined by persons or fixed items: with several groups these sets have no common scale',
    );
  return loose.map((members) => ({
    item: members[0],
    code: 'forms-disconnected',
    message: `sets of items without a common person, on one scale only if the persons are equivalent: ${inWords}`,
  }));
}
