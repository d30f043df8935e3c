/**
 * Bad input gets the documented problem and writes nothing; a wrong item or a late answer is recorded, and the queue
 * goes on.
 */
import { createHash, randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
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

const post = (path: string, body: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${server.url}/api/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });

async function problem(response: Response): Promise<{ status: number; type: string | null; code: unknown }> {
  const body: { code?: unknown } = await response.json();
  return { status: response.status, type: response.headers.get('content-type'), code: body.code };
}
const is = (status: number, code: string) => ({
  status,
  type: expect.stringContaining('application/problem+json'),
  code,
});

/** What the session's journal holds, as the invigilator may count it. */
const commits = async (session: string): Promise<number> =>
  (await invigilator.get<{ chain: { commits: number } }>(`/invigilator/sessions/${session}/log`)).chain.commits;

describe('admission', () => {
  it('an unknown code', async () =>
    expect(await problem(await post('/candidate/admission', JSON.stringify({ code: 'abcd-efgh-jkmnp' })))).toEqual(
      is(404, 'code-unknown'),
    ));
  it('a code is good once', async () => {
    const registered = await invigilator.post<{ session: string; code: { code: string } }>(
      '/invigilator/sessions',
      person(),
    );
    const first = await Candidate.arrive(server.url, registered.code.code, registered.session);
    expect(first.token).not.toBe('');
    await expect(Candidate.arrive(server.url, registered.code.code, registered.session)).rejects.toMatchObject({
      status: 404,
      code: 'code-unknown',
    });
  });
  it('fifty racing uses of one code: one wins', async () => {
    const registered = await invigilator.post<{ session: string; code: { code: string } }>(
      '/invigilator/sessions',
      person(),
    );
    const tries = await Promise.allSettled(
      Array.from({ length: 50 }, () => Candidate.arrive(server.url, registered.code.code, registered.session)),
    );
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
  it.each([
    ['{"$ne":null}', { code: { $ne: null } }],
    ['an array', { code: ['a'] }],
    ['a further member', { code: 'abc', tenant: 'demo' }],
    ['nothing', {}],
  ])('%s as a value', async (_, body) => {
    expect(await problem(await post('/candidate/admission', JSON.stringify(body)))).toEqual(is(400, 'invalid-request'));
  });
  it('JSON of depth 100,000', async () =>
    expect(await problem(await post('/candidate/admission', '['.repeat(100_000)))).toEqual(is(400, 'malformed-json')));
  it('a body of 300 kB', async () =>
    expect(await problem(await post('/candidate/admission', JSON.stringify({ code: 'x'.repeat(300_000) })))).toEqual(
      is(413, 'too-large'),
    ));
  it('half of a surrogate pair', async () =>
    expect(await problem(await post('/candidate/admission', '{"code":"abc\\ud800"}'))).toEqual(
      is(400, 'invalid-request'),
    ));
  it('no JSON', async () =>
    expect(await problem(await post('/candidate/admission', '{"code":'))).toEqual(is(400, 'malformed-json')));
});

describe('tokens', () => {
  const get = (token: string): Promise<Response> =>
    fetch(`${server.url}/api/v1/candidate/session`, { headers: { authorization: `Bearer ${token}` } });
  it.each([
    ['none', ''],
    ['nonsense', 'abc.def.ghi'],
    [
      'alg none',
      `${Buffer.from('{"alg":"none"}').toString('base64url')}.` +
        `${Buffer.from('{"tenant":"demo","session":"x","arrival":1,"aud":"candidate"}').toString('base64url')}` +
        '.',
    ],
  ])('%s', async (_, token) => {
    expect(await problem(await get(token))).toEqual(is(401, 'token-invalid'));
  });
  it('a seat token is no candidate token', async () => {
    const seat: { seatToken: string } = await (await post('/candidate/seats', '{}')).json();
    expect(await problem(await get(seat.seatToken))).toEqual(is(401, 'token-invalid'));
  });
  it('staff routes without a cookie', async () => {
    for (const path of ['/invigilator/room', '/examiner/queue', '/designer/banks', '/staff/me'])
      expect(await problem(await fetch(`${server.url}/api/v1${path}`))).toEqual(is(401, 'not-logged-in'));
  });
  it('a role that may not', async () => {
    const examiner = await Staff.login(server.url, await server.account('examiner'));
    await expect(examiner.get('/invigilator/room')).rejects.toMatchObject({ status: 403, code: 'not-allowed' });
    await expect(invigilator.get('/designer/banks')).rejects.toMatchObject({ status: 403, code: 'not-allowed' });
  });
  it('a request from another site', async () => {
    const account = await server.account('invigilator');
    expect(
      await problem(await post('/staff/login', JSON.stringify(account), { origin: 'https://example.org' })),
    ).toEqual(is(403, 'foreign-origin'));
  });
});

describe('a session', () => {
  it('another candidate cannot reach it, nor its media or recordings', async () => {
    const [mine, other] = [await Candidate.admitted(invigilator), await Candidate.admitted(invigilator)];
    const view = await mine.toFirstPart();
    await other.toFirstPart();
    const stem = view.screen.name === 'listening-item' ? view.screen.item.stem.audio : '';
    expect((await mine.request(`/media/${stem}`)).status).toBe(200);
    expect(await problem(await other.request(`/media/${stem}`))).toEqual(is(404, 'not-found'));
    expect(await problem(await other.request(`/recordings/${randomUUID()}`))).toEqual(is(404, 'not-found'));
  });
  it('a stimulus is served only after a counted play', async () => {
    const candidate = await Candidate.admitted(invigilator);
    const view = await candidate.toFirstPart();
    if (view.screen.name !== 'listening-item') throw new Error(view.screen.name);
    const { item } = view.screen;
    expect((await candidate.request(`/media/${item.stimulus ?? ''}`)).status).toBe(404);
    const { view: played } = await candidate.ask({ kind: 'play', handle: item.handle });
    expect(played.screen).toMatchObject({ playsLeft: 1 });
    expect((await candidate.request(`/media/${item.stimulus ?? ''}`)).status).toBe(200);
  });
  it('malformed and unauthorised requests write nothing; a wrong item is recorded and the queue goes on', async () => {
    const candidate = await Candidate.admitted(invigilator);
    const view = await candidate.toFirstPart();
    const before = await commits(candidate.session);
    const refused = async (run: Promise<unknown>, status: number): Promise<void> => {
      await expect(run).rejects.toMatchObject({ status });
    };
    await refused(candidate.send([{ opId: 'x', seq: 1, kind: 'submit' }]), 400);
    await refused(
      candidate.send(
        candidate.prepare({ kind: 'submit' }).map((operation) => ({ ...operation, seq: operation.seq + 1 })),
      ),
      409,
    );
    candidate.fence -= 1;
    await refused(candidate.ask({ kind: 'submit' }), 409);
    candidate.fence += 1;
    expect(await commits(candidate.session)).toBe(before);
    const { outcomes } = await candidate.ask({ kind: 'answer', handle: 'inot-here', option: 'onot-here' });
    expect(outcomes[0]).toMatchObject({ status: 'refused', code: 'wrong-item' });
    expect(await commits(candidate.session)).toBe(before + 1);
    if (view.screen.name !== 'listening-item') throw new Error(view.screen.name);
    const { item } = view.screen;
    expect(
      (await candidate.ask({ kind: 'answer', handle: item.handle, option: item.options[0]?.handle ?? '' })).outcomes[0],
    ).toMatchObject({ status: 'accepted' });
  });
  it('an answer after the end is refused, recorded, and changes nothing', async () => {
    const candidate = await Candidate.admitted(invigilator, { test: 'mo', language: 'nl' });
    await candidate.toFirstPart();
    const { view } = await candidate.ask({ kind: 'go', position: 1 });
    if (view.screen.name !== 'linear-item') throw new Error(view.screen.name);
    const { handle, options } = view.screen.item;
    await candidate.ask({ kind: 'go', position: 0 });
    await candidate.ask({ kind: 'submit' });
    const before = await commits(candidate.session);
    const { outcomes, view: after } = await candidate.ask({
      kind: 'answer',
      handle,
      option: options[0]?.handle ?? '',
    });
    expect(outcomes[0]).toMatchObject({ status: 'refused', code: 'part-over' });
    expect(after.screen.name).toBe('receipt');
    expect(await commits(candidate.session)).toBe(before + 1);
    const { entries } = await invigilator.get<{ entries: { type: string }[] }>(
      `/invigilator/sessions/${candidate.session}/log`,
    );
    expect(entries.at(-1)).toMatchObject({ type: 'operation-refused' });
  });
  it('an oversized chunk, a chunk with another hash, a chunk of no recording', async () => {
    const candidate = await Candidate.admitted(invigilator);
    await candidate.take();
    const upload = randomUUID();
    const put = (bytes: Buffer<ArrayBuffer>, sha256: string): Promise<Response> =>
      candidate.request(`/recordings/${upload}/chunks/0`, {
        method: 'PUT',
        headers: { 'x-chunk-sha256': sha256, 'content-type': 'application/octet-stream' },
        body: bytes,
      });
    const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
    expect(await problem(await put(Buffer.from('abc'), hash(Buffer.from('abc'))))).toEqual(is(409, 'wrong-state'));
    let view = await candidate.toFirstPart();
    view = await candidate.listen(view);
    ({ view } = await candidate.ask({ kind: 'start-part' }));
    if (view.screen.name !== 'speaking-turn') throw new Error(view.screen.name);
    await candidate.ask({ kind: 'recording-started', handle: view.screen.turn.handle, upload });
    expect(await problem(await put(Buffer.from('abc'), hash(Buffer.from('other'))))).toEqual(is(409, 'chunk-mismatch'));
    const big = Buffer.alloc(1_200_000);
    expect(await problem(await put(big, hash(big)))).toEqual(is(413, 'too-large'));
    const { outcomes } = await candidate.ask({
      kind: 'recording-finished',
      handle: view.screen.turn.handle,
      upload,
      chunks: [hash(big)],
      durationMs: 1,
      contentType: 'audio/webm',
      peak: 0,
    });
    expect(outcomes[0]).toMatchObject({ status: 'refused', code: 'recording-incomplete' });
  });
  it('more bytes than a recording of the task can have, and those of one that was begun anew', async () => {
    const candidate = await Candidate.admitted(invigilator);
    await candidate.listen(await candidate.toFirstPart());
    const { view } = await candidate.ask({ kind: 'start-part' });
    if (view.screen.name !== 'speaking-turn') throw new Error(view.screen.name);
    const { handle, answerMs } = view.screen.turn;
    const chunk = Buffer.alloc(1_000_000, 7);
    const put = (upload: string, n: number): Promise<Response> =>
      candidate.request(`/recordings/${upload}/chunks/${n}`, {
        method: 'PUT',
        headers: { 'x-chunk-sha256': createHash('sha256').update(chunk).digest('hex') },
        body: chunk,
      });
    // Each is a file of its number and its hash.
    const chunksKept = async () =>
      (await readdir(server.folder, { recursive: true })).filter((path) => /blobs.*-[0-9a-f]{64}$/.test(path)).length;
    const before = await chunksKept();
    const most = Math.floor(((answerMs + 30_000) * 64) / chunk.length);
    const uploads = [randomUUID(), randomUUID()];
    for (const upload of uploads) {
      await candidate.ask({ kind: 'recording-started', handle, upload });
      // One after the other, or all at once: only so many are taken, and the same one again is no other.
      const statuses = await Promise.all(
        Array.from({ length: most + 3 }, async (_, n) => (await put(upload, n)).status),
      );
      expect(statuses.filter((status) => status === 204)).toHaveLength(most);
      expect(statuses.filter((status) => status === 413)).toHaveLength(3);
      expect((await put(upload, statuses.indexOf(204))).status).toBe(204);
    }
    expect(await problem(await put(uploads[0] ?? '', 0))).toEqual(is(409, 'wrong-state'));
    expect((await chunksKept()) - before).toBe(most);
  });
  it('a new code makes the old tab powerless', async () => {
    const candidate = await Candidate.admitted(invigilator);
    const code = await invigilator.post<{ code: string }>(`/invigilator/sessions/${candidate.session}/code`);
    const again = await Candidate.arrive(server.url, code.code, candidate.session);
    await expect(candidate.view()).rejects.toMatchObject({ status: 409, code: 'fenced' });
    expect((await again.view()).screen).toEqual({ name: 'waiting' });
  });
  it('an older code than the newest lets nobody in, used or not', async () => {
    const first = await invigilator.post<{ session: string; code: { code: string } }>(
      '/invigilator/sessions',
      person(),
    );
    const second = await invigilator.post<{ code: string }>(`/invigilator/sessions/${first.session}/code`);
    const refused = await problem(await post('/candidate/admission', JSON.stringify({ code: first.code.code })));
    expect(refused).toMatchObject({ status: 404, code: 'code-unknown' });
    const candidate = await Candidate.arrive(server.url, second.code, first.session);
    expect((await candidate.view()).screen).toEqual({ name: 'waiting' });
  });
  it('a foreign or unknown session looks alike to an invigilator', async () => {
    await expect(invigilator.get(`/invigilator/sessions/${'0'.repeat(26)}/log`)).rejects.toBeInstanceOf(ProblemReply);
  });
});

describe('limits', () => {
  it('count failed attempts only', async () => {
    const registered = await Promise.all(
      Array.from({ length: 40 }, () =>
        invigilator.post<{ session: string; code: { code: string } }>('/invigilator/sessions', person()),
      ),
    );
    const arrivals = await Promise.all(
      registered.map(({ session, code }) => Candidate.arrive(server.url, code.code, session)),
    );
    expect(arrivals).toHaveLength(40);
  });
  it('a password cannot be guessed for long', async () => {
    const account = { account: 'nobody@demo', password: 'wrong' };
    const codes: unknown[] = [];
    for (let n = 0; n < 12; n += 1)
      codes.push((await problem(await post('/staff/login', JSON.stringify(account)))).code);
    expect(codes.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 'wrong-password'));
    expect(codes.at(-1)).toBe('too-many-attempts');
  });
});

describe('log-in', () => {
  const login = (body: { account: string; password: string }, cookie = '') =>
    fetch(`${server.url}/api/v1/staff/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie },
      body: JSON.stringify(body),
    });
  const cookieOf = (response: Response, name: string): string =>
    response.headers
      .getSetCookie()
      .map((line) => line.split(';')[0] ?? '')
      .find((line) => line.startsWith(`${name}=`)) ?? '';
  const who = async (cookie: string) => (await fetch(`${server.url}/api/v1/staff/me`, { headers: { cookie } })).status;

  it('ends with logging out, also for whoever kept the cookie, and an open stream ends with it', async () => {
    const cookie = cookieOf(await login(await server.account('invigilator')), 'meetlat-staff');
    expect(await who(cookie)).toBe(200);
    const room = await fetch(`${server.url}/api/v1/invigilator/room/events`, { headers: { cookie } });
    await fetch(`${server.url}/api/v1/staff/logout`, { method: 'POST', headers: { cookie } });
    expect(await who(cookie)).toBe(401);
    const ended = room.text();
    await expect(
      Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 15_000, 'open'))]),
    ).resolves.not.toBe('open');
  }, 30_000);

  it('sixty wrong passwords at once: ten are looked at; a device that was in before is not locked out', async () => {
    const account = await server.account('designer');
    const device = cookieOf(await login(account), 'meetlat-device');
    const wrong = async (): Promise<string> => {
      const { code }: { code: string } = await (await login({ ...account, password: 'wrong' })).json();
      return code;
    };
    const replies = await Promise.all(Array.from({ length: 60 }, wrong));
    for (let n = 0; n < 10; n += 1) replies.push(await wrong());
    expect(replies.filter((code) => code === 'wrong-password').length).toBeLessThanOrEqual(10);
    expect((await login(account)).status).toBe(429);
    expect((await login(account, device)).status).toBe(200);
  }, 60_000);

  it('sixty-five wrong codes slow the wrong ones down, and a right one is taken', async () => {
    const { session, code } = await invigilator.post<{ session: string; code: { code: string } }>(
      '/invigilator/sessions',
      person(),
    );
    const first = await problem(await post('/candidate/admission', JSON.stringify({ code: '0000-0000-09999' })));
    expect(first.code).toBe('code-unknown');
    // At once: each refusal beyond the limit takes its time.
    const wrong = await Promise.all(
      Array.from({ length: 64 }, async (_, n) => {
        const body = JSON.stringify({ code: `0000-0000-${10_000 + n}` });
        return (await problem(await post('/candidate/admission', body))).code;
      }),
    );
    expect(wrong.filter((code) => code === 'too-many-attempts').length).toBeGreaterThanOrEqual(5);
    expect((await Candidate.arrive(server.url, code.code, session)).session).toBe(session);
  }, 30_000);
});

describe('headers', () => {
  it('a policy without inline code, and no token in an address', async () => {
    const response = await fetch(`${server.url}/`);
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).not.toContain('unsafe');
    expect(policy).toContain("default-src 'none'");
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await response.text()).not.toMatch(/<script(?![^>]*\bsrc=)|<style|style="/);
  });
  it('the OpenAPI document names every route', async () => {
    const document: { openapi: string; paths: Record<string, unknown> } = await (
      await fetch(`${server.url}/api/v1/openapi.json`)
    ).json();
    expect(document.openapi).toBe('3.1.0');
    for (const path of [
      '/candidate/admission',
      '/candidate/session/operations',
      '/invigilator/room',
      '/examiner/claims',
      '/designer/banks',
      '/public/result',
    ])
      expect(document.paths).toHaveProperty([path]);
  });
});
