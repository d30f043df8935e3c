/** Response processing: what a response to an item is worth. */
import type { ChoiceItem } from './item.ts';

/** 1 right, 0 wrong or unanswered. `choice` and the key are indices in the author's order. */
export const scoreChoice = (item: Pick<ChoiceItem, 'key'>, choice: number | undefined): 0 | 1 =>
  choice === item.key ? 1 : 0;
