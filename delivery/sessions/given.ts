/** Items and turns as a session gives them: under its own names, options in its own order. */
import type { ChoiceItem, Language, SpeakingItem } from '../../item-bank/items/item.ts';
import { textIn } from '../../item-bank/releases/pinned-test.ts';
import type { GivenItem, GivenTurn } from './session.ts';
import { itemHandle, optionOrder, turnHandle } from './shown-names.ts';

/** As many options as the item has in the language it is given in. */
export const giveItem = (seed: string, language: Language, item: ChoiceItem, scored: boolean): GivenItem => ({
  item: { id: item.id, version: item.version },
  handle: itemHandle(seed, item.id),
  optionOrder: optionOrder(seed, item.id, textIn(item, language).text.options.length),
  scored,
});

export const giveTurns = (seed: string, item: SpeakingItem): GivenTurn[] =>
  item.turns.map((_, turn) => ({
    item: { id: item.id, version: item.version },
    task: item.attributes['task'] ?? item.id,
    turn,
    handle: turnHandle(seed, item.id, turn),
  }));
