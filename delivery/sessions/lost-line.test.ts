/** What a lost line takes from a candidate, and what it does not: rule by rule, in seconds of the item presented. */
import { describe, expect, it } from 'vitest';
import { isOver, remainingMs } from './clock.ts';
import { at, civicTest, oralTest } from './example.suite.ts';
import { PlayedSession } from './played-session.suite.ts';
import type { PinnedTest } from '../../item-bank/releases/pinned-test.ts';

const s = 1_000;
/** The listening item's time, s. */
const limit = 120;
const oral = (test = oralTest): PlayedSession => new PlayedSession(test).begin().toFirstPart();
const civic = (): PlayedSession => new PlayedSession(civicTest).begin().toFirstPart();
const within = (lostLine: Partial<PinnedTest['specification']['lostLine']>): PinnedTest => ({
  ...oralTest,
  specification: { ...oralTest.specification, lostLine: { ...oralTest.specification.lostLine, ...lostLine } },
});

/** As the page says when: its clock began an hour before the server's. */
const made = (chosen: number) => ({
  monotonicMs: 3_600_000 + chosen * s,
  server: { now: at(0), monotonicMs: 3_600_000 },
});

/** An answer chosen at one time arrives at another; what was last not heard, as this process knows. */
function arrives(
  session: PlayedSession,
  { chosen, received, unheard }: { chosen?: number; received: number; unheard?: readonly [number, number] },
): void {
  session.ms = received * s;
  session.unheard = unheard === undefined ? undefined : { from: at(unheard[0] * s), to: at(unheard[1] * s) };
  const { handle, item } = session.present();
  session.ask({
    kind: 'answer',
    handle,
    option: session.option(item, 1),
    ...(chosen === undefined ? {} : { made: made(chosen) }),
  });
}
/** The server sees that the line is lost, and that it is back. */
function lost(session: PlayedSession, unheardFrom: number, seen: number, back?: number): void {
  session.ms = seen * s;
  session.run({ type: 'lose-connection', unheardFrom: at(unheardFrom * s) });
  if (back === undefined) return;
  session.ms = back * s;
  session.run({ type: 'restore-connection' });
}
const last = (session: PlayedSession) => session.events.at(-1);

describe('the clock of a candidate whose line is lost', () => {
  it('stands still from when the server sees it until the line is back, and that is recorded', () => {
    const session = oral();
    lost(session, 20, 35);
    expect(remainingMs(session.now, at(35 * s))).toBe(85 * s);
    expect(remainingMs(session.now, at(200 * s))).toBe(85 * s);
    expect(isOver(session.now, at(200 * s))).toBe(false);
    session.ms = 235 * s;
    expect(session.run({ type: 'restore-connection' })).toMatchObject([
      { type: 'connection-restored', awayMs: 200 * s },
      { type: 'time-given-back', from: at(35 * s), ms: 200 * s, deadlineAt: at((limit + 200) * s) },
    ]);
    expect(remainingMs(session.now, at(235 * s))).toBe(85 * s);
  });

  it('stands still for no longer, over the whole test, than the specification gives', () => {
    const session = oral(within({ clockStopsMs: 60 * s }));
    lost(session, 0, 10, 50);
    expect(remainingMs(session.now, at(50 * s))).toBe(110 * s);
    lost(session, 50, 60);
    expect(remainingMs(session.now, at(80 * s))).toBe(100 * s);
    expect(remainingMs(session.now, at(90 * s))).toBe(90 * s);
    session.ms = 90 * s;
    session.run({ type: 'restore-connection' });
    expect(session.now.givenBack.map(({ ms }) => ms)).toEqual([40 * s, 20 * s]);
    expect(session.now.deadlineAt).toBe(at((limit + 60) * s));
  });

  it('is stopped once where a pause falls into the loss, and where a loss falls into a pause', () => {
    const session = oral();
    lost(session, 20, 30);
    session.ms = 40 * s;
    session.run({ type: 'pause', by: 't', reason: 'brandalarm' });
    expect(remainingMs(session.now, at(90 * s))).toBe(90 * s);
    session.ms = 100 * s;
    session.run({ type: 'resume', by: 't' });
    expect(remainingMs(session.now, at(150 * s))).toBe(90 * s);
    session.ms = 150 * s;
    session.run({ type: 'restore-connection' });
    expect(remainingMs(session.now, at(150 * s))).toBe(90 * s);
    session.run({ type: 'pause', by: 't', reason: 'brandalarm' });
    lost(session, 150, 170, 180);
    expect(remainingMs(session.now, at(180 * s))).toBe(90 * s);
    session.ms = 200 * s;
    session.run({ type: 'resume', by: 't' });
    expect(remainingMs(session.now, at(200 * s))).toBe(90 * s);
  });

  it('ran on in sessions of before, which recorded neither', () => {
    const session = oral();
    session.replay({ type: 'connection-lost', schema: 1, at: at(20 * s) });
    session.replay({ type: 'connection-restored', awayMs: 100 * s, schema: 1, at: at(120 * s) });
    expect(remainingMs(session.now, at(120 * s))).toBe(0);
  });
});

