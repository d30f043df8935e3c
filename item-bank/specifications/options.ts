import { type ChoiceItem, optionCount } from '../items/item.ts';
import type { AdaptivePart, LinearPart } from './specification.ts';

/** Whether the item offers a number of options that the part allows. */
export function hasOptions({ options }: Pick<AdaptivePart | LinearPart, 'options'>, item: ChoiceItem): boolean {
  const count = optionCount(item);
  return count >= options.fewest && count <= options.most;
}
