/** More extra time than one person gives, against the running program: another invigilator's password confirms it. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Account, type Role, accounts } from '../../people/staff/account.ts';
import { hashPassword } from '../../people/staff/passwords.ts';
import { openStores } from '../../server/open-stores.ts';
import { readConfiguration } from '../../server/configuration.ts';
import type { CloseOutMade, ProctoringLog, RoomActDone } from '../../server/api/invigilator/protocol.ts';
import { ServerProcess } from '../server-process.ts';
import { Candidate, Staff } from '../session-client.ts';

const password = 'a password of this test';
const minutes = 60_000;
const colleagues: Readonly<Record<string, { roles: readonly Role[]; centre: string; change?: Partial<Account> }>> = {
  'second@demo': { roles: ['invigilator'], centre: 'gent' },
  'elsewhere@demo': { roles: ['invigilator'], centre: 'brugge' },
  'examiner@demo': { roles: ['examiner'], centre: 'gent' },
  'new@demo': { roles: ['invigilator'], centre: 'gent', change: { isPasswordGiven: true } },
  'locked@demo': { roles: ['invigilator'], centre: 'gent', change: { lockedAt: '2026-01-01T00:00:00.000Z' } },
  'second@other': { roles: ['invigilator'], centre: 'gent' },
};
let server: ServerProcess;
let own: string;
let desk: Staff;
beforeAll(async () => {
  server = await ServerProcess.start();
  const { storage } = await openStores(readConfiguration({ MEETLAT_DATA: server.folder }, server.folder));
  const all = await storage.collection(accounts);
  const passwordHash = hashPassword(password);
  for (const [id, { roles, centre, change }] of Object.entries(colleagues))
    await all.insert(
      { tenant: id.split('@')[1] ?? '', id },
      { name: id, passwordHash, roles, centre, demonstration: true, ...change },
    );
  await storage.close();
  const account = await server.account('invigilator');
  own = account.account;
  desk = await Staff.login(server.url, account);
});
afterAll(() => server.dispose());

const time = (ms: number, account?: string, typed = password) => ({
  ms,
  why: 'technical.line',
  ...(account === undefined ? {} : { confirmedBy: { account, password: typed } }),
});
const log = async ({ session }: Candidate) =>
  (await desk.get<ProctoringLog>(`/invigilator/sessions/${session}/log`)).entries.filter(
    ({ type }) => type === 'extra-time-granted',
  );

it('one person gives so much; a second one of the same centre and role confirms more, and nobody else', async () => {
  const candidate = await Candidate.admitted(desk, { test: 'mo' });
  await candidate.toFirstPart();
  const give = (body: object) => desk.post(`/invigilator/sessions/${candidate.session}/extra-time`, body);
  await give(time(25 * minutes));
  await expect(give(time(6 * minutes))).rejects.toMatchObject({
    code: 'wrong-state',
    body: { reason: 'second-person-due' },
  });
  for (const [account, code, reason] of [
    [own, 'not-allowed', 'same-person'],
    ['elsewhere@demo', 'not-allowed', 'no-second-person'],
    ['examiner@demo', 'not-allowed', 'no-second-person'],
    ['new@demo', 'not-allowed', 'no-second-person'],
    ['second@other', 'not-allowed', 'no-second-person'],
    ['locked@demo', 'wrong-password', undefined],
    ['nobody@demo', 'wrong-password', undefined],
  ] as const)
    await expect(give(time(6 * minutes, account)), account).rejects.toMatchObject({
      code,
      body: reason === undefined ? {} : { reason },
    });
  await expect(give(time(6 * minutes, 'second@demo', 'wrong'))).rejects.toMatchObject({ code: 'wrong-password' });
  expect(await log(candidate)).toHaveLength(1);

  await give(time(6 * minutes, 'second@demo'));
  expect(await log(candidate)).toMatchObject([
    { by: own },
    { by: own, confirmedBy: 'second@demo', durationMs: 360_000 },
  ]);
  const { report } = await desk.get<CloseOutMade>('/invigilator/close-out');
  const acts = report.sessions.find(({ session }) => session === candidate.session)?.acts;
  expect(acts).toContainEqual(expect.objectContaining({ by: own, confirmedBy: 'second@demo' }));
  // It is no log-in: whoever acts stays who is logged in.
  expect(await desk.get('/staff/me')).toMatchObject({ account: own });
});

it('an act on one session that is sent again because no reply came is carried out once', async () => {
  const candidate = await Candidate.admitted(desk, { test: 'mo' });
  await candidate.toFirstPart();
  const path = `/invigilator/sessions/${candidate.session}`;
  const sent = async (act: string, body: object = {}): Promise<void> => {
    const named = { id: `act-of-this-test-${act}`, ...body };
    await Promise.all([desk.post(`${path}/${act}`, named), desk.post(`${path}/${act}`, named)]);
    await desk.post(`${path}/${act}`, named);
  };
  await sent('extra-time', time(10 * minutes));
  await sent('note', { text: 'gezien' });
  await sent('pause', { reason: 'lawaai' });
  await sent('resume');
  await sent('case', { reason: 'spiekbrief' });
  await sent('end', { reason: 'ziek' });
  await sent('reopen', { reason: 'toch niet' });
  const { entries } = await desk.get<ProctoringLog>(`${path}/log`);
  const types = ['extra-time-granted', 'note-written', 'paused', 'resumed', 'case-opened', 'closed', 'reopened'];
  expect(entries.map(({ type }) => type).filter((type) => types.includes(type))).toEqual(types);

  // Without a name each one is an act of its own.
  await desk.post(`${path}/note`, { text: 'gezien' });
  await desk.post(`${path}/note`, { text: 'gezien' });
  const after = await desk.get<ProctoringLog>(`${path}/log`);
  expect(after.entries.filter(({ type }) => type === 'note-written')).toHaveLength(3);
});

it('one confirmation is for everybody whom an act on many is for', async () => {
  const [one, two] = [await Candidate.admitted(desk, { test: 'mo' }), await Candidate.admitted(desk, { test: 'mo' })];
  await desk.post(`/invigilator/sessions/${two.session}/extra-time`, time(20 * minutes));
  const sessions = [one.session, two.session];
  const act = (body: object) =>
    desk.post<RoomActDone>('/invigilator/room/act', {
      id: 'confirmed-act-0001',
      sessions,
      act: { kind: 'extra-time', ...body },
    });
  const alone = await act(time(20 * minutes));
  expect(alone.outcomes).toEqual([
    { session: one.session, outcome: 'done' },
    { session: two.session, outcome: 'refused', refusal: 'second-person-due' },
  ]);
  await expect(act(time(20 * minutes, own))).rejects.toMatchObject({ code: 'not-allowed' });
  const both = await act(time(20 * minutes, 'second@demo'));
  expect(both.outcomes.map(({ outcome }) => outcome)).toEqual(['done', 'done']);
  expect(await log(one)).toHaveLength(1);
  expect(await log(two)).toMatchObject([{}, { confirmedBy: 'second@demo' }]);
});

it('a second password cannot be guessed for long, and nobody is locked out by it', async () => {
  const candidate = await Candidate.admitted(desk, { test: 'mo' });
  const guess = async (): Promise<string> => {
    try {
      await desk.post(
        `/invigilator/sessions/${candidate.session}/extra-time`,
        time(31 * minutes, 'second@demo', 'a wrong one'),
      );
      return 'done';
    } catch (error) {
      return error instanceof Error ? error.message : '';
    }
  };
  const codes = await Promise.all(Array.from({ length: 14 }, guess));
  expect(codes).toContain('429 too-many-attempts');
  expect(codes.filter((code) => code === '401 wrong-password').length).toBeLessThanOrEqual(10);
  expect(await log(candidate)).toEqual([]);
  await desk.get('/invigilator/room');
});