describe('an operation that comes while the line is lost', () => {
  it('shows that it is back, and is judged by the clock that stood still', () => {
    const session = oral().heard();
    lost(session, 20, 35);
    arrives(session, { chosen: 50, received: 235 });
    expect(session.events.slice(-3).map(({ type }) => type)).toEqual([
      'connection-restored',
      'time-given-back',
      'answered',
    ]);
    expect(session.now.disconnectedAt).toBeUndefined();
  });
});

describe('an answer that comes after the time was over', () => {
  it.each<[string, Parameters<typeof arrives>[1], string]>([
    ['the page says no time', { received: 125, unheard: [116, 125] }, 'refused'],
    ['chosen in time, nothing heard in between', { chosen: 118, received: 125, unheard: [116, 125] }, 'counts'],
    ['chosen in time, and the page was heard all along', { chosen: 118, received: 125 }, 'refused'],
    ['chosen too late, nothing heard in between', { chosen: 123, received: 130, unheard: [116, 130] }, 'refused'],
    ['chosen in time, heard until the time was over', { chosen: 118, received: 133, unheard: [123, 133] }, 'refused'],
    ['chosen in time, heard again for long before', { chosen: 118, received: 145, unheard: [116, 129] }, 'refused'],
    ['chosen in time, heard again a moment before', { chosen: 118, received: 144, unheard: [116, 129] }, 'counts'],
    ['chosen in time, heard for long after that', { chosen: 100, received: 125, unheard: [116, 125] }, 'refused'],
    ['said to be chosen when it is still to come', { chosen: 500, received: 125, unheard: [116, 125] }, 'refused'],
  ])('%s', (_, answer, outcome) => {
    const session = oral();
    arrives(session, answer);
    expect(last(session)?.type).toBe(outcome === 'counts' ? 'answered' : 'operation-refused');
  });

  it('counts where the server saw the line lost, from the last that it had heard', () => {
    const session = oral();
    lost(session, 112, 127, 322);
    arrives(session, { chosen: 119, received: 325 });
    expect(last(session)).toMatchObject({
      type: 'answered',
      late: { chosenAt: at(119 * s), unheardFrom: at(112 * s) },
    });
  });

  it('does not count where it was chosen while the line was lost, but after the time was over', () => {
    const session = oral();
    lost(session, 112, 127, 322);
    arrives(session, { chosen: 160, received: 325 });
    expect(last(session)).toMatchObject({ type: 'operation-refused', code: 'late' });
  });

  it('counts where the server itself was away', () => {
    const session = oral();
    session.ms = 300 * s;
    session.run({ type: 'measure-outage', from: at(110 * s), to: at(300 * s) });
    arrives(session, { chosen: 119, received: 303 });
    expect(last(session)).toMatchObject({ type: 'answered', late: { unheardFrom: at(110 * s) } });
  });

  it('never counts where the specification says so', () => {
    const session = oral(within({ lateAnswers: 'never' }));
    arrives(session, { chosen: 118, received: 125, unheard: [116, 125] });
    expect(last(session)).toMatchObject({ type: 'operation-refused', code: 'late' });
  });

  it('keeps its value and its times, and stays on the screen, where it does not count', () => {
    const session = oral();
    arrives(session, { chosen: 118, received: 125 });
    const { handle, item } = session.present();
    const option = session.option(item, 1);
    expect(last(session)).toEqual({
      type: 'operation-refused',
      kind: 'answer',
      code: 'late',
      handle,
      option,
      choice: 1,
      madeAt: at(118 * s),
      schema: 1,
      at: at(125 * s),
      op: expect.anything(),
    });
    expect(session.now.items[0]).toMatchObject({ late: option });
    expect(session.now.items[0]?.answer).toBeUndefined();
  });
});

