/**
 * What a later look at the questions changed: some count no more, of others another answer is right. The answers stay
 * what they were; a result is decided from them anew.
 */
import { z } from 'zod';
import type { Immutable } from '../../storage/document/immutable.ts';
import { scoreChoice } from '../../item-bank/items/score.ts';
import type { ItemProgress, SessionState } from '../../delivery/sessions/session.ts';

export const Amendment = z.strictObject({
  /** Ids of items that count neither as right nor as wrong. */
  without: z.array(z.string()),
  /** By item: index of the right option in the author's order. */
  keys: z.record(z.string(), z.int().nonnegative()),
});
export type Amendment = Immutable<z.infer<typeof Amendment>>;

export const noAmendment: Amendment = { without: [], keys: {} };

/** The second after the first: what it says of an item counts. What is taken out needs no key. */
export function amendedFurther(first: Amendment, second: Amendment): Amendment {
  const stillOut = first.without.filter((item) => !Object.hasOwn(second.keys, item));
  const without = [...new Set([...stillOut, ...second.without])].sort();
  const keys = Object.entries({ ...first.keys, ...second.keys })
    .filter(([item]) => !without.includes(item))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return { without, keys: Object.fromEntries(keys) };
}

export const newKeyOf = ({ keys }: Amendment, item: string): number | undefined =>
  Object.hasOwn(keys, item) ? keys[item] : undefined;

/** True where the session was given one of the items for score. */
export const isAmended = (state: SessionState, amendment: Amendment): boolean =>
  state.items.some(
    ({ item: { id }, scored }) => scored && (amendment.without.includes(id) || newKeyOf(amendment, id) !== undefined),
  );

/** The session as it would have been scored. What was not scored stays so. */
export function amended(state: SessionState, amendment: Amendment): SessionState {
  const again = (item: ItemProgress): ItemProgress => {
    if (item.category === undefined || item.category === null) return item;
    if (amendment.without.includes(item.item.id)) return { ...item, category: null };
    const key = newKeyOf(amendment, item.item.id);
    return key === undefined ? item : { ...item, category: scoreChoice({ key }, item.answer?.choice) };
  };
  return { ...state, items: state.items.map(again) };
}
