import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256 } from './document/hash.ts';
import { canonicalBytes } from './document/json.ts';
import { openChain } from './journal/chain.ts';
import {
  type Append,
  CorruptStorage,
  type Commit,
  type Journal,
  type StreamId,
  VersionConflict,
  genesisHash,
} from './port.ts';
import type { Bench } from './port.suite.ts';

const at = '2026-11-23T09:00:00.000Z';

export const first = (events: Append['events'], pending?: Append['pending']): Append => ({
  expectedVersion: 0,
  previousHash: genesisHash,
  at,
  events,
  ...(pending === undefined ? {} : { pending }),
});
export const after = (commit: Commit, events: Append['events'], pending?: Append['pending']): Append => ({
  expectedVersion: commit.version,
  previousHash: commit.hash,
  at,
  events,
  ...(pending === undefined ? {} : { pending }),
});

/** A stream of that many commits. */
export async function write(journal: Journal, stream: StreamId, commits: number): Promise<readonly Commit[]> {
  const written: Commit[] = [];
  for (let n = 0; n < commits; n += 1) {
    const last = written.at(-1);
    written.push(
      await journal.append(
        stream,
        last === undefined ? first([{ type: 'begun' }]) : after(last, [{ type: 'went-on', n }]),
      ),
    );
  }
  return written;
}