it('no page can say that it chose in the future', () => {
  const session = oral();
  arrives(session, { chosen: 500, received: 125 });
  expect(last(session)).toMatchObject({ type: 'operation-refused', madeAt: at(125 * s) });
});

it('every operation that is refused keeps what it asked', () => {
  const session = civic();
  session.run({ type: 'end', by: 't', reason: 'ziek' });
  const handle = 'an-item';
  session.ask(
    { kind: 'flag', handle, on: true },
    { kind: 'go', position: 7 },
    { kind: 'recording-started', handle, upload: 'upload-of-a-person' },
  );
  expect(session.events.slice(-3)).toMatchObject([
    { kind: 'flag', handle, on: true },
    { kind: 'go', position: 7 },
    { kind: 'recording-started', handle, upload: 'upload-of-a-person' },
  ]);
});

describe('a form whose time is over', () => {
  const over = 600;
  it.each<[string, readonly [number, number] | undefined, number, boolean]>([
    ['of a page that was never heard', undefined, over + 3, true],
    ['of a page that was there all along', [over + 5, 0], over + 6, true],
    ['of a page that has just not been heard since', [over + 1, 0], over + 6, false],
    ['of a page that was not heard when the time was over', [over - 4, 0], over + 6, false],
    ['of a page that came back a moment ago', [over + 8, over + 8], over + 10, false],
    ['of a page that came back and had time to hand in', [over + 24, over + 8], over + 24, true],
    ['of a page that came back shortly before', [over + 6, over - 5], over + 8, false],
  ])('%s', (_, heard, now, closes) => {
    const session = civic();
    session.ms = now * s;
    const [heardAt, since] = heard ?? [0, 0];
    const known = heard === undefined ? {} : { heard: { at: at(heardAt * s), since: at(since * s) } };
    expect(session.run({ type: 'close-overdue', ...known }).length > 0).toBe(closes);
  });

  it('is not closed while the line is lost, also where that was seen after the time was over', () => {
    const session = civic();
    lost(session, 590, 605);
    session.ms = 1_204 * s;
    expect(session.run({ type: 'close-overdue' })).toEqual([]);
    session.ms = 1_206 * s;
    expect(session.run({ type: 'close-overdue' }).map(({ type }) => type)).toContain('closed');
  });

  it('is not closed while the line is lost, until the clock has stood still for as long as it may', () => {
    const session = civic();
    lost(session, 580, 595);
    session.ms = 1_190 * s;
    expect(session.run({ type: 'close-overdue' })).toEqual([]);
    session.ms = 1_194 * s;
    expect(session.run({ type: 'close-overdue' })).toEqual([]);
    session.ms = 1_203 * s;
    expect(session.run({ type: 'close-overdue' }).map(({ type }) => type)).toContain('closed');
  });
});
