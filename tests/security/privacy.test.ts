/**
 * One person's whole way, from registration to certificate and push: who it is lies nowhere in clear, in no log, metric
 * or error, and is gone everywhere once the person is erased. On both engines.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { type Server, createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProctoringLog, Room } from '../../server/api/invigilator/protocol.ts';
import type { ResultView } from '../../server/api/public/protocol.ts';
import { openLmdb } from '../../storage/lmdb/open.ts';
import { openMongo } from '../../storage/mongodb/open.ts';
import type { Storage } from '../../storage/port.ts';
import { KnownAnswers } from '../e2e/known-answers.ts';
import { hasMongo, startMongo } from '../mongo.ts';
import { ServerProcess } from '../server-process.ts';
import { Candidate, ProblemReply, Staff, person } from '../session-client.ts';
import { inDatabase, inFolder } from './named.ts';

const secret = 'the secret of the privacy test';
const who = { name: 'Zeynep Öztürk-Voorbeeld', birthDate: '1987-03-09', reference: 'KBI-2026-PRIVAAT-1' };
/** What staff types may name a person, too. */
const typed = 'Meneer Kuchend-Voorbeeld stoorde';
/** What the voice of a test is made of. */
const voice = '\x07'.repeat(200);
const words = [...Object.values(who), typed, voice];

interface Opened {
  readonly environment: Readonly<Record<string, string>>;
  readonly open: (folder: string) => Promise<Storage>;
  readonly inClear: (folder: string, searched: readonly string[]) => Promise<readonly string[]>;
  readonly end: () => Promise<void>;
}
const lmdb = async (): Promise<Opened> => ({
  environment: {},
  open: (directory) => openLmdb({ directory }),
  inClear: inFolder,
  end: () => Promise.resolve(),
});
async function mongodb(): Promise<Opened> {
  const mongo = await startMongo({ own: true });
  if (mongo === undefined) throw new Error('no mongod');
  const uri = mongo.uri.replace('/?', `/privacy-${randomUUID()}?`);
  return {
    environment: { MONGODB_URI: uri },
    open: () => openMongo({ uri }),
    inClear: async (folder, searched) => [...(await inDatabase(uri, searched)), ...(await inFolder(folder, searched))],
    end: () => mongo.stop(),
  };
}

/** What an open room is told. */
async function followRoom(invigilator: Staff) {
  const end = new AbortController();
  const response = await fetch(`${invigilator.url}/api/v1/invigilator/room/events`, {
    headers: { cookie: invigilator.cookie },
    signal: end.signal,
  });
  const told: string[] = [];
  const follow = async (): Promise<void> => {
    for await (const bytes of response.body ?? []) told.push(Buffer.from(bytes).toString());
  };
  follow().catch(() => undefined);
  const messages = (): string[] =>
    told
      .join('')
      .split('\n\n')
      .filter((message) => message.includes('event: '));
  return {
    last: () => messages().at(-1) ?? '',
    lastOf: (event: string) => messages().findLast((message) => message.includes(`event: ${event}`)) ?? '',
    end: () => end.abort(),
  };
}

/** The address that the server printed for its measures. */
const metricsOf = ({ output }: ServerProcess): string => /http:\S+\/metrics/.exec(output)?.[0] ?? '';

