/**
 * A first look at an item: enough responses, and a share right that a fitting item could have. Evidence for a person,
 * no verdict.
 */
import type { ItemRow } from '../../server/api/designer/protocol.ts';

/** Below this many responses a share says nothing. */
const enough = 30;

export function light({ given, right }: Pick<ItemRow, 'given' | 'right'>): 'few' | 'keep' | 'look' {
  if (given < enough) return 'few';
  const share = right / given;
  return share < 0.2 || share > 0.97 ? 'look' : 'keep';
}
