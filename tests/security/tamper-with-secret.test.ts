/**
 * Whoever holds the database and the secret can make what the program makes: a tail cut off, and every checkpoint
 * signed anew to fit. Nothing in the house shows that. What was told outside does: a mark on a receipt, a push, a
 * report, the witness.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { base64url } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { readConfiguration } from '../../server/configuration.ts';
import { now, random } from '../../server/machine.ts';
import { openSealed } from '../../server/open-storage.ts';
import { canonicalBytes } from '../../storage/document/json.ts';
import { CheckpointContent, type Head, checkpoints } from '../../storage/journal/checkpoint.ts';
import { streamKey } from '../../storage/journal/stream-name.ts';
import { SigningKeys } from '../../storage/keys/signing-keys.ts';
import { genesisHash, installationTenant } from '../../storage/port.ts';
import { openOldLmdb, openOldMongo } from '../fixtures/open-old-data.ts';
import { hasMongo } from '../mongo.ts';
import { tamperedWith } from './tampered.ts';

describe.each([
  ['LMDB', true, openOldLmdb],
  ['MongoDB', hasMongo(true), openOldMongo],
] as const)('the database changed with the secret, on %s', (_, isThere, open) => {
  if (!isThere) {
    it.skip('needs a mongod');
    return;
  }
  const { opened, meetlat, audited, streamOf } = tamperedWith(open);
  beforeAll(async () => {
    await opened().server.stop();
  });

  it('is sound to whoever was told nothing, and is named to whoever kept one checkpoint', async () => {
    const [, newest = ''] = /^newest {6}(\d+:[0-9a-f]{64})$/m.exec(meetlat(['verify', '--all'])) ?? [];
    const cut = streamOf('session', 'mo-open');
    const inSealed = async <T>(act: (all: Awaited<ReturnType<typeof openSealed>>) => Promise<T>): Promise<T> => {
      const all = await openSealed(readConfiguration(opened().environment, '/'), { now, random });
      try {
        return await act(all);
      } finally {
        await all.storage.close();
      }
    };
    const kept = await inSealed(({ storage }) => storage.journal.read(cut));
    const [end, last] = kept.slice(-2);
    if (end === undefined || last === undefined) throw new Error('too short a session');
    await opened().tampered((tampering) => tampering.removeCommits(cut, last.version));
    await inSealed(async ({ storage, wrapping }) => {
      const collection = await storage.collection(checkpoints);
      const heads = new Map<string, Head>();
      for (const stored of await collection.every()) {
        const payload = new TextDecoder().decode(base64url.decode(stored.value.jws.split('.')[1] ?? ''));
        for (const head of CheckpointContent.parse(JSON.parse(payload)).heads) heads.set(streamKey(head), head);
        await collection.remove(stored, stored.revision);
      }
      heads.set(streamKey(cut), { ...cut, version: end.version, hash: end.hash });
      const { sign } = await SigningKeys.open({ storage, wrapping, random, now });
      const content = { number: 1, at: now(), previousHash: genesisHash, heads: [...heads.values()] };
      const jws = await sign(canonicalBytes(content));
      await collection.insert({ tenant: installationTenant, id: 'checkpoint-1' }, { number: 1, at: content.at, jws });
      await storage.journal.markListed([{ stream: cut, version: end.version }]);
    });
    // The machine itself remembers better, as long as only the database was changed.
    expect(meetlat(['verify', '--all'])).toMatch(/checkpoint-removed: checkpoint \d+: was published/);
    await rm(join(opened().server.folder, 'last-checkpoint.json'));
    expect(meetlat(['verify', '--all'])).toMatch(/^VERIFIED$/m);
    for (const told of [meetlat(['verify', '--all', '--anchor', newest]), audited('--anchor', newest)]) {
      expect(told).toMatch(/FINDING {5}checkpoint-(removed|forged): checkpoint \d+: .*published/);
      expect(told).toMatch(/^NOT VERIFIED$/m);
    }
  }, 240_000);
});
