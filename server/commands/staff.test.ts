/** `meetlat staff`, against a data folder that an earlier version wrote, and a log-in that is open meanwhile. */
import { expect, it } from 'vitest';
import { type Account, accounts, authenticate } from '../../people/staff/account.ts';
import { Passwords, computePassword } from '../../people/staff/passwords.ts';
import { openStaffSession, staffSessions, startStaffSession } from '../../people/staff/staff-sessions.ts';
import { agencies, installation } from '../../people/agencies/agency.ts';
import { now } from '../machine.ts';
import type { Stores } from '../stores.ts';
import { inRooms, meetlat, useFolder } from './called.suite.ts';

const an = 'an.peeters@agii';
useFolder(() =>
  inRooms(async (_, { storage }) => {
    const all = await storage.collection(agencies);
    const centres = [{ id: 'gent', name: 'Gent' }];
    await all.insert({ tenant: installation, id: 'agii' }, { name: 'AgII', centres, demonstration: false });
  }),
);
const inStores = <T>(work: (stores: Stores) => Promise<T>): Promise<T> => inRooms((_, stores) => work(stores));
const staff = async (...argv: string[]): Promise<string> => (await meetlat('staff', ...argv)).lines;
const passwordIn = (lines: string): string => /shown this once: (\S+)/.exec(lines)?.[1] ?? '';
const added = () => staff('add', an, '--name', 'An Peeters', '--roles', 'invigilator,office', '--centre', 'gent');

/** The account behind name and password, if they are right. */
const login = (password: string): Promise<Account | undefined> =>
  inStores(async ({ storage }) => {
    const all = await storage.collection(accounts);
    const passwords = new Passwords([(task) => Promise.resolve(computePassword(task))], 1);
    return (await authenticate(all, passwords, { account: an, password, isKnownDevice: false }))?.value;
  });
/** A log-in that was opened before `meanwhile`: whether it is open still. */
async function isOpenAfter(meanwhile: () => Promise<unknown>): Promise<boolean> {
  const ports = async ({ storage }: Stores) => ({
    accounts: await storage.collection(accounts),
    staffSessions: await storage.collection(staffSessions),
    now,
  });
  await inStores(async (stores) => {
    const open = await ports(stores);
    const account = await open.accounts.get({ tenant: 'agii', id: an });
    if (account !== undefined) await startStaffSession(open, 'agii', account, 'one');
  });
  await meanwhile();
  return inStores(
    async (stores) =>
      (await openStaffSession(await ports(stores), { tenant: 'agii', account: an, session: 'one' })) !== undefined,
  );
}

it('makes an account with a password that is right, once', async () => {
  const password = passwordIn(await added());
  expect(await login(password)).toMatchObject({
    name: 'An Peeters',
    roles: ['invigilator', 'office'],
    centre: 'gent',
    isPasswordGiven: true,
  });
  expect(await login('another')).toBeUndefined();
  await expect(added()).rejects.toMatchObject({ key: 'staff.there-already' });
  expect(await staff('list')).toBe(`${an}  An Peeters  invigilator,office  gent`);
});

it.each([
  [['add', 'an@nowhere', '--name', 'An', '--roles', 'office', '--centre', 'gent'], 'staff.no-agency'],
  [['add', an, '--name', 'An', '--roles', 'office,king', '--centre', 'gent'], 'staff.roles-needed'],
  [['add', an, '--name', 'An', '--roles', 'office', '--centre', 'mars'], 'staff.no-centre'],
  [['lock', an], 'staff.unknown'],
  [['praise', an], 'staff.no-act'],
  [['knows', an], 'staff.no-reference'],
])('refuses %j', async (argv, key) => {
  await expect(staff(...argv)).rejects.toMatchObject({ key });
});

it.each([['lock'], ['password'], ['remove']])('%s ends what the account has open', async (act) => {
  const password = passwordIn(await added());
  expect(await isOpenAfter(() => staff(act, an))).toBe(false);
  expect(await login(password)).toBeUndefined();
});

it('roles gives an account other roles; what it had open stays open where it may', async () => {
  const password = passwordIn(await added());
  expect(await isOpenAfter(() => staff('roles', an, '--roles', 'designer'))).toBe(true);
  expect(await login(password)).toMatchObject({ roles: ['designer'], name: 'An Peeters' });
  await expect(staff('roles', an)).rejects.toMatchObject({ key: 'staff.roles-needed' });
});

it('unlock lets it in again; another password is shown once', async () => {
  const password = passwordIn(await added());
  await staff('lock', an);
  expect(await staff('list')).toContain('locked since');
  await staff('unlock', an);
  expect(await login(password)).toBeDefined();
  const fresh = passwordIn(await staff('password', an));
  expect(await login(fresh)).toBeDefined();
  expect(await login(password)).toBeUndefined();
});

it('records whom the owner of an account knows, by pseudonym, and takes it back', async () => {
  await added();
  const person = await inRooms(async ({ candidates }) => {
    const facts = { contactLanguage: 'ar', synthetic: true, registeredAt: now() } as const;
    const named = { name: 'Amina Voorbeeld', birthDate: '1990-01-01', reference: 'KBI-1' };
    await candidates.add({ tenant: 'agii', id: 'somebody' }, named, facts);
    return 'somebody';
  });
  const known = () =>
    inStores(async ({ storage }) => {
      const all = await storage.collection(accounts);
      return (await all.get({ tenant: 'agii', id: an }))?.value.knownPersons;
    });
  await staff('knows', an, '--reference', 'KBI-1');
  await staff('knows', an, '--reference', 'KBI-1');
  expect(await known()).toEqual([person]);
  await expect(staff('knows', an, '--reference', 'KBI-2')).rejects.toMatchObject({ key: 'staff.nobody' });
  await staff('knows-not', an, '--reference', 'KBI-1');
  expect(await known()).toEqual([]);
});
