/** Data of an earlier version, brought up to date in this process. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { oldData, oldSecret, unpackLmdb } from '../../tests/fixtures/old-data.ts';
import { inFolder, wordsOfOldData } from '../../tests/security/named.ts';
import { RegisteredPersons } from '../../delivery/sessions/personal.ts';
import { readSessionEvent, writeSessionEvent } from '../../delivery/sessions/recorded.ts';
import { jsonObject } from '../../storage/document/json.ts';
import { buildCommit } from '../../storage/journal/chain.ts';
import { readRewrittenStreams } from '../../storage/journal/rewritten.ts';
import { streamKey } from '../../storage/journal/stream-name.ts';
import { publicKeys } from '../../storage/keys/signing-keys.ts';
import { openLmdb } from '../../storage/lmdb/open.ts';
import { everyStream } from '../../storage/pages.ts';
import { genesisHash } from '../../storage/port.ts';
import { now, random } from '../machine.ts';
import { openStores } from '../open-stores.ts';
import { readConfiguration } from '../configuration.ts';
import { openSealed, verifyEverything } from '../open-storage.ts';
import { type OpenStores, openedStores } from '../stores.ts';
import { upgradedStores } from './upgrade.ts';

const configuration = () => readConfiguration(process.env, process.cwd());
const told: object[] = [];
const log = { info: (what: object) => told.push(what), warn: (what: object) => told.push(what) };
let directory: string;
let words: readonly string[];

async function upgrade(): Promise<OpenStores> {
  const open = async () =>
    openedStores(await openSealed(configuration(), { now, random, upgrade: true }), configuration(), { now, random });
  return upgradedStores(open, { dataFolder: directory, now, log });
}

beforeEach(async () => {
  told.length = 0;
  directory = await mkdtemp(join(tmpdir(), 'meetlat-encrypt-'));
  unpackLmdb(directory);
  vi.stubEnv('MEETLAT_DATA', directory);
  vi.stubEnv('MEETLAT_SECRET', oldSecret);
  const storage = await openLmdb({ directory });
  words = await wordsOfOldData(storage, 'demo');
  await storage.close();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(directory, { recursive: true });
});

describe('data of before', () => {
  it('names nobody in clear after the start, verifies, and is encrypted once', async () => {
    expect(await inFolder(directory, words)).not.toEqual([]);
    const stores = await upgrade();
    const { findings } = await verifyEverything(stores.storage, { keys: await publicKeys(stores.storage) });
    expect(findings).toEqual([]);
    expect(stores.wrapping.isStorageClosed).toBe(true);
    await stores.storage.close();
    expect(told).toEqual([{ candidates: 9, sessions: 10, damaged: [] }]);
    expect(await inFolder(directory, words)).toEqual([]);
    await (await upgrade()).storage.close();
    expect(told).toHaveLength(1);
  });

  it('changed in nothing but the names: the former hashes follow from them', async () => {
    const { storage, cipher } = await upgrade();
    const persons = new RegisteredPersons(cipher);
    const records = await readRewrittenStreams(storage);
    expect(records.size).toBe(10);
    for await (const id of everyStream(storage.journal, 'demo', 'session')) {
      const stream = { tenant: 'demo', kind: 'session', id };
      let previousHash: string = genesisHash;
      const former = [];
      for (const commit of await storage.journal.read(stream)) {
        const events = await Promise.all(
          commit.events.map(async (recorded) => {
            const event = readSessionEvent(recorded);
            if (event.type !== 'registered') return recorded;
            const { name = '', resultKey = '' } = (await persons.of('demo', event)) ?? {};
            const personal = { candidateName: name, resultKey };
            return jsonObject(writeSessionEvent({ ...event, schema: 1, personal }));
          }),
        );
        const before = { expectedVersion: commit.version - 1, previousHash, at: commit.at, events };
        ({ hash: previousHash } = buildCommit(stream, before));
        former.push(previousHash);
      }
      expect(records.get(streamKey(stream))?.former, id).toEqual(former);
    }
    await storage.close();
  });

  it('of a damaged stream stays as it is, and is named', async () => {
    const { session } = oldData('lmdb').sessions['mo-failed'];
    const stream = { tenant: 'demo', kind: 'session', id: session };
    const engine = await openLmdb({ directory });
    const [first, second] = await engine.journal.read(stream);
    if (first === undefined || second === undefined) throw new Error('nothing is there');
    await engine.engineJournal.rewrite(stream, [{ former: second.hash, commit: { ...second, hash: first.hash } }]);
    await engine.close();
    await (await upgrade()).storage.close();
    expect(told).toMatchObject([{ sessions: 9, damaged: [expect.stringContaining(session)] }]);
    const stores = await openStores(configuration());
    expect(stores.wrapping.isStorageEncrypted).toBe(true);
    await stores.storage.close();
  });
});
