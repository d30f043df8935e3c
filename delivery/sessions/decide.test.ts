/** What follows from the commands of people and of the program; an operation's own rules: decide-operation.test.ts. */
import { describe, expect, it } from 'vitest';
import type { Consequence } from '../../storage/port.ts';
import { type SessionCommand, type SessionRefusal, record } from './decide.ts';
import { admit, at, facts, oralTest, operation, register, terms } from './example.suite.ts';
import { civic, given, oral } from './given-session.suite.ts';
import { heldMs } from './reopen.ts';
import { PlayedSession } from './played-session.suite.ts';
import type { EventBody } from './session.ts';

const hours = 3_600_000;
const attended: Consequence = { kind: 'session-attended', data: {} };
const closed: Consequence = { kind: 'session-closed', data: {} };

interface Then {
  readonly refused?: SessionRefusal;
  readonly bodies?: readonly EventBody[];
  readonly pending?: readonly Consequence[];
}
const refused = (code: Exclude<SessionRefusal['code'], 'fenced' | 'seq-gap'>): Then => ({ refused: { code } });
const then = (...bodies: readonly EventBody[]): Then => ({ bodies });
/** What was played, the command at the instant where it stopped, what follows. */
type Row = readonly [given: string, played: PlayedSession, when: SessionCommand, then: Then];

function check(rows: readonly Row[]): void {
  it.each(rows)(
    '%s',
    (_given, { events, test, ms, sealed }, command, { refused: refusal, bodies = [], pending = [] }) => {
      given(...events)
        .when(command, facts(test, ms, sealed))
        .then(
          refusal === undefined
            ? { events: bodies.map((body) => record(at(ms), body)), pending }
            : { refused: refusal },
        );
    },
  );
}

const nothing = (): PlayedSession => new PlayedSession(oralTest);
const registered = (): PlayedSession => nothing().ran(register(oralTest));
const code = (hash: string) => ({ type: 'make-code', hash, admits: false, by: 'toezichter@demo' }) as const;
const arrive = (brought: string) => ({ type: 'arrive', seat: 'x', code: brought }) as const;
const arrived: EventBody = { type: 'arrived', seat: 'x' };
const admitted: EventBody = { type: 'admitted', by: 'toezichter@demo', identityChecked: false, seat: 'blauwe vos 7' };
const takeWriter = { type: 'take-writer' } as const;
const writes = (fence: number, seq: number): SessionCommand => ({
  type: 'operations',
  fence,
  operations: [operation(seq, { kind: 'raise-hand' })],
});

describe('an act on many sessions', () => {
  const pause = { type: 'pause', by: 't', why: 'environment.fire-alarm', reason: '', act: 'alarm-1' } as const;
  const more = { type: 'grant-extra-time', by: 't', ms: 60_000, reason: 'noise', act: 'more-1' } as const;
  it('is carried out once, however often it is asked', () => {
    const played = new PlayedSession(oralTest).begin();
    for (const command of [pause, pause, more, more]) played.run(command);
    const acts = played.events.filter(({ act }) => act !== undefined);
    expect(acts.map(({ type, act }) => [type, act])).toEqual([
      ['paused', 'alarm-1'],
      ['extra-time-granted', 'more-1'],
    ]);
    expect(played.now).toMatchObject({ pausedFor: 'environment.fire-alarm', extraMs: 60_000 });
    // Also where the state has changed since.
    played.run({ type: 'resume', by: 't' });
    expect(played.run(pause)).toEqual([]);
    expect(played.now.pausedFor).toBeUndefined();
  });
});

describe('registration', () => {
  check([
    ['nothing, anything but a registration', nothing(), admit, refused('not-registered')],
    ['nothing, an operation', nothing(), writes(1, 0), refused('not-registered')],
    ['nothing', nothing(), register(oralTest), then({ type: 'registered', ...terms(oralTest) })],
    ['a registration', registered(), register(oralTest), refused('already-registered')],
  ]);
});

