/** An account whose password somebody else made, against the running program: nothing before another is chosen. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { accounts } from '../../people/staff/account.ts';
import { hashPassword } from '../../people/staff/passwords.ts';
import { openStores } from '../../server/open-stores.ts';
import { readConfiguration } from '../../server/configuration.ts';
import { ServerProcess } from '../server-process.ts';
import { Staff } from '../session-client.ts';

const given = 'abcd-efgh-jkmn-pqrs';
const account = 'an.peeters@demo';
let server: ServerProcess;
beforeAll(async () => {
  server = await ServerProcess.start();
  const { storage } = await openStores(readConfiguration({ MEETLAT_DATA: server.folder }, server.folder));
  const all = await storage.collection(accounts);
  const made = { name: 'An Peeters', passwordHash: hashPassword(given), centre: 'gent', demonstration: false };
  await all.insert({ tenant: 'demo', id: account }, { ...made, roles: ['invigilator'], isPasswordGiven: true });
  await storage.close();
});
afterAll(() => server.dispose());

const login = (password: string): Promise<Staff> => Staff.login(server.url, { account, password });
const choose = (staff: Staff, password: string, chosen: string) => staff.post('/staff/password', { password, chosen });
const refused = (reason: string) => ({ status: 400, body: expect.objectContaining({ reason }) });

it('lets nobody in with a given password before another is chosen, which ends what was open', async () => {
  const [an, elsewhere] = [await login(given), await login(given)];
  expect(await an.get('/staff/me')).toMatchObject({ mustChoosePassword: true });
  await expect(an.get('/invigilator/room')).rejects.toMatchObject({ status: 403, code: 'password-due' });
  await expect(an.get('/designer/banks')).rejects.toMatchObject({ status: 403, code: 'not-allowed' });

  const chosen = 'vier paarden op het dak';
  await expect(choose(an, 'a wrong one', chosen)).rejects.toMatchObject({ status: 401, code: 'wrong-password' });
  await expect(choose(an, given, given)).rejects.toMatchObject(refused('password-same'));
  await expect(choose(an, given, 'kort')).rejects.toMatchObject(refused('password-short'));
  await expect(choose(an, given, 'Welkom2026!!')).rejects.toMatchObject(refused('password-common'));
  await expect(an.get('/invigilator/room')).rejects.toMatchObject({ code: 'password-due' });

  expect(await choose(an, given, chosen)).toMatchObject({ account, mustChoosePassword: false });
  for (const session of [an, elsewhere])
    await expect(session.get('/staff/me')).rejects.toMatchObject({ status: 401, code: 'not-logged-in' });
  await expect(login(given)).rejects.toMatchObject({ code: 'wrong-password' });
  const after = await login(chosen);
  expect(await after.get('/staff/me')).toMatchObject({ mustChoosePassword: false });
  await after.get('/invigilator/room');
});
