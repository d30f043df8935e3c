/** The stream of the staff, against the running program: who was in and what was opened, without a name; by command. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mediaOfItem } from '../../item-bank/items/media-of.ts';
import { StaffLog, doneBy, mostItemsADay } from '../../people/staff/staff-log.ts';
import type { StaffLogPage } from '../../server/api/office/protocol.ts';
import { readConfiguration } from '../../server/configuration.ts';
import { openStores } from '../../server/open-stores.ts';
import { toInstant } from '../../storage/document/instant.ts';
import { addInvigilator } from '../colleague.ts';
import { ServerProcess } from '../server-process.ts';
import { Candidate, Staff } from '../session-client.ts';

let server: ServerProcess;
beforeAll(async () => {
  server = await ServerProcess.start();
});
afterAll(() => server.dispose());

const bin = join(import.meta.dirname, '../../bin/meetlat.mjs');
const meetlat = (...argv: string[]): string =>
  execFileSync(process.execPath, [bin, ...argv], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', MEETLAT_NO_BUILD: '1', MEETLAT_DATA: server.folder },
  });
/** Kind, by whom and of what, in the order in which it was done. */
const acts = (...filter: string[]): string[] =>
  meetlat('staff-log', ...filter)
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split('  ').slice(2).join(' '));

it('tells of log-in, refusal, another password and log-out', async () => {
  const own = await server.account('designer');
  const wrong = { account: own.account, password: 'a wrong one' };
  for (let n = 0; n < 3; n += 1) await expect(Staff.login(server.url, wrong)).rejects.toThrow('wrong-password');
  // What is no account may be a password in the wrong field: it is not kept.
  const typed = { account: 'geheim wachtwoord', password: 'x' };
  await expect(Staff.login(server.url, typed)).rejects.toThrow('wrong-password');
  const staff = await Staff.login(server.url, own);
  const chosen = 'vier paarden op het dak';
  await staff.post('/staff/password', { password: own.password, chosen });
  const again = await Staff.login(server.url, { account: own.account, password: chosen });
  await again.post('/staff/logout');
  await again.post('/staff/logout');
  await expect
    .poll(() => acts('--account', own.account))
    .toEqual([
      `login-refused ${own.account}`,
      `logged-in ${own.account}`,
      `password-changed ${own.account}`,
      `logged-in ${own.account}`,
      `logged-in ${own.account}`,
      `logged-out ${own.account}`,
    ]);
  const all = meetlat('staff-log', '--csv');
  expect(all).toContain('"installation","login-refused","","",""');
  expect(all).not.toContain('geheim');
});

it('tells which log and which recording was opened, by pseudonyms; what commands did; and verifies', async () => {
  const invigilator = await Staff.login(server.url, await server.account('invigilator'));
  const candidate = await Candidate.admitted(invigilator, { name: 'Dina Opgenomen' });
  await candidate.listen(await candidate.toFirstPart());
  await candidate.speak((await candidate.ask({ kind: 'start-part' })).view);
  await invigilator.get(`/invigilator/sessions/${candidate.session}/log`);
  const examiner = await Staff.login(server.url, await server.account('examiner'));
  const claim = () => examiner.post<{ performance: string; turns: { n: number }[] } | null>('/examiner/claims');
  await expect.poll(claim, { timeout: 30_000 }).not.toBeNull();
  const { performance, turns } = (await claim()) ?? { performance: '', turns: [] };
  const first = turns[0]?.n ?? 0;
  const hear = (range: string) =>
    fetch(`${server.url}/api/v1/examiner/claims/${performance}/turns/${first}/audio`, {
      headers: { cookie: examiner.cookie, range },
    });
  for (const range of ['bytes=0-1', 'bytes=2-9', 'bytes=0-']) expect((await hear(range)).status).toBe(206);
  expect(acts('--type', 'recording-heard').map((line) => line.split(' ').slice(2).join(' '))).toEqual([
    `${performance}/${first}`,
  ]);
  expect(acts('--type', 'log-read').at(-1)).toContain(candidate.session);
  expect(meetlat('staff-log')).not.toContain('Opgenomen');

  meetlat('rotate-key');
  const copy = await mkdtemp(join(tmpdir(), 'meetlat-staff-log-'));
  meetlat('backup', join(copy, 'backup'), '--keys', join(copy, 'keys'));
  await rm(copy, { recursive: true });
  meetlat('staff', 'lock', (await server.account('examiner')).account);
  const lines = acts();
  for (const type of ['key-rotated', 'backup-made']) expect(lines.some((line) => line.startsWith(type))).toBe(true);
  expect(lines.at(-1) ?? '').toMatch(/^account-locked/);
  expect(() => meetlat('staff-log', '--from', 'gisteren')).toThrow();
  expect(acts('--to', '2020-01-01')).toEqual([]);
  expect(meetlat('verify', '--all')).toContain('VERIFIED');
}, 120_000);

