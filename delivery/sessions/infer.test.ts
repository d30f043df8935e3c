import { describe, expect, it } from 'vitest';
import type { InferenceType } from '../proctoring/inference.ts';
import { at } from './example.suite.ts';
import { civic, oral } from './given-session.suite.ts';
import type { PlayedSession } from './played-session.suite.ts';

/** What the server saw in these events, each with its weight. */
const seen = (played: PlayedSession): readonly (readonly [InferenceType, string])[] =>
  played.events.flatMap((event) =>
    event.type === 'inference-recorded' ? [[event.inference.type, event.severity] as const] : [],
  );

/** Hears the present item for so long, then answers it and goes on. */
function hearAndAnswer(played: PlayedSession, ms: number): PlayedSession {
  played.heard().after(ms).answer(0);
  return played.asked({ kind: 'next', handle: played.present().handle });
}

describe('an answer to what must be heard', () => {
  it.each([
    ['after the clip, which lasts a second', 1_000, []],
    ['within a tenth of its length', 100, [['answered-before-end', 'notice']]],
  ])('%s', (_when, ms, expected) => expect(seen(hearAndAnswer(oral(), ms))).toEqual(expected));

  it('without a play', () => {
    const played = oral();
    played.answer(0);
    played.answer(1);
    expect(seen(played)).toEqual([['answered-unheard', 'info']]);
    expect(played.now.incidents.notice).toBe(0);
  });

  it('weighs more from the third time on', () => {
    const played = oral();
    for (let item = 0; item < 4; item += 1) hearAndAnswer(played, 0);
    expect(seen(played).map(([, severity]) => severity)).toEqual(['notice', 'notice', 'warning', 'warning']);
  });

  it('is nothing where the sound does not work', () => {
    const played = oral().asked({ kind: 'signal', signal: { type: 'audio-fault', monotonicMs: 1, wallMs: 1 } });
    played.answer(0);
    expect(seen(played)).toEqual([]);
  });
});

it.each([
  ['a second', 1_000, []],
  ['less than anybody reads in', 999, [['part-hurried', 'critical']]],
])('a form that was answered by %s a question', (_how, ms, expected) => {
  const played = civic();
  for (const { handle, item } of played.now.items)
    played.ask({ kind: 'answer', handle, option: played.option(item.id, 0) });
  played.after(ms * played.now.items.length).ask({ kind: 'submit' });
  expect(seen(played)).toEqual(expected);
});

describe('answers without a heartbeat', () => {
  const whole = (unbeatenFrom: string | undefined, lastedMs = 60_000): PlayedSession => {
    const played = civic().after(lastedMs);
    played.unbeatenFrom = unbeatenFrom;
    return played.asked({ kind: 'submit' });
  };
  it.each([
    ['since before the test began', at(0), [['no-heartbeat', 'critical']]],
    ['since a moment ago', at(59_000), []],
    ['for longer than a page is silent', at(49_999), [['no-heartbeat', 'critical']]],
    ['never', undefined, []],
  ])('%s', (_since, from, expected) => expect(seen(whole(from))).toEqual(expected));
  it('are told at the end of a test however short', () => {
    expect(seen(whole(at(0), 444))).toEqual([['no-heartbeat', 'critical']]);
  });
  it('are told once, also while the test goes on', () => {
    const played = civic().after(10_001);
    played.unbeatenFrom = at(0);
    played.ask({ kind: 'go', position: 2 }, { kind: 'go', position: 3 }, { kind: 'submit' });
    expect(seen(played).filter(([type]) => type === 'no-heartbeat')).toHaveLength(1);
  });
});

describe('a recording', () => {
  /** Begun so often, then sealed after so long. */
  function recorded(waitedMs: number, begun = 1, between: (played: PlayedSession) => void = () => undefined) {
    const played = oral();
    while (played.now.step.name === 'adaptive') hearAndAnswer(played, 1_000);
    played.ask({ kind: 'start-part' });
    const handle = played.now.turns[0]?.handle ?? '';
    const upload = (n: number): string => `upload-000000000-${n}`;
    for (let n = 1; n <= begun; n += 1) played.ask({ kind: 'recording-started', handle, upload: upload(n) });
    played.seal(upload(begun));
    between(played);
    played.after(waitedMs).ask({
      ...{ kind: 'recording-finished', handle, upload: upload(begun), chunks: ['b'.repeat(64)] },
      ...{ durationMs: 10_000, contentType: 'audio/webm', peak: 0.5 },
    });
    return seen(played);
  }
  it.each([
    ['as long as the server waited', 10_000, []],
    ['handed in over a slow line', 24_000, []],
    ['begun a little late', 7_000, []],
    ['longer than there was time', 6_999, [['recording-longer', 'warning']]],
    ['much shorter than there was time', 25_001, [['recording-shorter', 'notice']]],
  ])('%s', (_which, waitedMs, expected) => expect(recorded(waitedMs)).toEqual(expected));
  it('begun anew', () =>
    expect(recorded(10_000, 3)).toEqual([
      ['recording-restarted', 'info'],
      ['recording-restarted', 'notice'],
    ]));
  it('while the line was lost is judged by no interval', () =>
    expect(
      recorded(1_000, 1, (played) => {
        played.after(1_000).run({ type: 'lose-connection' });
        played.after(1_000);
      }),
    ).toEqual([]));
});

it('a page is opened again: once is nothing', () => {
  const played = civic().ran({ type: 'take-writer' }, { type: 'take-writer' });
  expect(seen(played)).toEqual([
    ['page-again', 'info'],
    ['page-again', 'notice'],
  ]);
  played.ran({ type: 'admit', by: 't', seat: 'device', document: 'passport' }, { type: 'take-writer' });
  expect(seen(played)).toHaveLength(2);
});

it('two pages in turn are told once a page, and not of what was under way', () => {
  const played = civic().ran({ type: 'take-writer' });
  const note = { type: 'note-inference', inference: { type: 'second-page', handle: 'page-1' } } as const;
  played.after(5_000).ran(note);
  expect(played.now.incidents.warning).toBe(0);
  played.after(1).ran(note, note);
  expect(played.now.incidents.warning).toBe(1);
});

it('what no page of ours asks for is an incident; what only came too late is none', () => {
  const played = civic().asked({ kind: 'answer', handle: 'inobody', option: 'onothing' });
  expect(played.now.incidents).toMatchObject({ notice: 1, last: 'operation-refused' });
  played.ran({ type: 'pause', by: 't', reason: 'brandalarm' }).ask({ kind: 'go', position: 2 });
  expect(played.now.incidents.notice).toBe(1);
});