describe('admission', () => {
  check([
    ['the first opens the result', registered(), admit, { bodies: [admitted], pending: [attended] }],
    ['a second does not', registered().ran(admit), admit, then(admitted)],
    ['where none was recorded, every code lets a device in', registered(), arrive('any'), then(arrived)],
    [
      'an older code does not',
      registered().ran(code('first'), code('second')),
      arrive('first'),
      refused('code-superseded'),
    ],
    [
      'the newest code lets a device in',
      registered().ran(code('first'), code('second')),
      arrive('second'),
      then(arrived),
    ],
    [
      'a used code does not',
      registered().ran(code('second'), arrive('second')),
      arrive('second'),
      refused('code-superseded'),
    ],
    [
      'nor does a used one after a newer was made',
      registered().ran(code('second'), arrive('second'), code('third')),
      arrive('second'),
      refused('code-superseded'),
    ],
    [
      'the newer one does',
      registered().ran(code('second'), arrive('second'), code('third')),
      arrive('third'),
      then(arrived),
    ],
    ['nobody writes before it', registered(), takeWriter, refused('not-admitted')],
    [
      'nor after coming in again',
      registered().ran(arrive('any'), admit, takeWriter, arrive('any')),
      writes(1, 0),
      refused('not-admitted'),
    ],
  ]);

  it('arrivals are counted, and the step is kept', () => {
    const played = registered().ran(code('a'), arrive('a'), admit, takeWriter).asked({ kind: 'confirm-name' });
    played.ran(code('b'), arrive('b'), admit);
    expect(played.now).toMatchObject({ arrivals: 2, step: { name: 'sound-check' } });
  });
});

describe('one page writes', () => {
  const begun = (): PlayedSession => new PlayedSession(oralTest).begin();
  check([
    [
      'a page takes over, and that another one was there is told',
      begun(),
      takeWriter,
      then(
        { type: 'inference-recorded', inference: { type: 'page-again', count: 1 }, severity: 'info' },
        { type: 'writer-taken', fence: 2 },
      ),
    ],
    ['an older page writes nothing', begun().ran(takeWriter), writes(1, 0), { refused: { code: 'fenced', fence: 2 } }],
    [
      'a gap writes nothing and names the seq that is expected',
      begun(),
      writes(1, 1),
      {
        refused: { code: 'seq-gap', expectedSeq: 0 },
      },
    ],
  ]);
});

describe('a page that takes over by name', () => {
  const page = (act: string) => ({ type: 'take-writer', act }) as const;
  it('does so once, however often the line brings it', () => {
    const played = new PlayedSession(oralTest).begin();
    played.run(page('page-a'));
    expect(played.run(page('page-a'))).toEqual([]);
    expect(played.now.fence).toBe(2);
  });
  check([
    [
      'and gets nothing of the page after it',
      new PlayedSession(oralTest).begin().ran(page('page-a'), page('page-b')),
      page('page-a'),
      { refused: { code: 'fenced', fence: 3 } },
    ],
  ]);
});

describe('the clock', () => {
  const pause = { type: 'pause', by: 't', reason: 'brandalarm' } as const;
  const resume = { type: 'resume', by: 't' } as const;
  const outage = { type: 'measure-outage', from: at(10_000), to: at(40_000) } as const;
  const extra = { type: 'grant-extra-time', by: 't', ms: 60_000, reason: 'storing' } as const;
  const half = { accommodations: { extraTimePercent: 50, extraPlays: 0 } };
  check([
    ['a pause', civic(), pause, then({ type: 'paused', by: 't', reason: 'brandalarm' })],
    ['a pause of a pause', civic().ran(pause), pause, refused('already-paused')],
    ['no pause to end', civic(), resume, refused('not-paused')],
    [
      'a pause of five minutes moves the deadline by as much',
      civic().after(60_000).ran(pause).after(300_000),
      resume,
      then({ type: 'resumed', by: 't', deadlineAt: at(900_000) }),
    ],
    [
      'extra time moves the deadline',
      civic(),
      extra,
      then({ type: 'extra-time-granted', by: 't', ms: 60_000, reason: 'storing', deadlineAt: at(660_000) }),
    ],
    [
      'extra time on top of that of the profile',
      new PlayedSession(civic().test).begin(half).toFirstPart(),
      extra,
      then({ type: 'extra-time-granted', by: 't', ms: 60_000, reason: 'storing', deadlineAt: at(960_000) }),
    ],
    ['an outage', civic(), outage, then({ type: 'outage-measured', from: at(10_000), to: at(40_000) })],
    ['an outage recorded before', civic().ran(outage), outage, then()],
    ['an outage before the admission', registered(), outage, then()],
  ]);
});