it('a designer reads so many items with their key a day, and no more', async () => {
  const { account } = await server.account('designer');
  const designer = await Staff.login(server.url, { account, password: 'vier paarden op het dak' });
  const ids: string[] = [];
  for (const bank of ['nt2-listening', 'mo']) {
    const { items } = await designer.get<{ items: { id: string }[] }>(`/designer/banks/${bank}/items`);
    ids.push(...items.map(({ id }) => `/designer/banks/${bank}/items/${id}`));
  }
  const read = (path: string) => designer.get<{ itemsLeft: number }>(path);
  for (const [n, path] of ids.slice(0, mostItemsADay).entries())
    expect(await read(path)).toMatchObject({ itemsLeft: mostItemsADay - n - 1 });
  for (const path of ids.slice(mostItemsADay))
    await expect(read(path)).rejects.toMatchObject({ status: 429, code: 'items-exhausted' });
  // What was read today may be read again, and seen and heard; of what was not nothing is heard.
  await read(ids[0] ?? '');
  const { storage, bank } = await openStores(readConfiguration({ MEETLAT_DATA: server.folder }, server.folder));
  await storage.close();
  const { items } = bank.currentRelease('nt2-listening');
  const wasRead = new Set(ids.slice(0, mostItemsADay));
  const mediaOf = (isRead: boolean): ReadonlySet<string> =>
    new Set(
      items
        .filter(({ id }) => wasRead.has(`/designer/banks/nt2-listening/items/${id}`) === isRead)
        .flatMap((item) => [...mediaOfItem(item)]),
    );
  const seen = mediaOf(true);
  const unseen = [...mediaOf(false)].filter((media) => !seen.has(media));
  const statuses = async (media: readonly string[]): Promise<ReadonlySet<number>> =>
    new Set(
      await Promise.all(
        media.slice(0, 40).map(async (one) => {
          const path = `/api/v1/designer/banks/nt2-listening/media/${one}`;
          return (await fetch(`${server.url}${path}`, { headers: { cookie: designer.cookie } })).status;
        }),
      ),
    );
  expect(await statuses([...seen])).toEqual(new Set([200]));
  expect(await statuses(unseen)).toEqual(new Set([429]));
  expect(acts('--type', 'item-refused')).toEqual([`item-refused ${account}`]);
}, 120_000);

it('the office reads all of it page by page: each act once, latest first, also over days without any', async () => {
  const { storage } = await openStores(readConfiguration({ MEETLAT_DATA: server.folder }, server.folder));
  const day = 24 * 3_600_000;
  const record = async (daysAgo: number, count: number): Promise<void> => {
    const log = new StaffLog({ journal: storage.journal, now: () => toInstant(Date.now() - daysAgo * day) });
    for (let n = 0; n < count; n += 1) await log.record('demo', doneBy('log-read', 'paging@demo', `s-${daysAgo}-${n}`));
  };
  for (let daysAgo = 90; daysAgo > 3; daysAgo -= 1) await record(daysAgo, 1);
  await record(2, 130);
  await record(1, 120);
  await storage.close();
  const office = await Staff.login(server.url, await addInvigilator(server, 'office@demo', 'gent', ['office']));
  const pages = async (filter: string): Promise<StaffLogPage[]> => {
    const all: StaffLogPage[] = [];
    for (let after = ''; ;) {
      const page = await office.get<StaffLogPage>(`/office/staff-log?${filter}${after}`);
      all.push(page);
      if (page.next === undefined) return all;
      after = `&after=${encodeURIComponent(page.next)}`;
    }
  };
  const read = (all: readonly StaffLogPage[]) => all.flatMap((page) => page.acts);
  const paged = await pages('account=paging@demo');
  expect(paged.map((page) => page.acts.length).slice(0, 2)).toEqual([100, 100]);
  const ofs = read(paged).map(({ of }) => of);
  expect(ofs.slice(0, 3)).toEqual(['s-1-119', 's-1-118', 's-1-117']);
  expect(ofs).toHaveLength(130 + 120 + 87);
  expect(new Set(ofs).size).toBe(ofs.length);
  const instants = read(paged).map(({ at }) => at);
  expect(instants).toEqual(instants.toSorted().reverse());
  // Nothing of the kind on any of those days: it is looked through all the same, some days a page.
  const oldest = await pages('account=paging@demo&type=log-read&to=' + (instants.at(-1) ?? '').slice(0, 10));
  expect(read(oldest).map(({ of }) => of)).toEqual(['s-90-0']);
  const none = await pages('type=key-rotated&account=nobody@demo');
  expect(none.length).toBeGreaterThan(2);
  expect(read(none)).toEqual([]);
}, 120_000);

it('tells that an account may do something else, what, and ends its open room', async () => {
  const own = await addInvigilator(server, 'changed@demo', 'gent');
  const staff = await Staff.login(server.url, own);
  const room = await fetch(`${server.url}/api/v1/invigilator/room/events`, { headers: { cookie: staff.cookie } });
  meetlat('staff', 'roles', own.account, '--roles', 'examiner,office');
  expect(acts('--type', 'account-roles-changed').join()).toMatch(/changed@demo.*examiner,office$/);
  await expect(staff.get('/invigilator/room')).rejects.toMatchObject({ code: 'not-allowed' });
  // The stream ends by itself, as by a log-out.
  await room.text();
  const page = await staff.get<StaffLogPage>('/office/staff-log?type=account-roles-changed');
  expect(page.acts).toMatchObject([{ of: own.account, roles: ['examiner', 'office'] }]);
}, 60_000);
