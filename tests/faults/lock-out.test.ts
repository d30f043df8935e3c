/**
 * The drill of a room that works in Safe Exam Browser: whatever locks somebody out, the invigilator undoes it from the
 * room with an act or two, and the candidate is back at the same question, with every answer and all of the time.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { Operation } from '../../delivery/sessions/operation.ts';
import type { CandidateView } from '../../server/api/candidate/protocol.ts';
import type {
  CloseOutMade,
  Code,
  ExamSettings,
  ProctoringLog,
  Registered,
  Room,
  RoomSession,
} from '../../server/api/invigilator/protocol.ts';
import { ExamBrowser } from '../exam-browser.ts';
import { ServerProcess } from '../server-process.ts';
import { Candidate, ProblemReply, Staff, person } from '../session-client.ts';

const conduct = { browser: 'safe-exam-browser', fullScreen: true, focus: true, assistiveTechnology: false } as const;
const red = { why: 'technical.exam-browser', reason: 'rood scherm, plaats 4' };

let server: ServerProcess;
let desk: Staff;
let browser: ExamBrowser;
beforeAll(async () => {
  server = await ServerProcess.start();
  desk = await Staff.login(server.url, await server.account('invigilator'));
  browser = new ExamBrowser((await desk.get<ExamSettings>('/invigilator/exam-browser')).file);
}, 60_000);
afterAll(() => server.dispose());

/** What the invigilator did in a drill: as few as possible. */
let acts: string[] = [];
beforeEach(() => {
  acts = [];
});
async function act<T>(session: string, name: string, body: object = {}): Promise<T> {
  acts.push(name);
  return desk.post<T>(`/invigilator/sessions/${session}/${name}`, body);
}
async function row(session: string): Promise<RoomSession | undefined> {
  return (await desk.get<Room>('/invigilator/room')).sessions.find((one) => one.session === session);
}
const log = async (session: string): Promise<ProctoringLog['entries']> =>
  (await desk.get<ProctoringLog>(`/invigilator/sessions/${session}/log`)).entries;
const kinds = async (session: string): Promise<string[]> =>
  (await log(session))
    .map(({ type }) => type)
    .filter((type) => type.startsWith('browser-') || /paused|resumed/.test(type));

const refusalOf = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => 'taken',
    (error: unknown) => (error instanceof ProblemReply ? [error.status, error.code, error.body['fault']] : error),
  );
const lockedOut = (fault: 'missing' | 'wrong') => [403, 'exam-browser-required', fault];

/** A device at the door, in this browser or in none. */
async function arrived(shows: Candidate['browser']): Promise<Candidate> {
  const { session, code } = await desk.post<z.infer<typeof Registered>>(
    '/invigilator/sessions',
    person({ test: 'mo', conduct }),
  );
  const candidate = await Candidate.arrive(server.url, code.code, session);
  candidate.browser = shows;
  return candidate;
}
async function again(session: string, shows: Candidate['browser']): Promise<Candidate> {
  const { code } = await act<z.infer<typeof Code>>(session, 'code');
  const candidate = await Candidate.arrive(server.url, code, session);
  candidate.browser = shows;
  await act(session, 'admit');
  return candidate;
}

/** At the second question, with an answer to the first that is kept, and one to the second that waits on the page. */
interface AtWork {
  readonly candidate: Candidate;
  readonly waiting: readonly Operation[];
  readonly question: string;
  readonly chosen: string;
}
async function atWork(shows: Candidate['browser']): Promise<AtWork> {
  const candidate = await arrived(shows);
  await desk.post(`/invigilator/sessions/${candidate.session}/admit`);
  await candidate.take();
  let view = await candidate.toFirstPart();
  if (view.screen.name !== 'linear-item') throw new Error('no question');
  const { handle, options } = view.screen.item;
  ({ view } = await candidate.ask(
    { kind: 'answer', handle, option: options[0]?.handle ?? '' },
    { kind: 'go', position: 2 },
  ));
  if (view.screen.name !== 'linear-item') throw new Error('no second question');
  const { item } = view.screen;
  const chosen = item.options[1]?.handle ?? '';
  return {
    candidate,
    waiting: candidate.prepare({ kind: 'answer', handle: item.handle, option: chosen }),
    question: item.handle,
    chosen,
  };
}

