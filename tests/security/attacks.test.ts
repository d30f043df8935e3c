/**
 * Attacks on a running server that no room of the house can see alone: members that nobody asked for, cookies, caches,
 * guessing, and two who act on one session at the same moment.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServerProcess } from '../server-process.ts';
import { Candidate, ProblemReply, Staff, person } from '../session-client.ts';

let server: ServerProcess;
let invigilator: Staff;
beforeAll(async () => {
  server = await ServerProcess.start();
  invigilator = await Staff.login(server.url, await server.account('invigilator'));
});
afterAll(() => server.dispose());

const post = (path: string, body: object, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${server.url}/api/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
const codeOf = async (response: Response): Promise<string> => {
  const { code }: { code?: string } = await response.json();
  return code ?? 'none';
};

describe('members that nobody asked for', () => {
  it.each([
    { tenant: 'other' },
    { centre: 'brugge' },
    { synthetic: false },
    { seed: '0'.repeat(32) },
    { accommodations: { extraTimePercent: 0, extraPlays: 0, score: 41 } },
  ])('change no registration: %j', async (more) => {
    const response = await post('/invigilator/sessions', { ...person(), ...more }, { cookie: invigilator.cookie });
    expect([response.status, await codeOf(response)]).toEqual([400, 'invalid-request']);
  });

  it.each([{ deadlineAt: '2099-01-01T00:00:00.000Z' }, { score: 1 }, { at: '2020-01-01T00:00:00.000Z' }])(
    'change no operation: %j',
    async (more) => {
      const candidate = await Candidate.admitted(invigilator);
      const before = await candidate.view();
      const [operation] = candidate.prepare({ kind: 'confirm-name' });
      const response = await candidate.request('/session/operations', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ fence: candidate.fence, operations: [{ ...operation, ...more }] }),
      });
      expect([response.status, await codeOf(response)]).toEqual([400, 'invalid-request']);
      expect((await candidate.view()).version).toBe(before.version);
    },
  );

  it('make no other account of a log-in', async () => {
    const body = { ...(await server.account('examiner')), roles: ['invigilator', 'designer'] };
    const login = await post('/staff/login', body);
    const cookie = (login.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    expect((await fetch(`${server.url}/api/v1/invigilator/room`, { headers: { cookie } })).ok).toBe(false);
  });
});

it('the cookies of the staff are for the browser alone, and for our own pages', async () => {
  const login = await post('/staff/login', await server.account('designer'));
  const cookies = login.headers.getSetCookie();
  expect(cookies.length).toBeGreaterThan(0);
  for (const cookie of cookies) expect(cookie).toMatch(/; HttpOnly\b.*; SameSite=Strict/i);
});

describe('no cache keeps', () => {
  it('what a candidate is sent, a refusal included', async () => {
    const candidate = await Candidate.admitted(invigilator);
    const paths = ['/session', '/session/events', '/media/m000000000000000000000000', '/recordings/none'];
    for (const path of paths) {
      const response = await candidate.request(path);
      expect(response.headers.get('cache-control'), path).toContain('no-store');
      await response.body?.cancel();
    }
  });

  it('what the staff and the public are sent', async () => {
    for (const path of ['/staff/me', '/invigilator/room', '/invigilator/sessions/none/log', '/examiner/queue']) {
      const response = await fetch(`${server.url}/api/v1${path}`, { headers: { cookie: invigilator.cookie } });
      expect(response.headers.get('cache-control'), path).toContain('no-store');
    }
    expect((await post('/public/result', { key: 'x'.repeat(26) })).headers.get('cache-control')).toContain('no-store');
  });
});

it('the key of a result cannot be guessed for long', async () => {
  const codes: string[] = [];
  for (let n = 0; n < 31; n += 1)
    codes.push(await codeOf(await post('/public/result', { key: `${10_000 + n}${'0'.repeat(21)}` })));
  expect(codes.slice(0, 29)).toEqual(Array.from({ length: 29 }, () => 'not-found'));
  expect(codes.at(-1)).toBe('too-many-attempts');
}, 30_000);

it('a pause and a submission at the same moment: one order, and both stand in the log', async () => {
  for (let n = 0; n < 5; n += 1) {
    const candidate = await Candidate.admitted(invigilator, { test: 'mo', language: 'nl' });
    await candidate.toFirstPart();
    await candidate.ask({ kind: 'go', position: 0 });
    const [paused, submitted] = await Promise.allSettled([
      invigilator.post(`/invigilator/sessions/${candidate.session}/pause`, { reason: 'at the same moment' }),
      candidate.ask({ kind: 'submit' }),
    ]);
    const { screen, paused: isPaused } = await candidate.view();
    // Submitted first: nothing is left to pause. Paused first: nothing is submitted.
    const isOver = screen.name === 'receipt';
    expect(isOver).not.toBe(isPaused);
    expect(submitted.status).toBe('fulfilled');
    if (paused.status === 'rejected') expect(paused.reason).toBeInstanceOf(ProblemReply);
    expect(paused.status).toBe(isOver ? 'rejected' : 'fulfilled');
    const log = JSON.stringify(await invigilator.get(`/invigilator/sessions/${candidate.session}/log`));
    expect(log).toMatch(isOver ? /"closed"/ : /at the same moment/);
  }
}, 60_000);

it('sixty pages that come back at once each find their own session, once', async () => {
  const names = Array.from({ length: 20 }, (_, n) => `Persoon Nummer${n + 1}Eind`);
  const candidates = await Promise.all(names.map((name) => Candidate.admitted(invigilator, { name })));
  const before = candidates.map(({ fence }) => fence);
  const views = await Promise.all(candidates.map(async (one) => Promise.all([one.view(), one.take(), one.view()])));
  // Each page has the name of its own person, and each took over once.
  const named = views.map((three) => three.map(({ candidateName }) => candidateName));
  expect(named).toEqual(names.map((name) => [name, name, name]));
  expect(candidates.map(({ fence }) => fence)).toEqual(before.map((fence) => fence + 1));
  const room = await invigilator.get<{ sessions: { session: string }[] }>('/invigilator/room');
  const ids = room.sessions.map(({ session }) => session);
  for (const { session } of candidates) expect(ids.filter((id) => id === session)).toHaveLength(1);
}, 60_000);

it('a page whose taking the line brings twice has the session once, and goes on', async () => {
  const candidate = await Candidate.admitted(invigilator);
  const { fence } = await candidate.view();
  const taken = async (id?: string): Promise<{ fence: number }> =>
    (
      await candidate.request('/session/take', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(id === undefined ? {} : { id }),
      })
    ).json();
  const both = await Promise.all([taken('page-of-this-test-a'), taken('page-of-this-test-a')]);
  expect([...both, await taken('page-of-this-test-a')].map((one) => one.fence)).toEqual(
    [1, 1, 1].map((n) => fence + n),
  );
  // Another page took over since: the first one's taking, should it come once more, is refused.
  expect(await taken('page-of-this-test-b')).toMatchObject({ fence: fence + 2 });
  expect(await taken('page-of-this-test-a')).toMatchObject({ code: 'fenced' });
  expect(await taken()).toMatchObject({ fence: fence + 3 });
}, 60_000);
