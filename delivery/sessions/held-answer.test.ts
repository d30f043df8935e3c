import { describe, expect, it } from 'vitest';
import { proctoringLog } from '../monitoring/log.ts';
import { at } from './example.suite.ts';
import { civic } from './given-session.suite.ts';
import type { PlayedSession } from './played-session.suite.ts';

const s = 1_000;
const pausedAt = 60 * s;
/** A pause after a minute. */
const paused = (): PlayedSession =>
  civic().after(pausedAt).ran({ type: 'pause', by: 'toezicht', reason: 'brandalarm' });

/** The first question's answer arrives so long after the pause began; chosen before or after, by the page's word. */
function arrives(
  played: PlayedSession,
  { after, chosen, unheard }: { after: number; chosen?: number; unheard?: readonly [number, number] },
): PlayedSession {
  played.ms = pausedAt + after;
  played.unheard =
    unheard === undefined ? undefined : { from: at(pausedAt + unheard[0]), to: at(pausedAt + unheard[1]) };
  const { handle, item } = played.present();
  return played.asked({
    ...{ kind: 'answer', handle, option: played.option(item, 2) },
    ...(chosen === undefined
      ? {}
      : { made: { monotonicMs: pausedAt + chosen, server: { now: at(0), monotonicMs: 0 } } }),
  });
}
const last = (played: PlayedSession): string | undefined => played.events.at(-1)?.type;

describe('an answer that comes during a pause', () => {
  it.each([
    ['at once', { after: 1 }, 'answered'],
    ['15 s after it began', { after: 15 * s }, 'answered'],
    ['later', { after: 15 * s + 1 }, 'answer-held'],
    ['later, chosen before by the page’s word alone', { after: 40 * s, chosen: -5 * s }, 'answer-held'],
    [
      'later over a line that was lost since before',
      { after: 40 * s, chosen: -5 * s, unheard: [-8 * s, 40 * s] },
      'answered',
    ],
    [
      'later over a line that was lost later',
      { after: 90 * s, chosen: -5 * s, unheard: [16 * s, 90 * s] },
      'answer-held',
    ],
    [
      'chosen in the pause over a lost line',
      { after: 40 * s, chosen: 5 * s, unheard: [-8 * s, 40 * s] },
      'answer-held',
    ],
  ] as const)('%s', (_when, arrival, expected) => expect(last(arrives(paused(), arrival))).toBe(expected));

  it('and was held changes nothing, is an incident, and keeps the pause', () => {
    const played = arrives(paused(), { after: 20 * s });
    expect(played.now.items[0]?.answer).toBeUndefined();
    expect(played.now.incidents).toMatchObject({ notice: 1, last: 'answer-held' });
    expect(played.now.outcomes.get(played.operations.at(-1)?.opId ?? '')).toMatchObject({ status: 'accepted' });
    expect(played.decide({ type: 'resume', by: 'toezicht' })).toEqual({ refused: { code: 'answers-undecided' } });
  });

  it.each([
    [true, { choice: 2 }, 'held-answer-counts'],
    [false, undefined, 'held-answer-dismissed'],
  ])('a person decides whether it counts: %s', (counts, answer, told) => {
    const played = arrives(paused(), { after: 20 * s });
    const { handle } = played.present();
    const decide = { type: 'decide-held-answer', handle, counts, by: 'toezicht' } as const;
    played.ran(decide);
    expect(played.decide(decide)).toEqual({ refused: { code: 'nothing-held' } });
    played.ran({ type: 'resume', by: 'toezicht' });
    expect(played.now.items[0]?.answer?.choice).toEqual(answer?.choice);
    expect(proctoringLog(played.events).find(({ type }) => type === told)).toMatchObject({ by: 'toezicht' });
  });

  it('a flag comes within the same time, or not', () => {
    const played = paused().after(15 * s);
    const { handle } = played.present();
    played.ask({ kind: 'flag', handle, on: true });
    played.after(1).ask({ kind: 'flag', handle, on: false });
    expect(played.now.items[0]?.flagged).toBe(true);
  });
});