/** Back at the same question; what waited is taken, and counts. */
async function backAtTheSame(candidate: Candidate, { waiting, question, chosen }: AtWork): Promise<CandidateView> {
  const { outcomes, view } = await candidate.send(waiting);
  expect(outcomes).toMatchObject([{ status: 'accepted' }]);
  expect(view.screen).toMatchObject({ name: 'linear-item', number: 2, selected: chosen, item: { handle: question } });
  expect(view.screen).toMatchObject({
    overview: expect.arrayContaining([{ position: 1, answered: true, flagged: false }]),
  });
  return view;
}

describe('the browser is absent', () => {
  it('nothing is shown before somebody lets it go on; then it goes on from the door', async () => {
    const candidate = await arrived(() => ({}));
    expect(await refusalOf(candidate.take())).toEqual(lockedOut('missing'));
    expect(await row(candidate.session)).toMatchObject({ status: 'arrived', examBrowser: 'missing' });
    await act(candidate.session, 'override-browser', red);
    await act(candidate.session, 'admit');
    const view = await candidate.take();
    expect(view.screen.name).toBe('confirm-name');
    expect(await row(candidate.session)).toMatchObject({ status: 'active', examBrowser: 'overridden' });
    expect(acts).toEqual(['override-browser', 'admit']);
  });

  it('or it is started, and the same person comes in with it', async () => {
    const without = await arrived(() => ({}));
    expect(await refusalOf(without.take())).toEqual(lockedOut('missing'));
    const candidate = await again(without.session, browser.inRequests);
    expect((await candidate.take()).screen.name).toBe('confirm-name');
    expect(await row(candidate.session)).toMatchObject({ status: 'active', examBrowser: 'right' });
    expect(acts).toEqual(['code', 'admit']);
  });
});

describe('a red screen: the settings are not those of today', () => {
  it('stops the clock and keeps the answer; one act, and it goes on', async () => {
    const work = await atWork(browser.inRequests);
    const { candidate, waiting } = work;
    const { session } = candidate;
    candidate.browser = () => ({ 'x-safeexambrowser-configkeyhash': '0'.repeat(64) });
    expect(await refusalOf(candidate.send(waiting))).toEqual(lockedOut('wrong'));
    const during = await row(session);
    expect(during).toMatchObject({ status: 'paused', pausedFor: 'technical.exam-browser', examBrowser: 'wrong' });
    await expect(desk.post(`/invigilator/sessions/${session}/resume`)).rejects.toThrow('409');
    await act(session, 'override-browser', red);
    const view = await backAtTheSame(candidate, work);
    expect(acts).toEqual(['override-browser']);

    const entries = await log(session);
    const resumed = entries.find(({ type }) => type === 'resumed');
    // What was left when the clock stopped is left when it goes on, to the millisecond.
    expect(Date.parse(view.clock?.deadlineAt ?? '') - Date.parse(resumed?.at ?? '')).toBe(during?.remainingMs);
    expect(entries).toContainEqual(
      expect.objectContaining({ type: 'browser-refused', source: 'system', severity: 'warning', text: 'wrong' }),
    );
    expect(entries).toContainEqual(
      expect.objectContaining({ type: 'browser-overridden', source: 'invigilator', why: red.why, text: red.reason }),
    );
    const { report, texts } = await desk.get<CloseOutMade>('/invigilator/close-out');
    const told = report.sessions.find((one) => one.session === session);
    expect(told?.acts.map(({ type }) => type)).toEqual(expect.arrayContaining(['browser-overridden', 'resumed']));
    expect(told?.acts.map(({ type }) => type)).not.toContain('paused');
    expect(texts[session]).toContain(red.reason);
  });

  it('is looked at again once somebody says so', async () => {
    const work = await atWork(browser.byPage);
    const { candidate } = work;
    candidate.browser = () => ({});
    expect(await refusalOf(candidate.view())).toEqual(lockedOut('missing'));
    await act(candidate.session, 'override-browser', red);
    await act(candidate.session, 'require-browser');
    expect(await refusalOf(candidate.view())).toEqual(lockedOut('missing'));
    candidate.browser = browser.byPage;
    await candidate.view();
    await act(candidate.session, 'resume');
    await backAtTheSame(candidate, work);
    expect(await kinds(candidate.session)).toEqual([
      ...['browser-accepted', 'browser-refused', 'paused', 'browser-overridden', 'resumed'],
      ...['browser-required', 'browser-refused', 'paused', 'browser-accepted', 'resumed'],
    ]);
  });
});

