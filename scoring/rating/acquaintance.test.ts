import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { accounts } from '../../people/staff/account.ts';
import { Registrations, expectedPersons } from '../../delivery/registrations/run.ts';
import { oralTest, terms } from '../../delivery/sessions/example.suite.ts';
import { Sessions } from '../../delivery/sessions/run.ts';
import { sessionList } from '../../delivery/sessions/session-list.ts';
import type { SessionCommand } from '../../delivery/sessions/decide.ts';
import { openLmdb } from '../../storage/lmdb/open.ts';
import type { Storage } from '../../storage/port.ts';
import { type AcquaintancePorts, knowsBy } from './acquaintance.ts';

const tenant = 'agii';
const now = (): string => '2026-11-23T09:00:00.000Z';
const an = 'an@agii';
const person = terms(oralTest).candidate;
let directory = '';
let storage: Storage;
let sessions: Sessions;
let registrations: Registrations;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'meetlat-acquaintance-'));
  storage = await openLmdb({ directory });
  sessions = new Sessions({ journal: storage.journal, now, pinnedTest: () => oralTest });
  registrations = new Registrations({
    journal: storage.journal,
    expected: await storage.collection(expectedPersons),
    now,
  });
  await begin('s1');
});
afterEach(async () => {
  await storage.close();
  await rm(directory, { recursive: true });
});

const ports = async (): Promise<AcquaintancePorts> => ({
  accounts: await storage.collection(accounts),
  sessionList: await storage.collection(sessionList),
  registrations,
  sessions,
});
const knows = async (account = an): Promise<boolean> =>
  knowsBy(await ports())(tenant, account, { person, session: 's1' });
/** The list is not what counts for the session itself. */
const begin = (id: string) => sessions.handle({ tenant, id }, { type: 'register', terms: terms(oralTest) });
const act = (id: string, ...commands: readonly SessionCommand[]) =>
  commands.reduce<Promise<unknown>>(
    (before, command) => before.then(() => sessions.handle({ tenant, id }, command)),
    Promise.resolve(),
  );
const listed = async (id: string) =>
  (await storage.collection(sessionList)).insert(
    { tenant, id },
    { centre: 'gent', candidate: person, test: terms(oralTest).test, registeredAt: now() },
  );
const register = async (by: string, test = terms(oralTest).test) => {
  const booking = {
    person,
    test,
    language: 'nl',
    contactLanguage: 'ar',
    extraTimePercent: 0,
    synthetic: true,
  } as const;
  return registrations.register(tenant, { by, booking, plan: { day: '2026-11-23', centre: 'gent' } });
};

it('knows nobody with whom it had nothing to do', async () => {
  await act('s1', { type: 'make-code', hash: 'h', admits: false, by: 'bo@agii' });
  await register('bo@agii');
  expect(await knows()).toBe(false);
});

it.each<[string, SessionCommand]>([
  ['made a code for', { type: 'make-code', hash: 'h', admits: false, by: an }],
  ['let in', { type: 'admit', by: an, seat: 'x', document: 'passport' }],
  ['paused', { type: 'pause', by: an, reason: 'fire' }],
  ['gave time to', { type: 'grant-extra-time', by: an, ms: 1000, reason: 'noise' }],
  ['ended the session of', { type: 'end', by: an, reason: 'is ill' }],
])('knows whom it %s', async (_, command) => {
  await act('s1', command);
  expect(await knows()).toBe(true);
});

it('looking at the clock of all sessions makes nobody known', async () => {
  await act('s1', { type: 'note-clock-confirmed', noticedAt: now(), by: an });
  expect(await knows()).toBe(false);
});

it('knows whom it registered, also where the registration was cancelled since', async () => {
  const id = await register(an);
  expect(await knows()).toBe(true);
  await registrations.handle(id, { type: 'cancel', by: 'bo@agii', reason: 'is ill' });
  expect(await knows()).toBe(true);
});

it('knows a person from another test of theirs, its registration and its session', async () => {
  await begin('s0');
  await act('s0', { type: 'pause', by: an, reason: 'fire' });
  expect(await knows()).toBe(false);
  await listed('s0');
  expect(await knows()).toBe(true);
});

it('knows whom it is recorded to have taught', async () => {
  const all = await storage.collection(accounts);
  const value = { name: 'An', passwordHash: '', roles: ['examiner'], centre: 'gent', demonstration: false } as const;
  await all.insert({ tenant, id: an }, { ...value, knownPersons: ['another'] });
  expect(await knows()).toBe(false);
  const stored = await all.get({ tenant, id: an });
  if (stored !== undefined)
    await all.replace(stored, stored.revision, { ...stored.value, knownPersons: ['another', person] });
  expect(await knows()).toBe(true);
});
