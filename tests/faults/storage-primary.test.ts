/**
 * SIGKILL of the primary of a replica set of three while writers append: every acknowledged commit is there, every
 * chain verifies, and writing goes on.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Commit,
  type Storage,
  StorageUnavailable,
  type StreamId,
  VersionConflict,
  genesisHash,
} from '../../storage/port.ts';
import { openMongo } from '../../storage/mongodb/open.ts';
import { type TestMongo, hasMongo, startMongo, withoutMongo } from '../mongo.ts';

const kills = 5;
const writers = 8;

/** Appends as the program does: on an error it reads where the stream stands and goes on from there. */
class Writer {
  readonly acknowledged: Commit[] = [];
  readonly stream: StreamId;
  failures = 0;

  constructor(
    private readonly storage: Storage,
    n: number,
  ) {
    this.stream = { tenant: 'agency', kind: 'session', id: `s${n}` };
  }

  async write(until: () => boolean): Promise<void> {
    let last: Commit | undefined;
    while (!until()) {
      try {
        last = await this.storage.journal.append(this.stream, {
          expectedVersion: last?.version ?? 0,
          previousHash: last?.hash ?? genesisHash,
          at: '2026-11-23T09:00:00.000Z',
          events: [{ type: 'answered', n: last?.version ?? 0 }],
        });
        this.acknowledged.push(last);
      } catch (error) {
        if (!(error instanceof StorageUnavailable || error instanceof VersionConflict)) throw error;
        this.failures += 1;
        last = await this.newest();
      }
    }
  }

  private async newest(): Promise<Commit | undefined> {
    for (;;) {
      try {
        return (await this.storage.journal.read(this.stream)).at(-1);
      } catch (error) {
        if (!(error instanceof StorageUnavailable)) throw error;
        await wait(200);
      }
    }
  }
}

if (!hasMongo(true)) {
  console.log(withoutMongo);
  describe.skip(withoutMongo, () => {
    it('needs a server', () => undefined);
  });
} else {
  describe('fail-over of MongoDB', () => {
    let mongo: TestMongo | undefined;
    let storage: Storage | undefined;
    beforeAll(async () => {
      mongo = await startMongo({ members: 3, own: true });
      if (mongo !== undefined) storage = await openMongo({ uri: mongo.uri, database: 'primary' });
    });
    afterAll(async () => {
      await storage?.close();
      await mongo?.stop();
    });

    it(`${kills} kills of the primary lose nothing that was acknowledged`, { timeout: 10 * 60_000 }, async () => {
      if (storage === undefined || mongo?.killPrimary === undefined) throw new Error('MongoDB is not started');
      const opened = storage;
      const all = Array.from({ length: writers }, (_, n) => new Writer(opened, n));
      const count = (): number => all.reduce((sum, writer) => sum + writer.acknowledged.length, 0);
      let done = false;
      const writing = Promise.all(all.map((writer) => writer.write(() => done)));
      for (let killed = 0; killed < kills; killed += 1) {
        await progress(count, 200, writing);
        await wait(Math.random() * 200);
        const revive = await mongo.killPrimary();
        await progress(count, 200, writing);
        await revive();
      }
      done = true;
      await writing;
      for (const writer of all) {
        const read = await opened.journal.read(writer.stream);
        const hashes = new Map(read.map(({ version, hash }) => [version, hash]));
        expect(writer.acknowledged.filter(({ version, hash }) => hashes.get(version) !== hash)).toEqual([]);
      }
      console.log(
        `MongoDB: ${kills} kills of the primary, ${count()} acknowledged appends, none lost; ` +
          `${all.reduce((sum, { failures }) => sum + failures, 0)} calls said that they failed`,
      );
    });
  });
}

/** Waits for that many more acknowledgements; a writer that fails ends the wait. */
async function progress(count: () => number, more: number, writing: Promise<unknown>): Promise<void> {
  const goal = count() + more;
  while (count() < goal) await Promise.race([wait(20), writing]);
}
