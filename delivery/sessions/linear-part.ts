/** The linear part: a form assembled when it starts, free movement, review, scored when it is completed. */
import { choiceItem } from '../../item-bank/releases/pinned-test.ts';
import { assembleForm } from '../../item-bank/forms/assemble.ts';
import type { LinearPart } from '../../item-bank/specifications/specification.ts';
import { deadlineFrom } from './clock.ts';
import type { Facts } from './decide.ts';
import { itemHandle, optionOrder } from './handles.ts';
import type { EventBody, ItemProgress, SessionState } from './session.ts';

export function startLinear(state: SessionState, part: LinearPart, facts: Facts): EventBody[] {
  const { seed, language, excludedItems } = state.registration;
  const form = assembleForm({
    part,
    items: facts.test.items.values(),
    seed,
    language,
    excluded: new Set(excludedItems),
  });
  const positions = form.map(({ item, slot, part: formPart, scored }) => ({
    item: { id: item.id, version: item.version },
    handle: itemHandle(seed, item.id),
    optionOrder: optionOrder(seed, item.id, 3),
    scored,
    slot,
    part: formPart,
  }));
  return [
    { type: 'part-started', part: part.id, deadlineAt: deadlineFrom(state, facts.now, part.limitMs) },
    { type: 'form-assembled', positions },
  ];
}

/** 1 right, 0 wrong or unanswered; the key is the author's index, and so is the stored choice. */
export const scoreChoice = (item: ItemProgress, facts: Pick<Facts, 'test'>): 0 | 1 =>
  item.answer !== undefined && choiceItem(facts.test, item.item.id).key === item.answer.choice ? 1 : 0;

export const completeLinear = (
  state: SessionState,
  facts: Pick<Facts, 'test'>,
  reason: 'submitted' | 'deadline',
): EventBody[] => [
  { type: 'form-scored', categories: state.items.map((item) => scoreChoice(item, facts)) },
  { type: 'part-completed', part: 'mo', reason },
];
