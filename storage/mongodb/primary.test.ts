/**
 * Right after a fail-over: reads hold everything that was acknowledged, also those of a process that has only now
 * begun.
 */
import { describe, expect, it } from 'vitest';
import { hasMongo, startMongo, withoutMongo } from '../../tests/mongo.ts';
import { type Storage, StorageUnavailable, genesisHash } from '../port.ts';
import { openMongo } from './open.ts';

const rounds = 3;
if (!hasMongo(true)) console.log(withoutMongo);

/** As everybody does who is told "not now". */
async function surely<R>(call: () => Promise<R>): Promise<R> {
  for (;;)
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof StorageUnavailable)) throw error;
    }
}

describe.runIf(hasMongo(true))('a new primary', () => {
  it('answers no read from before its election', async () => {
    const mongo = await startMongo({ members: 3, own: true });
    if (mongo?.killPrimary === undefined) throw new Error('no replica set of ours');
    const opened: Storage[] = [];
    const open = async (): Promise<Storage> => {
      const storage = await openMongo({ uri: mongo.uri, database: 'fail-over' });
      opened.push(storage);
      return storage;
    };
    const stream = { tenant: 'agii', kind: 'session', id: 's1' };
    try {
      const storage = await open();
      const notes = await storage.collection<{ readonly n: number }, never>({ name: 'notes', indexes: {} });
      let [version, hash, { revision }] = [0, genesisHash, await notes.insert({ tenant: 'agii', id: 'a' }, { n: 0 })];
      for (let round = 0; round < rounds; round += 1) {
        for (let n = 0; n < 10; n += 1) {
          ({ version, hash } = await surely(() =>
            storage.journal.append(stream, {
              expectedVersion: version,
              previousHash: hash,
              at: '2026-11-23T09:00:00.000Z',
              events: [{ n }],
            }),
          ));
          ({ revision } = await notes.replace({ tenant: 'agii', id: 'a' }, revision, { n: version }));
        }
        const revive = await mongo.killPrimary();
        const [known, fresh] = await Promise.all([
          surely(() => storage.journal.read(stream)),
          surely(open).then((other) => surely(() => other.journal.read(stream))),
        ]);
        expect([known.length, fresh.length]).toEqual([version, version]);
        expect((await surely(() => notes.get({ tenant: 'agii', id: 'a' })))?.value).toEqual({ n: version });
        // The check before an append sees its predecessor, too.
        ({ version, hash } = await surely(() =>
          storage.journal.append(stream, {
            expectedVersion: version,
            previousHash: hash,
            at: '2026-11-23T09:00:00.000Z',
            events: [{ round }],
          }),
        ));
        await revive();
      }
    } finally {
      for (const storage of opened) await storage.close();
      await mongo.stop();
    }
  }, 240_000);
});
