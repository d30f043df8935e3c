import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toInstant } from '../../storage/document/instant.ts';
import { openLmdb } from '../../storage/lmdb/open.ts';
import type { Storage } from '../../storage/port.ts';
import { type Accounts, accounts, authenticate, tenantOf } from './account.ts';
import { Passwords, computePassword, hashPassword } from './passwords.ts';

describe('accounts', () => {
  let folder = '';
  let storage: Storage;
  let all: Accounts;
  let computed = 0;
  const passwords = new Passwords(
    [
      (task) => {
        computed += 1;
        return Promise.resolve(computePassword(task));
      },
    ],
    1,
  );
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'meetlat-accounts-'));
    storage = await openLmdb({ directory: folder });
    all = await storage.collection(accounts);
    const ann = {
      name: 'Ann',
      passwordHash: hashPassword('right'),
      roles: ['examiner'] as const,
      centre: 'gent',
      demonstration: false,
    };
    await all.insert({ tenant: 'x', id: 'ann@x' }, ann);
    await all.insert({ tenant: 'x', id: 'locked@x' }, { ...ann, lockedAt: toInstant(0) });
  });
  afterAll(async () => {
    await storage.close();
    await rm(folder, { recursive: true });
  });

  it.each([
    ['ann@x', 'right', 'ann@x'],
    ['ann@x', 'wrong', undefined],
    ['locked@x', 'right', undefined],
    ['nobody@x', 'right', undefined],
    ['ann@y', 'right', undefined],
    ['ann', 'right', undefined],
  ])('%s with the %s password', async (account, password, found) => {
    const before = computed;
    expect((await authenticate(all, passwords, { account, password, isKnownDevice: false }))?.id).toBe(found);
    // Whoever asks waits for one hash, whether the account exists or not.
    expect(computed - before).toBe(1);
  });

  it.each([
    ['ann@x', 'x'],
    ['ann@x-1', 'x-1'],
    ['a b@x', undefined],
    ['ann@X', undefined],
    ['ann@x@y', undefined],
    ['ann@', undefined],
  ])('the agency of %s', (account, tenant) => {
    expect(tenantOf(account)).toBe(tenant);
  });
});
