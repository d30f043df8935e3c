/** The speaking part: one prompt for each task, drawn by the seed; each turn is heard, prepared and recorded. */
import { drawOrder } from '../../item-bank/forms/assemble.ts';
import { UnknownItem } from '../../item-bank/releases/pinned-test.ts';
import type { SpeakingPart } from '../../item-bank/specifications/specification.ts';
import type { SpeakingItem } from '../../item-bank/items/item.ts';
import type { SessionFacts } from './facts.ts';
import { giveTurns } from './given.ts';
import type { EventBody, SessionState } from './session.ts';

export function startSpeaking(state: SessionState, part: SpeakingPart, facts: SessionFacts): EventBody[] {
  const { seed, excludedItems } = state.terms;
  const pool = [...facts.test.items.values()].filter(
    (item): item is SpeakingItem => item.kind === 'speaking' && item.use === 'operational',
  );
  const turns = part.tasks.flatMap((task) => {
    const ofTask = pool.filter((item) => item.attributes['task'] === task);
    const fresh = ofTask.filter((item) => !excludedItems.includes(item.id));
    const item = drawOrder(seed, task, fresh.length > 0 ? fresh : ofTask)[0];
    if (item === undefined) throw new UnknownItem(task);
    return giveTurns(seed, item);
  });
  const first = turns[0];
  if (first === undefined) throw new UnknownItem(part.id);
  return [
    { type: 'part-started', part: part.id },
    { type: 'turns-assembled', turns },
    { type: 'turn-presented', position: 1, handle: first.handle },
  ];
}

/** After a turn: the next one, or the end of the part. */
export function nextTurn(state: SessionState, part: SpeakingPart, position: number): EventBody[] {
  const next = state.turns.find((turn) => turn.position === position + 1);
  return next === undefined
    ? [{ type: 'part-completed', part: part.id, reason: 'all-tasks' }]
    : [{ type: 'turn-presented', position: next.position, handle: next.handle }];
}
