/** `meetlat accept-backup`: a storage that ends before what this machine wrote goes on by a named person's word. */
import { readFile, writeFile } from 'node:fs/promises';
import { beforeEach, expect, it } from 'vitest';
import { CheckpointsReplaced, writeCheckpoint } from '../../storage/journal/checkpoint.ts';
import { SigningKeys } from '../../storage/keys/signing-keys.ts';
import { fileMemory, memoryFile } from '../checkpoint-memory.ts';
import { now, openStores, random } from '../compose.ts';
import { configuration, meetlat, upgradeFolder, useOldFolder } from './called.suite.ts';

useOldFolder();
beforeEach(upgradeFolder);
const file = () => memoryFile(configuration().dataFolder);
const call = (...more: string[]) => meetlat('accept-backup', ...more);
const named = ['--by', 'An Peeters', '--reason', 'a disk broke'] as const;

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