export function journalSuite({ opened, storage, tenant }: Bench): void {
  const stream = (): StreamId => ({ tenant: tenant(), kind: 'session', id: 's1' });

  describe('the journal', () => {
    it('appends commits that hold their exact bytes and link to each other', async () => {
      const { journal } = storage();
      const name = stream();
      const one = await journal.append(name, first([{ type: 'begun', at: undefined, n: 1 }]));
      const two = await journal.append(name, after(one, [{ type: 'answered' }, { type: 'ended' }]));
      const bytes = canonicalBytes({
        ...name,
        version: 1,
        at,
        previousHash: genesisHash,
        events: [{ type: 'begun', n: 1 }],
      });
      expect(one).toEqual({
        ...name,
        version: 1,
        at,
        previousHash: genesisHash,
        hash: sha256(bytes),
        bytes,
        events: [{ n: 1, type: 'begun' }],
      });
      expect(two.previousHash).toBe(one.hash);
      expect(await journal.read(name)).toEqual([one, two]);
      expect(await journal.read(name, 1)).toEqual([two]);
      expect(await journal.read(name, 2)).toEqual([]);
      expect(await journal.read({ ...name, id: 'nobody' })).toEqual([]);
    });

    it('reads back any events, chained', async () => {
      const { journal } = storage();
      let number = 0;
      const event = fc.record({
        type: fc.string({ unit: 'grapheme' }),
        value: fc.oneof(
          fc.integer(),
          fc.double({ noNaN: true, noDefaultInfinity: true }),
          fc.string({ unit: 'grapheme' }),
          fc.constant(null),
        ),
      });
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(event, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 5 }),
          async (batches) => {
            number += 1;
            const name = { tenant: 'law', kind: 'session', id: `s${number}` };
            let last: Commit | undefined;
            for (const events of batches)
              last = await journal.append(name, last === undefined ? first(events) : after(last, events));
            const read = await journal.read(name);
            expect(read.map(({ events }) => events)).toEqual(JSON.parse(JSON.stringify(batches)));
            expect(openChain(name, read)).toEqual(read);
          },
        ),
        { numRuns: 20 },
      );
    });

    it('refuses a writer that is behind or ahead', async () => {
      const { journal } = storage();
      const name = stream();
      const [one] = await write(journal, name, 2);
      if (one === undefined) throw new Error('nothing was written');
      await expect(journal.append(name, first([{ type: 'other' }]))).rejects.toBeInstanceOf(VersionConflict);
      await expect(journal.append(name, after(one, [{ type: 'other' }]))).rejects.toBeInstanceOf(VersionConflict);
      await expect(
        journal.append(name, { ...after(one, [{ type: 'other' }]), expectedVersion: 7 }),
      ).rejects.toMatchObject({ code: 'version-conflict', expected: 7, stream: name });
      expect(await journal.read(name)).toHaveLength(2);
    });

    it('takes the same append again as success, and does not tell of it twice', async () => {
      const { journal } = storage();
      const name = stream();
      const told: number[] = [];
      const stop = journal.watch((appended, version) => {
        if (appended.tenant === name.tenant) told.push(version);
      });
      const [one] = await write(journal, name, 2);
      expect(await journal.append(name, first([{ type: 'begun' }]))).toEqual(one);
      stop();
      expect(told).toEqual([1, 2]);
    });

    it('tells of the commits that others append through another opening, each once', async () => {
      const { journal } = storage();
      const elsewhere = (await opened().again()).journal;
      const name = stream();
      const told: string[] = [];
      const stop = journal.watch((appended, version) => {
        if (appended.tenant === name.tenant) told.push(`${appended.kind} ${appended.id} ${version}`);
      });
      // Listening begins some time after watch returned; writes go on until one is heard.
      let head = await elsewhere.append(name, first([{ type: 'begun' }]));
      while (!told.includes(`session s1 ${head.version}`)) {
        head = await elsewhere.append(name, after(head, [{ type: 'went-on' }]));
        await new Promise((resolve) => {
          setTimeout(resolve, 150);
        });
      }
      await journal.append(name, after(head, [{ type: 'ours' }]));
      await new Promise((resolve) => {
        setTimeout(resolve, 500);
      });
      stop();
      expect(told).toContain(`session s1 ${head.version + 1}`);
      expect(told).toHaveLength(new Set(told).size);
    });

    it('names a writer that knew another history', async () => {
      const { journal } = storage();
      const name = stream();
      const [one] = await write(journal, name, 1);
      if (one === undefined) throw new Error('nothing was written');
      await expect(journal.append(name, { ...after(one, []), previousHash: 'f'.repeat(64) })).rejects.toBeInstanceOf(
        CorruptStorage,
      );
    });

    it('gives each version to one of many racing writers', async () => {
      const [one, two] = [storage().journal, (await opened().again()).journal];
      const name = stream();
      const write = async (journal: Journal, writer: number): Promise<void> => {
        for (let done = 0; done < 5;) {
          const last = (await journal.read(name)).at(-1);
          try {
            await journal.append(
              name,
              last === undefined ? first([{ writer, done }]) : after(last, [{ writer, done }]),
            );
            done += 1;
          } catch (error) {
            if (!(error instanceof VersionConflict)) throw error;
          }
        }
      };
      await Promise.all(Array.from({ length: 6 }, (_, n) => write(n % 2 ? one : two, n)));
      const read = await one.read(name);
      expect(read).toHaveLength(30);
      for (let writer = 0; writer < 6; writer += 1)
        expect(
          read
            .flatMap(({ events }) => events)
            .filter((event) => event['writer'] === writer)
            .map((event) => event['done']),
        ).toEqual([0, 1, 2, 3, 4]);
    });

    it('lists streams of a tenant and kind in order, in pages', async () => {
      const { journal } = storage();
      const [one, two] = [tenant(), tenant()];
      await Promise.all(['c', 'a', 'b', 'd'].map((id) => write(journal, { tenant: one, kind: 'rating', id }, 2)));
      await write(journal, { tenant: one, kind: 'result', id: 'x' }, 1);
      await write(journal, { tenant: two, kind: 'rating', id: 'y' }, 1);
      expect(await journal.streams(one, 'rating')).toEqual(['a', 'b', 'c', 'd']);
      expect(await journal.streams(one, 'rating', 'a', 2)).toEqual(['b', 'c']);
      expect(await journal.streams(two, 'rating')).toEqual(['y']);
    });

    it('keeps the head of each stream that is in no checkpoint', async () => {
      const { journal } = storage();
      const name = stream();
      const [, two] = await write(journal, name, 2);
      const mine = async () => (await journal.unlisted(10_000)).filter((head) => head.stream.tenant === name.tenant);
      expect(await mine()).toEqual([{ stream: name, version: 2, hash: two?.hash }]);
      await journal.markListed([{ stream: name, version: 1 }]);
      expect(await mine()).toHaveLength(1);
      await journal.markListed([{ stream: name, version: 2 }]);
      expect(await mine()).toEqual([]);
      if (two !== undefined) await journal.append(name, after(two, [{ type: 'more' }]));
      expect((await mine()).map(({ version }) => version)).toEqual([3]);
    });
  });

  describe('damage in the journal', () => {
    it('is named: an edited commit', async () => {
      const { journal } = storage();
      const name = stream();
      await write(journal, name, 3);
      await opened().tamper.editCommit(name, 2, (bytes) => bytes.map((byte, n) => (n === 20 ? byte ^ 1 : byte)));
      await expect(journal.read(name)).rejects.toMatchObject({
        code: 'corrupt-storage',
        where: `session ${name.tenant}/s1, version 2`,
      });
    });

    it('is named: a commit put in the place of another', async () => {
      const { journal } = storage();
      const name = stream();
      const [one] = await write(journal, name, 3);
      if (one === undefined) throw new Error('nothing was written');
      await opened().tamper.forgeCommit(name, 2, one.bytes, one.hash);
      await expect(journal.read(name)).rejects.toMatchObject({
        code: 'corrupt-storage',
        where: `session ${name.tenant}/s1, version 2`,
      });
    });

    it('is named: a commit rewritten with a fitting hash', async () => {
      const { journal } = storage();
      const name = stream();
      const [one] = await write(journal, name, 3);
      const bytes = canonicalBytes({
        ...name,
        version: 2,
        at,
        previousHash: one?.hash,
        events: [{ type: 'better answer' }],
      });
      await opened().tamper.forgeCommit(name, 2, bytes, sha256(bytes));
      await expect(journal.read(name)).rejects.toMatchObject({
        code: 'corrupt-storage',
        where: `session ${name.tenant}/s1, version 3`,
      });
      await expect(journal.read(name, 2)).rejects.toBeInstanceOf(CorruptStorage);
    });
  });
}
