import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLmdb } from '../storage/lmdb/open.ts';
import { sha256 } from '../storage/document/hash.ts';
import type { Storage } from '../storage/port.ts';
import { agencies, agencyOf, centreName } from '../people/agencies/agency.ts';
import { accounts, authenticate } from '../people/staff/account.ts';
import { Passwords, computePassword } from '../people/staff/passwords.ts';
import { ReleaseStore } from '../item-bank/releases/store.ts';
import type { Release } from '../item-bank/releases/release.ts';
import {
  type DemonstrationPorts,
  demonstrationCentre,
  demonstrationTenant,
  makeCredentials,
  seedDemonstration,
} from './people.ts';

const release: Release = {
  id: 'r1',
  bank: 'mo',
  createdAt: '2026-11-23T00:00:00.000Z',
  synthetic: true,
  items: [],
  parameters: [],
};
const content = { releases: [release], specifications: [] };
/** Looks random and is the same at every run. */
const drawn = (seed: string) => {
  let draws = 0;
  return (bytes: number): Uint8Array =>
    Uint8Array.from(Buffer.from(sha256(`${seed} ${draws++}`), 'hex').subarray(0, bytes));
};

const passwords = new Passwords([async (task) => computePassword(task)], 1);

let directory: string;
let storage: Storage;
let ports: DemonstrationPorts;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'meetlat-demonstration-'));
  storage = await openLmdb({ directory });
  ports = {
    bank: await ReleaseStore.open(storage),
    agencies: await storage.collection(agencies),
    accounts: await storage.collection(accounts),
  };
});
afterEach(async () => {
  await storage.close();
  await rm(directory, { recursive: true, force: true });
});

describe('the demonstration in storage', () => {
  it('lets each of the staff in with the password that was made', async () => {
    const credentials = makeCredentials(drawn('a'));
    await seedDemonstration(ports, content, credentials);
    for (const [role, { account, password }] of Object.entries(credentials)) {
      const found = await authenticate(ports.accounts, passwords, { account, password, isKnownDevice: false });
      expect(found).toMatchObject({
        tenant: demonstrationTenant,
        value: { roles: [role], centre: demonstrationCentre, demonstration: true },
      });
    }
    expect(
      await authenticate(ports.accounts, passwords, {
        account: credentials.designer.account,
        password: credentials.examiner.password,
        isKnownDevice: false,
      }),
    ).toBeUndefined();
  });
  it('is the same when it is put in again; an account that is there keeps its password', async () => {
    const credentials = makeCredentials(drawn('a'));
    await seedDemonstration(ports, content, credentials);
    await seedDemonstration(ports, content, makeCredentials(drawn('b')));
    expect(
      (await authenticate(ports.accounts, passwords, { ...credentials.invigilator, isKnownDevice: false }))?.value.name,
    ).toBe('Toos Toezichter');
    expect(ports.bank.allReleases()).toHaveLength(1);
  });
  it('has an agency with a centre, marked as demonstration', async () => {
    await seedDemonstration(ports, content, makeCredentials(drawn('a')));
    const agency = await agencyOf(ports.agencies, demonstrationTenant);
    expect(agency?.demonstration).toBe(true);
    expect(centreName(agency, demonstrationCentre)).toBe('Gent (demonstratie)');
  });
});

describe('passwords', () => {
  it('are different for everybody and typed in groups', () => {
    const credentials = makeCredentials(drawn('c'));
    const made = Object.values(credentials).map(({ password }) => password);
    expect(new Set(made).size).toBe(3);
    for (const password of made) expect(password).toMatch(/^[0-9a-z]{4}(-[0-9a-z]{4}){3}$/);
  });
});
