/** Nobody rates whom they helped: one account with two roles, against the running program. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { accounts } from '../../people/staff/account.ts';
import { hashPassword } from '../../people/staff/passwords.ts';
import { openStores } from '../../server/open-stores.ts';
import { readConfiguration } from '../../server/configuration.ts';
import { ServerProcess } from '../server-process.ts';
import { Candidate, Staff } from '../session-client.ts';

const password = 'a password of this test';
const both = 'both@demo';
let server: ServerProcess;
beforeAll(async () => {
  server = await ServerProcess.start();
  const { storage } = await openStores(readConfiguration({ MEETLAT_DATA: server.folder }, server.folder));
  const roles = ['invigilator', 'examiner'] as const;
  const value = { name: 'Bo', passwordHash: hashPassword(password), roles, centre: 'gent', demonstration: true };
  await (await storage.collection(accounts)).insert({ tenant: 'demo', id: both }, value);
  await storage.close();
});
afterAll(() => server.dispose());

const queue = (staff: Staff) => staff.get<{ waiting: number }>('/examiner/queue');
const claim = (staff: Staff) => staff.post<{ performance: string } | null>('/examiner/claims');
async function sit(invigilator: Staff): Promise<void> {
  const candidate = await Candidate.admitted(invigilator);
  await candidate.listen(await candidate.toFirstPart());
  await candidate.speak((await candidate.ask({ kind: 'start-part' })).view);
}

it('whoever registered and admitted somebody is given none of their recordings; a colleague is', async () => {
  const [own, examiner] = [
    await Staff.login(server.url, { account: both, password }),
    await Staff.login(server.url, await server.account('examiner')),
  ];
  await sit(own);
  await expect.poll(async () => (await queue(own)).waiting, { timeout: 30_000 }).toBeGreaterThan(0);
  expect(await claim(own)).toBeNull();
  expect(await claim(examiner)).not.toBeNull();
  // Somebody whom a colleague helped.
  await sit(await Staff.login(server.url, await server.account('invigilator')));
  await expect.poll(() => claim(own), { timeout: 30_000 }).not.toBeNull();
});
