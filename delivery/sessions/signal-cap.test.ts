import { expect, it } from 'vitest';
import { civic } from './given-session.suite.ts';
import type { PlayedSession } from './played-session.suite.ts';
import { signalsAMinute } from './signal-cap.ts';

const signal = { kind: 'signal', signal: { type: 'page-hidden', monotonicMs: 1, wallMs: 1 } } as const;
const many = (count: number) => Array.from({ length: count }, () => signal);
const kept = (played: PlayedSession): number => played.events.filter(({ type }) => type === 'signal-recorded').length;
const dropped = (played: PlayedSession): number[] =>
  played.events.flatMap((event) => (event.type === 'inference-recorded' ? [event.inference.count ?? 0] : []));
/** Asks and looks at the outcomes. */
function outcomes(played: PlayedSession, count: number) {
  const operations = played.prepared(...many(count));
  const decision = played.decide({ type: 'operations', fence: played.now.fence, operations });
  return 'refused' in decision && decision.refused !== undefined ? [] : decision.outcomes;
}

it('keeps so many a minute; of the others it tells how many there were', () => {
  const played = civic().asked(...many(signalsAMinute + 40));
  expect([kept(played), dropped(played)]).toEqual([signalsAMinute, [40]]);
  expect(played.now.incidents.warning).toBe(1);
  expect(outcomes(played, 2).map(({ status }) => status)).toEqual(['accepted', 'accepted']);
  played.after(999).ask(...many(50));
  expect([kept(played), dropped(played)]).toEqual([signalsAMinute, [40]]);
  played.after(60_000).ask(...many(10));
  expect(kept(played)).toBe(signalsAMinute + 10);
});

it('an answer behind a flood is taken, whatever its number', () => {
  const played = civic();
  const { handle, item } = played.present();
  const answer = { kind: 'answer', handle, option: played.option(item, 1) } as const;
  played.ask(...many(signalsAMinute + 5), answer);
  expect(played.now.items[0]?.answer).toMatchObject({ choice: 1 });
  played.ask({ kind: 'flag', handle, on: true });
  expect(played.now.items[0]?.flagged).toBe(true);
});

it('takes none after the close, and writes nothing of it', () => {
  const played = civic().asked({ kind: 'submit' });
  const before = played.events.length;
  expect(outcomes(played, 3)).toMatchObject(Array(3).fill({ status: 'refused', code: 'part-over' }));
  played.ask(...many(3));
  expect(played.events.length).toBe(before);
});
