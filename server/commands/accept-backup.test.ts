/** `meetlat accept-backup`: a storage that ends before what this machine wrote goes on by a named person's word. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { beforeEach, expect, it } from 'vitest';
import { CheckpointsReplaced, writeCheckpoint } from '../../storage/journal/checkpoint.ts';
import { SigningKeys } from '../../storage/keys/signing-keys.ts';
import { fileMemory, goOnFromRemembered, memoryFile } from '../checkpoint-memory.ts';
import { now, random } from '../machine.ts';
import { openStores } from '../open-stores.ts';
import { configuration, meetlat, upgradeFolder, useOldFolder } from './called.suite.ts';

useOldFolder();
beforeEach(upgradeFolder);
const file = () => memoryFile(configuration().dataFolder);
const call = (...more: string[]) => meetlat('accept-backup', ...more);
const named = ['--by', 'An Peeters', '--reason', 'a disk broke'] as const;

/** As the server does at its start. @returns what it told its operator */
async function begin(): Promise<readonly object[]> {
  const told: object[] = [];
  const { storage, wrapping } = await openStores(configuration());
  try {
    const signing = await SigningKeys.open({ storage, wrapping, random, now });
    const signBytes = (payload: Uint8Array) => signing.sign(payload);
    const log = { error: (one: object) => told.push(one) };
    await goOnFromRemembered({ storage, signBytes, now, log }, fileMemory(file()));
  } finally {
    await storage.close();
  }
  return told;
}

/** As the server's job does. */
async function checkpoint(): Promise<void> {
  const { storage, wrapping } = await openStores(configuration());
  try {
    const signing = await SigningKeys.open({ storage, wrapping, random, now });
    await writeCheckpoint({ storage, sign: (payload) => signing.sign(payload), at: now(), memory: fileMemory(file()) });
  } finally {
    await storage.close();
  }
}

it('says that nothing is missing where the storage leads on from what the machine remembers', async () => {
  await checkpoint();
  const { code, lines } = await call(...named);
  expect([code, lines]).toEqual([0, expect.stringMatching(/^nothing is missing/)]);
});

it('needs a name and a reason', async () => {
  await expect(call('--by', 'An Peeters', '--reason', ' ')).rejects.toThrow('needs --by NAME and --reason TEXT');
  await expect(call('--reason', 'a disk broke')).rejects.toThrow('needs --by NAME and --reason TEXT');
});

it('lets the storage go on from where the backup ends; verify tells of it ever after', async () => {
  await checkpoint();
  const found = await readFile(file(), 'utf8');
  const lost = { number: 999, hash: 'ab'.repeat(32) };
  await writeFile(file(), JSON.stringify(lost));
  await expect(checkpoint()).rejects.toThrow(CheckpointsReplaced);
  expect((await meetlat('verify', '--all')).lines).toMatch(/^FINDING {5}checkpoint-removed: checkpoint 999/m);
  expect((await call(...named)).lines).toMatch(/^accepted by An Peeters: .*999:abab-abab-abab-abab/);
  expect(JSON.parse(await readFile(file(), 'utf8'))).toEqual(JSON.parse(found));
  await checkpoint();
  const { code, lines } = await meetlat('verify', '--all');
  expect(lines).toMatch(/^backup {6}put back .* said by An Peeters: a disk broke; .* up to 999:abab/m);
  expect([code, lines]).toEqual([0, expect.stringMatching(/^VERIFIED$/m)]);
});

it('a machine without its memory goes on and says so; verify finds fault until somebody has answered', async () => {
  // An earlier version remembered nothing, and a first start has nothing to remember.
  expect(await begin()).toEqual([]);
  expect(await begin()).toEqual([]);
  const found: unknown = JSON.parse(await readFile(file(), 'utf8'));
  await rm(file());
  expect(await begin()).toEqual([{ found }]);
  expect(await begin()).toEqual([]);
  const before = await meetlat('verify', '--all');
  expect([before.code, before.lines]).toEqual([1, expect.stringMatching(/^FINDING {5}checkpoint-memory-missing: /m)]);
  expect((await call(...named)).lines).toMatch(/^accepted by An Peeters: the storage goes on from \d+:/);
  await begin();
  const after = await meetlat('verify', '--all');
  expect([after.code, after.lines]).toEqual([
    0,
    expect.stringMatching(/^memory {6}accepted .* by An Peeters: a disk/m),
  ]);
});