describe('no connection', () => {
  it('the page that comes back hands in what it kept: nobody has to do anything', async () => {
    const work = await atWork(browser.inRequests);
    // Loaded again, after a page that could not be reached.
    await work.candidate.take();
    await backAtTheSame(work.candidate, work);
    expect(acts).toEqual([]);
  });

  it('or the machine is left where it is, and another one goes on', async () => {
    const work = await atWork(browser.inRequests);
    const elsewhere = await again(work.candidate.session, browser.byPage);
    expect(await elsewhere.take()).toMatchObject({ screen: { name: 'linear-item', number: 2 } });
    expect(await refusalOf(work.candidate.send(work.waiting))).toEqual([409, 'fenced', undefined]);
    await backAtTheSame(elsewhere, work);
    expect(acts).toEqual(['code', 'admit']);
  });
});

describe('the browser was quit', () => {
  it('the way in is gone with it; a new one leads to the same question, and what was kept is taken', async () => {
    const work = await atWork(browser.inRequests);
    const started = await again(work.candidate.session, browser.inRequests);
    expect(await started.take()).toMatchObject({ screen: { name: 'linear-item', number: 2 } });
    await backAtTheSame(started, work);
    expect(acts).toEqual(['code', 'admit']);
  });

  it('and it does not start again: the same, without it', async () => {
    const work = await atWork(browser.inRequests);
    const { session } = work.candidate;
    const plain = await again(session, () => ({}));
    expect(await refusalOf(plain.take())).toEqual(lockedOut('missing'));
    expect(await row(session)).toMatchObject({ status: 'paused', examBrowser: 'missing' });
    await act(session, 'override-browser', red);
    expect(await plain.take()).toMatchObject({ screen: { name: 'linear-item', number: 2 } });
    await backAtTheSame(plain, work);
    expect(acts).toEqual(['code', 'admit', 'override-browser']);
  });
});

describe('whoever has not the settings of the day', () => {
  it.each(['/session', '/media/m0'])('is told nothing at %s', async (path) => {
    const { candidate } = await atWork(browser.inRequests);
    candidate.browser = () => ({});
    const response = await candidate.request(path);
    expect(response.status).toBe(403);
    expect(await response.json()).toEqual({
      type: '/problems/exam-browser-required',
      title: expect.any(String),
      status: 403,
      code: 'exam-browser-required',
      fault: 'missing',
    });
  });

  it('cannot show at one address what was shown at another, nor at another page', async () => {
    const { candidate } = await atWork(browser.inRequests);
    candidate.browser = () => browser.inRequests('/api/v1/candidate/session/take');
    expect(await refusalOf(candidate.view())).toEqual(lockedOut('wrong'));
    candidate.browser = () => ({ 'meetlat-config-key-hash': browser.shownTo('/check/') });
    expect(await refusalOf(candidate.view())).toEqual(lockedOut('wrong'));
  });

  it('is known to be there all the same: the room sees a line that is not lost', async () => {
    const { candidate } = await atWork(browser.inRequests);
    candidate.browser = () => ({});
    expect(await candidate.beat()).toHaveProperty('serverNow');
  });
});
