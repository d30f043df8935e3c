/** What follows from each operation of the candidate, given what was played. */
import { describe, it } from 'vitest';
import type { Consequence } from '../../storage/port.ts';
import { choiceItem } from '../../item-bank/releases/pinned-test.ts';
import { at, oralTest } from './example.suite.ts';
import { giveItem } from './given.ts';
import { type Asked } from './example.suite.ts';
import { civic, oral, thenCauses } from './given-session.suite.ts';
import type { RefusalCode } from './operation.ts';
import type { PlayedSession } from './played-session.suite.ts';
import type { RefusedValue } from './refused-value.ts';
import type { EventBody } from './session.ts';

type Row = readonly [
  given: string,
  played: PlayedSession,
  when: Asked,
  then: readonly EventBody[],
  pending?: readonly Consequence[],
];

function check(rows: readonly Row[]): void {
  for (const [name, played, asked, bodies, pending = []] of rows)
    it(name, () => thenCauses(played, asked, { bodies, pending }));
}

const refused = (kind: Asked['kind'], code: RefusalCode, value: RefusedValue): EventBody => ({
  type: 'operation-refused',
  kind,
  code,
  ...value,
});
const pause = { type: 'pause', by: 't', reason: 'brandalarm' } as const;

/** The answer to the present item by the author's index of an option, and the event of it. */
function answering(played: PlayedSession, choice: number): { asked: Asked & { kind: 'answer' }; event: EventBody } {
  const { handle, item } = played.present();
  const option = played.option(item, choice);
  return { asked: { kind: 'answer', handle, option }, event: { type: 'answered', handle, option, choice } };
}

/** The n-th listening item as it is given after `theta`. */
function presented(played: PlayedSession, position: number, theta: number): EventBody {
  const { seed } = played.now.terms;
  const item = choiceItem(oralTest, `L${position}`);
  return {
    type: 'item-presented',
    ...giveItem(seed, 'nl', item, true),
    position,
    theta,
    standardError: 1.5,
    rule: 'maximum-information',
    stream: { seed, key: `selection/${position}`, among: [item.id] },
    deadlineAt: at(played.ms + 120_000),
  };
}

describe('a play', () => {
  const twice = oral();
  const { handle } = twice.present();
  const play: Asked = { kind: 'play', handle };
  twice.asked(play, play);
  const refunded = oral().asked(play, play).ran({ type: 'refund-play', by: 't', reason: 'koptelefoon' });
  check([
    ['is counted by the server', oral(), play, [{ type: 'media-played', handle, plays: 1 }]],
    ['the third of two is refused', twice, play, [refused('play', 'no-plays-left', { handle })]],
    ['one that was given back can be had again', refunded, play, [{ type: 'media-played', handle, plays: 2 }]],
  ]);
});

describe('an answer', () => {
  const stranger = { kind: 'answer', handle: 'inobody', option: 'onothing' } as const;
  const kept = ({ handle, option }: { readonly handle: string; readonly option: string }) => ({ handle, option });
  const second = answering(oral(), 1);
  const [one, two] = civic().now.items;
  if (one === undefined || two === undefined) throw new Error('a form has two items');
  const { asked: first } = answering(oral(), 0);
  const gone = oral().asked(first, { kind: 'next', handle: first.handle });
  const grace = oral().heard().after(121_900);
  const late = oral().after(122_001);
  const paused = civic().ran(pause);
  const over = civic().after(602_001).ran({ type: 'close-overdue' });
  check([
    ['to no item is recorded as refused', oral(), stranger, [refused('answer', 'wrong-item', kept(stranger))]],
    [
      'after a refused one, the queue goes on',
      oral().heard().after(1_000).asked(stranger),
      second.asked,
      [second.event],
    ],
    [
      "with another item's option is refused",
      civic(),
      { kind: 'answer', handle: one.handle, option: civic().option(two.item.id, 0) },
      [refused('answer', 'unknown-option', { handle: one.handle, option: civic().option(two.item.id, 0) })],
    ],
    ['to an item no longer on the screen is refused', gone, first, [refused('answer', 'wrong-item', kept(first))]],
    ['within the grace counts', grace, answering(grace, 1).asked, [answering(grace, 1).event]],
    [
      'after it is late',
      late,
      answering(late, 2).asked,
      [refused('answer', 'late', { ...kept(answering(late, 2).asked), choice: 2 })],
    ],
    ['is taken during a pause', paused, answering(paused, 1).asked, [answering(paused, 1).event]],
    [
      'after the end of a form is late',
      over,
      { kind: 'answer', handle: one.handle, option: civic().option(one.item.id, 1) },
      [refused('answer', 'late', { handle: one.handle, option: civic().option(one.item.id, 1) })],
    ],
  ]);
});