describe('the deadline job', () => {
  const overdue = { type: 'close-overdue' } as const;
  const answered = civic();
  const { handle, item } = answered.present();
  answered.asked({ kind: 'answer', handle, option: answered.option(item, 0) });
  const choice = answered.test.items.get(item);
  const score = choice?.kind === 'choice' && choice.key === 0 ? 1 : 0;
  answered.after(602_001);
  check([
    ['nothing while a form has time', civic().after(602_000), overdue, then()],
    [
      'a form whose time is over is scored as it stands',
      answered,
      overdue,
      {
        bodies: [
          { type: 'form-scored', categories: [score, 0, 0, 0, 0, 0, 0] },
          { type: 'part-completed', part: 'mo', reason: 'deadline' },
          { type: 'closed', by: 'clock', reason: 'deadline' },
        ],
        pending: [closed],
      },
    ],
    ['a closed session takes no command', civic().after(602_001).ran(overdue), overdue, refused('session-closed')],
    ['nobody finished, at the end of the sixth hour', oral().after(6 * hours), overdue, then()],
    [
      'nobody finished, a moment later',
      oral().after(6 * hours + 1),
      overdue,
      {
        bodies: [{ type: 'closed', by: 'clock', reason: 'ended', note: 'not finished', held: held(6 * hours + 1, 0) }],
        pending: [],
      },
    ],
  ]);
});

/** The close of an oral session at its first item may be taken back. */
function held(ms: number, remainingMs: number) {
  return { until: at(ms + heldMs), step: oral().now.step, remainingMs };
}

describe('acts of the invigilator', () => {
  const end = { type: 'end', by: 't', reason: 'ziek' } as const;
  const refund = { type: 'refund-play', by: 't', reason: 'lawaai' } as const;
  const played = oral();
  const { handle } = played.present();
  played.asked({ kind: 'play', handle });
  check([
    [
      'the end',
      oral(),
      end,
      {
        bodies: [{ type: 'closed', by: 't', reason: 'ended', note: 'ziek', held: held(0, 120_000) }],
        pending: [],
      },
    ],
    [
      'the end of a pause and of the session',
      oral().ran({ type: 'pause', by: 't', reason: 'brandalarm' }),
      end,
      {
        bodies: [
          { type: 'resumed', by: 't' },
          { type: 'closed', by: 't', reason: 'ended', note: 'ziek', held: held(0, 120_000) },
        ],
        pending: [],
      },
    ],
    [
      'another in the place of one that somebody was let in to',
      oral(),
      { type: 'supersede', by: 't' },
      refused('session-open'),
    ],
    ['a play to give back where none was used', oral(), refund, refused('nothing-to-refund')],
    [
      'a play to give back',
      played,
      refund,
      then({ type: 'play-refunded', by: 't', handle, reason: 'lawaai', plays: 0 }),
    ],
    ['a hand to lower where none is raised', oral(), { type: 'lower-hand', by: 't' }, then()],
    [
      'a raised hand',
      oral().asked({ kind: 'raise-hand' }),
      { type: 'lower-hand', by: 't' },
      then({ type: 'hand-lowered', by: 't' }),
    ],
  ]);
});

describe('the line', () => {
  const lose = { type: 'lose-connection' } as const;
  const restore = { type: 'restore-connection' } as const;
  check([
    ['is lost', oral(), lose, then({ type: 'connection-lost', clockStopsMs: 600_000 })],
    ['is lost once', oral().ran(lose), lose, then()],
    [
      'is back',
      oral().ran(lose).after(7_000),
      restore,
      then(
        { type: 'connection-restored', awayMs: 7_000 },
        { type: 'time-given-back', from: at(0), ms: 7_000, deadlineAt: at(127_000) },
      ),
    ],
    ['was never lost', oral(), restore, then()],
  ]);
});
