import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Instant, toInstant } from '../../storage/document/instant.ts';
import { openLmdb } from '../../storage/lmdb/open.ts';
import type { Storage, Stored } from '../../storage/port.ts';
import { type Account, type Accounts, accounts } from './account.ts';
import {
  type StaffSessionPorts,
  endStaffSession,
  openStaffSession,
  staffSessionLifeMs,
  staffSessions,
  startStaffSession,
} from './staff-sessions.ts';

const begin = Date.parse('2026-11-27T08:00:00.000Z');
const ann: Account = {
  name: 'Ann',
  passwordHash: 'the hash of a password',
  roles: ['invigilator'],
  centre: 'gent',
  demonstration: false,
};

describe('a session of the staff', () => {
  let [folder, number, epochMs] = ['', 0, begin];
  let [storage, all, ports, account]: [Storage?, Accounts?, StaffSessionPorts?, Stored<Account>?] = [];
  const now = (): Instant => toInstant(epochMs);
  const the = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('not made');
    return value;
  };
  const open = (session: string, name = the(account).id) =>
    openStaffSession(the(ports), { tenant: 'x', account: name, session });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'meetlat-staff-'));
    storage = await openLmdb({ directory: folder });
    all = await storage.collection(accounts);
    ports = { accounts: all, staffSessions: await storage.collection(staffSessions), now };
  });
  afterAll(async () => {
    await storage?.close();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    number += 1;
    epochMs = begin;
    account = await the(all).insert({ tenant: 'x', id: `ann${number}@x` }, ann);
    await startStaffSession(the(ports), 'x', account, `s${number}`);
  });

  it('opens the account that began it, and no other', async () => {
    expect(await open(`s${number}`)).toEqual(ann);
    const other = await the(all).insert({ tenant: 'x', id: `bob${number}@x` }, ann);
    expect(await open(`s${number}`, other.id)).toBeUndefined();
    expect(await open('unknown')).toBeUndefined();
  });

  it('ends by logging out, for good, and ends no other', async () => {
    await startStaffSession(the(ports), 'x', the(account), `second ${number}`);
    await endStaffSession(the(ports), 'x', `s${number}`);
    await endStaffSession(the(ports), 'x', `s${number}`);
    expect(await open(`s${number}`)).toBeUndefined();
    expect(await open(`second ${number}`)).toEqual(ann);
  });

  it('ends by a new password, by locking and by removing the account', async () => {
    const changed = await the(all).replace(the(account), 1, { ...ann, passwordHash: 'another' });
    expect(await open(`s${number}`)).toBeUndefined();
    await startStaffSession(the(ports), 'x', changed, `new ${number}`);
    expect(await open(`new ${number}`)).toBeDefined();
    const locked = await the(all).replace(changed, 2, { ...changed.value, lockedAt: now() });
    expect(await open(`new ${number}`)).toBeUndefined();
    await the(all).remove(locked, 3);
    expect(await open(`new ${number}`)).toBeUndefined();
  });

  it('ends by its age', async () => {
    epochMs = begin + staffSessionLifeMs - 1;
    expect(await open(`s${number}`)).toBeDefined();
    epochMs += 1;
    expect(await open(`s${number}`)).toBeUndefined();
  });
});