describe('going on', () => {
  const unanswered = oral().after(122_001);
  const outage = oral()
    .after(200_000)
    .ran({ type: 'measure-outage', from: at(60_000), to: at(200_000) });
  const { handle } = unanswered.present();
  const next: Asked = { kind: 'next', handle };
  const completed = (category: number | null, why: 'unanswered' | 'outage', theta: number): EventBody => ({
    type: 'item-completed',
    handle,
    category,
    why,
    theta,
    standardError: 1.5,
  });
  check([
    ['an unanswered item scores 0', unanswered, next, [completed(0, 'unanswered', -1), presented(unanswered, 2, -1)]],
    [
      'one that timed out during an outage of the server is not scored',
      outage,
      next,
      [completed(null, 'outage', -0.5), presented(outage, 2, -0.5)],
    ],
    [
      'nothing moves on during a pause',
      civic().ran(pause),
      { kind: 'go', position: 2 },
      [refused('go', 'not-active', { position: 2 })],
    ],
    ['free movement in a form', civic(), { kind: 'go', position: 2 }, [{ type: 'moved', position: 2 }]],
    ['beyond the form', civic(), { kind: 'go', position: 8 }, [refused('go', 'wrong-item', { position: 8 })]],
    [
      'submitting scores the form, closes the session and leaves its close to be concluded',
      civic(),
      { kind: 'submit' },
      [
        { type: 'form-scored', categories: [0, 0, 0, 0, 0, 0, 0] },
        { type: 'part-completed', part: 'mo', reason: 'submitted' },
        { type: 'closed', by: 'candidate', reason: 'completed' },
      ],
      [{ kind: 'session-closed', data: {} }],
    ],
  ]);
});

describe('a recording', () => {
  const speaking = (): PlayedSession => {
    const played = oral();
    while (played.now.step.name === 'adaptive') played.asked({ kind: 'next', handle: played.present().handle });
    return played.asked({ kind: 'start-part' });
  };
  const handle = speaking().now.turns[0]?.handle ?? '';
  const upload = 'upload-of-the-first';
  const finish: Asked = {
    kind: 'recording-finished',
    handle,
    upload,
    chunks: ['c'.repeat(64)],
    durationMs: 4_000,
    contentType: 'audio/webm',
    peak: 0.5,
  };
  const start: Asked = { kind: 'recording-started', handle, upload };
  const started = (): PlayedSession => speaking().asked(start).after(4_000);
  const arrived = started();
  arrived.seal(upload);
  const sealed = started();
  sealed.seal(upload);
  sealed.asked(finish);
  check([
    ['is begun', speaking(), start, [{ type: 'recording-started', handle, upload }]],
    [
      'that is not sealed is refused',
      started(),
      finish,
      [
        refused('recording-finished', 'recording-incomplete', {
          handle,
          upload,
          chunks: 1,
          durationMs: 4_000,
          peak: 0.5,
        }),
      ],
    ],
    [
      'that is not sealed is not left behind',
      started(),
      { kind: 'next', handle },
      [refused('next', 'recording-incomplete', { handle })],
    ],
    [
      'whose bytes are sealed counts',
      arrived,
      finish,
      [
        {
          type: 'recording-sealed',
          handle,
          upload,
          sha256: 'a'.repeat(64),
          bytes: 12_345,
          contentType: 'audio/webm',
          durationMs: 4_000,
          peak: 0.5,
        },
      ],
    ],
    [
      'that is sealed is not begun again',
      sealed,
      { ...start, upload: 'upload-of-another' },
      [refused('recording-started', 'part-over', { handle, upload: 'upload-of-another' })],
    ],
  ]);
});

describe('a hand', () => {
  check([
    ['is raised', oral(), { kind: 'raise-hand' }, [{ type: 'hand-raised' }]],
    [
      'that is raised is noted',
      oral().asked({ kind: 'raise-hand' }),
      { kind: 'raise-hand' },
      [{ type: 'operation-noted', kind: 'raise-hand' }],
    ],
    [
      'is lowered',
      oral().asked({ kind: 'raise-hand' }),
      { kind: 'lower-hand' },
      [{ type: 'hand-lowered', by: 'candidate' }],
    ],
  ]);
});
