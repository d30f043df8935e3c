/** The linear part: a form assembled when it starts, free movement, review, scored when it is completed. */
import { choiceItem } from '../../item-bank/releases/pinned-test.ts';
import { scoreChoice } from '../../item-bank/items/score.ts';
import { assembleForm } from '../../item-bank/forms/assemble.ts';
import type { LinearPart } from '../../item-bank/specifications/specification.ts';
import { deadlineFrom } from './clock.ts';
import type { SessionFacts } from './facts.ts';
import { giveItem } from './given.ts';
import type { EventBody, SessionState } from './session.ts';

export function startLinear(state: SessionState, part: LinearPart, facts: SessionFacts): EventBody[] {
  const { seed, language, excludedItems } = state.terms;
  const form = assembleForm({
    part,
    items: facts.test.items.values(),
    seed,
    language,
    excluded: new Set(excludedItems),
  });
  const positions = form.map(({ item, slot, part: formPart, scored }) => ({
    ...giveItem(seed, language, item, scored),
    slot,
    part: formPart,
  }));
  return [
    { type: 'part-started', part: part.id, deadlineAt: deadlineFrom(state, facts.now, part.limitMs) },
    { type: 'form-assembled', positions },
  ];
}

/** `part` is the one the session is in. */
export const completeLinear = (
  state: SessionState,
  part: LinearPart,
  { test }: Pick<SessionFacts, 'test'>,
  reason: 'submitted' | 'deadline',
): EventBody[] => [
  {
    type: 'form-scored',
    categories: state.items.map(({ item, answer }) => scoreChoice(choiceItem(test, item.id), answer?.choice)),
  },
  { type: 'part-completed', part: part.id, reason },
];
