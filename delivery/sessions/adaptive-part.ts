/**
 * The adaptive part: the engine chooses, the session records what it chose and why, so that the path can be recomputed.
 */
import { type AdaptiveResponse, choiceItem } from '../../item-bank/releases/pinned-test.ts';
import { scoreChoice } from '../../item-bank/items/score.ts';
import type { AdaptivePart } from '../../item-bank/specifications/specification.ts';
import { deadlineFrom, isOver, overlapsOutage } from './clock.ts';
import type { SessionFacts } from './facts.ts';
import { giveItem } from './given.ts';
import type { EventBody, ItemProgress, SessionState } from './session.ts';

export class NoAdaptiveTest extends Error {
  readonly code = 'no-adaptive-test';
  constructor(specification: string) {
    super(`${specification} has an adaptive part but no calibrated bank is pinned`);
    this.name = 'NoAdaptiveTest';
  }
}

/** What the engine may know: items in the order given, with their scores. */
export const historyOf = (items: readonly ItemProgress[]): AdaptiveResponse[] =>
  items.flatMap((item) =>
    item.category === undefined ? [] : [{ item: item.item.id, category: item.category, scored: item.scored }],
  );

/** The next item, or the end of the part. `history` includes the item just completed. */
export function continueAdaptive(
  state: SessionState,
  part: AdaptivePart,
  history: readonly AdaptiveResponse[],
  facts: SessionFacts,
): { readonly events: EventBody[]; readonly theta: number; readonly standardError: number } {
  const { seed, language, excludedItems } = state.terms;
  if (facts.test.adaptive === undefined) throw new NoAdaptiveTest(facts.test.specification.id);
  const step = facts.test.adaptive.next(history, seed, excludedItems);
  const { theta, standardError } = step;
  if (step.kind === 'stop')
    return { events: [{ type: 'part-completed', part: part.id, reason: step.reason }], theta, standardError };
  const item = choiceItem(facts.test, step.item);
  const position = history.length + 1;
  return {
    theta,
    standardError,
    events: [
      {
        type: 'item-presented',
        ...giveItem(seed, language, item, step.scored),
        position,
        theta,
        standardError,
        rule: step.rule,
        stream: { seed, ...step.stream },
        deadlineAt: deadlineFrom(state, facts.now, part.itemLimitMs),
      },
    ],
  };
}

export function startAdaptive(state: SessionState, part: AdaptivePart, facts: SessionFacts): EventBody[] {
  return [{ type: 'part-started', part: part.id }, ...continueAdaptive(state, part, [], facts).events];
}

/** Scores the present item and asks the engine what follows. */
export function completeItem(
  state: SessionState,
  part: AdaptivePart,
  item: ItemProgress,
  facts: SessionFacts,
): EventBody[] {
  const { category, why } = scoreItem(state, item, facts);
  const history = [
    ...historyOf(state.items.filter((other) => other.handle !== item.handle)),
    { item: item.item.id, category, scored: item.scored },
  ];
  const { events, theta, standardError } = continueAdaptive(state, part, history, facts);
  return [{ type: 'item-completed', handle: item.handle, category, why, theta, standardError }, ...events];
}

/** An item that timed out while the server was away is not scored; any other unanswered item scores 0. */
function scoreItem(
  state: SessionState,
  item: ItemProgress,
  facts: SessionFacts,
): { readonly category: 0 | 1 | null; readonly why: 'answered' | 'unanswered' | 'outage' } {
  if (item.answer !== undefined)
    return { category: scoreChoice(choiceItem(facts.test, item.item.id), item.answer.choice), why: 'answered' };
  const lost =
    state.deadlineAt !== undefined &&
    isOver(state, facts.now) &&
    overlapsOutage(state, item.presentedAt, state.deadlineAt);
  return lost ? { category: null, why: 'outage' } : { category: 0, why: 'unanswered' };
}