describe.each([
  ['LMDB', true, lmdb],
  ['MongoDB', hasMongo(true), mongodb],
] as const)('who a candidate is, on %s', (_, isThere, begin) => {
  if (!isThere) {
    it.skip('needs a mongod');
    return;
  }
  let engine: Opened;
  let server: ServerProcess;
  let receiver: Server;
  const pushed: string[] = [];
  let invigilator: Staff;
  let candidate: Candidate;
  let [key, credential, wrapped] = ['', '', ''];

  beforeAll(async () => {
    engine = await begin();
    receiver = createServer((request, response) => {
      let body = '';
      request.on('data', (data: Buffer) => {
        body += data.toString();
      });
      request.on('end', () => {
        pushed.push(body);
        response.writeHead(202).end();
      });
    });
    await new Promise<void>((listening) => {
      receiver.listen(0, '127.0.0.1', listening);
    });
    const address = receiver.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    server = await ServerProcess.start({
      ...engine.environment,
      MEETLAT_SECRET: secret,
      MEETLAT_DEMO: 'on',
      MEETLAT_METRICS: '0',
      MEETLAT_TRAJECTORY_URL: `http://127.0.0.1:${port}/events`,
      MEETLAT_TRAJECTORY_SECRET: `whsec_${Buffer.from('a secret of the tests, no more').toString('base64')}`,
    });
    invigilator = await Staff.login(server.url, await server.account('invigilator'));
  });
  afterAll(async () => {
    await server?.dispose();
    receiver?.closeAllConnections();
    receiver?.close();
    await engine?.end();
  });

  async function inStorage<T>(work: (storage: Storage) => Promise<T>): Promise<T> {
    const storage = await engine.open(server.folder);
    try {
      return await work(storage);
    } finally {
      await storage.close();
    }
  }
  const inClear = (searched: readonly string[]) => engine.inClear(server.folder, searched);
  const askResult = (given: string) =>
    fetch(`${server.url}/api/v1/public/result`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ key: given }),
    });
  async function meetlat(...argv: string[]): Promise<string> {
    const child = spawn(process.execPath, [join(import.meta.dirname, '../../bin/meetlat.mjs'), ...argv], {
      env: {
        PATH: process.env['PATH'] ?? '',
        MEETLAT_NO_BUILD: '1',
        MEETLAT_SECRET: secret,
        MEETLAT_DATA: server.folder,
        ...engine.environment,
      },
    });
    let output = '';
    const take = (data: Buffer): void => {
      output += data.toString();
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    return new Promise((resolve) => child.once('close', () => resolve(output)));
  }

  it('a whole session is sat, released, certified and pushed', async () => {
    candidate = await Candidate.admitted(invigilator, { ...who, test: 'mo', language: 'nl' });
    let view = await candidate.toFirstPart();
    expect(view.candidateName).toBe(who.name);
    const known = await inStorage((storage) => KnownAnswers.of(storage, 'demo', candidate.session));
    while (view.screen.name === 'linear-item') {
      const { item, number, total } = view.screen;
      const position = number === total ? 0 : number + 1;
      ({ view } = await candidate.ask(
        { kind: 'answer', handle: item.handle, option: known.right(item.handle) },
        { kind: 'go', position },
      ));
    }
    const act = `/invigilator/sessions/${candidate.session}`;
    await invigilator.post(`${act}/pause`, { reason: typed });
    await invigilator.post(`${act}/resume`);
    await invigilator.post(`${act}/extra-time`, { ms: 60_000, reason: typed });
    expect(JSON.stringify(await invigilator.get(`${act}/log`))).toContain(typed);
    ({ view } = await candidate.ask({ kind: 'submit' }));
    if (view.screen.name !== 'receipt') throw new Error(view.screen.name);
    key = view.screen.resultPath.split('#')[1] ?? '';
    expect(key).toHaveLength(26);
    await expect
      .poll(async () => (await askResult(key)).json(), { timeout: 20_000 })
      .toMatchObject({
        candidateName: who.name,
        credential: expect.stringMatching(/^eyJ/),
      });
    const result: ResultView = await (await askResult(key)).json();
    credential = result.credential ?? '';
    await expect.poll(() => pushed.length, { timeout: 20_000 }).toBe(1);
    expect(pushed[0]).toContain(who.reference);
    const room = await invigilator.get<Room>('/invigilator/room');
    expect(room.sessions.map(({ name }) => name)).toContain(who.name);
  }, 60_000);

  it('is heard by an examiner, who remarks who it was', async () => {
    const speaker = await Candidate.admitted(invigilator, { ...who, test: 'nt2-oral', language: 'nl' });
    await speaker.listen(await speaker.toFirstPart());
    await speaker.speak((await speaker.ask({ kind: 'start-part' })).view);
    const examiner = await Staff.login(server.url, await server.account('examiner'));
    let rated = 0;
    const rate = async (): Promise<number> => {
      const claim = await examiner.post<{ performance: string; criteria: string[] } | null>('/examiner/claims');
      if (claim === null) return rated;
      const place = `/examiner/claims/${claim.performance}`;
      const heard = await fetch(`${server.url}/api/v1${place}/turns/0/audio`, { headers: { cookie: examiner.cookie } });
      expect(Buffer.from(await heard.arrayBuffer()).includes(voice)).toBe(true);
      const scores = Object.fromEntries(claim.criteria.map((criterion) => [criterion, 4]));
      await examiner.post(`${place}/rating`, { scores, remark: typed });
      return (rated += 1);
    };
    await expect.poll(rate, { timeout: 30_000 }).toBeGreaterThan(0);
    while (rated < 4) await rate();
    await expect.poll(() => pushed.length, { timeout: 20_000 }).toBe(2);
  }, 90_000);

  it('lies in no file and no document in clear', async () => {
    expect(await inClear([...words, key, credential])).toEqual([]);
    const bytes = await inStorage(async ({ journal }) =>
      (await journal.read({ tenant: 'demo', kind: 'session', id: candidate.session }))
        .map((commit) => Buffer.from(commit.bytes).toString())
        .join('\n'),
    );
    expect(bytes).toContain('"personal":"p1.');
    for (const word of [...words, key, candidate.token]) expect(bytes).not.toContain(word);
  });

  it('stands in no error, metric or line of the log, nor does what lets somebody in', async () => {
    const refused = async (work: Promise<unknown>): Promise<string> =>
      work.then(
        () => Promise.reject(new Error('was not refused')),
        (error: unknown) => (error instanceof ProblemReply ? JSON.stringify(error.body) : Promise.reject(error)),
      );
    const { code } = await invigilator.post<{ code: string }>(`/invigilator/sessions/${candidate.session}/code`).then(
      (made) => made,
      () => ({ code: '' }),
    );
    expect(code).toBe('');
    const registering = { ...person(), ...who, test: 'mo', language: 'nl' } as const;
    const post = (body: object) => invigilator.post('/invigilator/sessions', body);
    const said = [
      await refused(post({ ...registering, name: 'Somebody Else' })),
      await refused(post({ ...registering, birthDate: `${who.birthDate}x` })),
      await refused(post({ ...registering, unknown: who.name })),
      await refused(post({ ...registering, test: who.reference })),
      await refused(invigilator.get(`/invigilator/sessions/${who.reference}/log`)),
      await (await askResult(`${key}x`)).text(),
      await (await fetch(`${server.url}/api/v1/public/${key}`)).text(),
      await (await candidate.request(`/media/${who.reference}`)).text(),
      await (await fetch(metricsOf(server))).text(),
      server.output,
    ];
    expect(said[0]).toContain('reference-of-another-person');
    expect(said.at(-2)).toContain('process_cpu');
    for (const text of said)
      for (const word of [...words, key, credential, candidate.token, invigilator.cookie])
        expect(text, text.slice(0, 200)).not.toContain(word);
  });

  it('is erased beside the running server: every page forgets it, every chain verifies', async () => {
    const session = { tenant: 'demo', kind: 'session', id: candidate.session };
    const pseudonym = await inStorage(async ({ journal }) =>
      String((await journal.read(session))[0]?.events[0]?.['candidate']),
    );
    wrapped = await inStorage(async (storage) => {
      const keys = await storage.collection<{ readonly wrapped?: string }, never>({ name: 'data-keys', indexes: {} });
      return (await keys.get({ tenant: 'demo', id: pseudonym }))?.value.wrapped ?? '';
    });
    expect(await inClear([wrapped])).not.toEqual([]);
    const watched = await followRoom(invigilator);
    await expect.poll(() => watched.last()).toContain(who.name);
    expect(await meetlat('erase', '--reference', who.reference)).toContain('two people');
    expect(await meetlat('erase', '--reference', who.reference, ...(await server.signatories()))).toMatch(/^ERASED$/m);
    // Long before the room is read anew by itself.
    await expect.poll(() => watched.last(), { timeout: 20_000 }).toContain('event: registrations');
    expect(watched.lastOf('changes')).toContain(candidate.session);
    expect(watched.lastOf('changes')).not.toContain(who.name);
    watched.end();
    await expect.poll(async () => (await askResult(key)).status, { timeout: 10_000 }).toBe(404);
    await expect.poll(async () => (await candidate.request('/session')).status, { timeout: 10_000 }).toBe(401);
    const room = await invigilator.get<Room>('/invigilator/room');
    const row = room.sessions.find((one) => one.session === candidate.session);
    expect(row).toMatchObject({ status: 'closed' });
    expect(row?.name).toBeUndefined();
    const log = await invigilator.get<ProctoringLog>(`/invigilator/sessions/${candidate.session}/log`);
    expect(log.name).toBeUndefined();
    expect(log.entries.filter(({ type }) => type === 'paused')).toMatchObject([{ erased: true }]);
    expect(JSON.stringify(log)).not.toMatch(/Kuchend|p1\./);
    const verified = await meetlat('verify', '--all');
    expect(verified).toMatch(/^VERIFIED$/m);
    expect(verified).toMatch(/, 0 findings/);
    expect(await meetlat('recompute')).toContain(' 0 differ');
    await server.stop();
    await server.launch();
    expect(await inClear([...words, key, credential, wrapped])).toEqual([]);
    for (const word of [...words, key]) expect(server.output).not.toContain(word);
    expect(server.output).not.toMatch(/a consequence failed|"level":50/);
  }, 60_000);

  it('who comes back is somebody new', async () => {
    invigilator = await Staff.login(server.url, await server.account('invigilator'));
    const again = await Candidate.admitted(invigilator, { ...who, test: 'mo', language: 'nl' });
    expect((await again.view()).candidateName).toBe(who.name);
    const first = await inStorage(({ journal }) =>
      journal.read({ tenant: 'demo', kind: 'session', id: again.session }),
    );
    const before = await inStorage(({ journal }) =>
      journal.read({ tenant: 'demo', kind: 'session', id: candidate.session }),
    );
    expect(first[0]?.events[0]?.['candidate']).not.toBe(before[0]?.events[0]?.['candidate']);
  });
});
