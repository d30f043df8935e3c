import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLmdb } from '../lmdb/open.ts';
import { type Journal, type Storage, VersionConflict, genesisHash } from '../port.ts';
import { type Accepted, EventOrderError, type Refused, Stream, type StreamKind, eventsOf } from './stream.ts';

/** A tally: begun, then counted up to a limit. Recorded under older names than the code has. */
type Counted = { readonly type: 'begun' | 'counted'; readonly schema: 1; readonly by: number };
const tally: StreamKind<number, Counted> = {
  kind: 'tally',
  read: ({ type, schema, by }) => {
    if (schema !== 1 || typeof by !== 'number') throw new Error('by: must be a number');
    if (type !== 'begun' && type !== 'added') throw new Error('no such event');
    return { type: type === 'added' ? 'counted' : type, schema, by };
  },
  write: (event) => (event.type === 'counted' ? { ...event, type: 'added' } : event),
  evolve: (state, { type, by }) => {
    if ((type === 'begun') !== (state === undefined)) throw new EventOrderError(type, 'a tally begins once');
    return (state ?? 0) + by;
  },
};
const at = '2026-11-27T09:00:00.000Z';
const id = { tenant: 'agii', id: 't1' };
const count =
  (by: number, limit = 1000) =>
  (state: number | undefined): Refused<'full'> | Accepted<Counted> =>
    (state ?? 0) + by > limit
      ? { refused: 'full' }
      : { events: [{ type: state === undefined ? 'begun' : 'counted', schema: 1, by }], pending: [] };

let directory: string;
let storage: Storage;
const open = (journal: Journal = storage.journal, cached = 10, now = () => at) =>
  new Stream<number, Counted, 'full'>(tally, {
    journal,
    now,
    refuse: (refusal) => new Error(`refused: ${refusal}`),
    cached,
  });
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'meetlat-stream-'));
  storage = await openLmdb({ directory });
});
afterEach(async () => {
  await storage.close();
  await rm(directory, { recursive: true });
});
const stored = () => storage.journal.read({ ...id, kind: 'tally' });

describe('a stream', () => {
  it('does not exist until a command makes it, and is then known by another process too', async () => {
    const [one, other] = [open(), open()];
    expect(await one.load(id)).toEqual({ state: undefined, version: 0, hash: genesisHash });
    expect(await one.run(id, count(3))).toMatchObject({ state: 3, version: 1 });
    expect(await other.run(id, count(4))).toMatchObject({ state: 7, version: 2 });
    expect(await one.load(id)).toEqual(await other.load(id));
    expect(await one.loadAt(id, 1)).toMatchObject({ state: 3, version: 1 });
  });
  it('writes nothing for a refusal, and nothing for a command that was carried out before', async () => {
    const stream = open();
    await stream.run(id, count(3));
    await expect(stream.run(id, count(4, 5))).rejects.toThrow('refused: full');
    expect(await stream.run(id, () => ({ events: [], pending: [] }))).toMatchObject({ state: 3, version: 1 });
    expect(await stored()).toHaveLength(1);
  });
  it('keeps the consequences of what was decided', async () => {
    const pending = [{ kind: 'tally-begun', data: { by: 1 } }];
    await open().run(id, () => ({ events: [{ type: 'begun', schema: 1, by: 1 }], pending }));
    expect((await storage.journal.pending(10)).map(({ consequences }) => consequences)).toEqual([pending]);
  });
  it('decides anew when another process was first, on what that one wrote', async () => {
    const [one, other] = [open(), open()];
    await one.run(id, count(1));
    const seen: (number | undefined)[] = [];
    await one.run(id, async (state) => {
      seen.push(state);
      if (seen.length === 1) await other.run(id, count(10));
      return count(2)(state);
    });
    expect(seen).toEqual([1, 11]);
    expect((await one.load(id)).state).toBe(13);
  });
  it('runs forward in time where the clocks of its writers differ, and lets a clock that is far off show', async () => {
    const clock = (time: string) => open(storage.journal, 10, () => time);
    await clock('2026-11-27T09:00:10.000Z').run(id, count(1));
    await clock('2026-11-27T09:00:00.000Z').run(id, count(1));
    await clock('2026-11-27T09:00:11.000Z').run(id, count(1));
    await clock('2026-11-27T09:00:00.999Z').run(id, count(1));
    expect((await stored()).map((commit) => commit.at.slice(17, 23))).toEqual(['10.000', '10.000', '11.000', '00.999']);
  });
  it('gives up after eight tries against writers that are always first', async () => {
    let tries = 0;
    const beaten: Journal = {
      ...storage.journal,
      read: (...one) => storage.journal.read(...one),
      append: () => {
        tries += 1;
        return Promise.reject(new VersionConflict({ ...id, kind: 'tally' }, 0));
      },
    };
    await expect(open(beaten).run(id, count(1))).rejects.toBeInstanceOf(VersionConflict);
    expect(tries).toBe(8);
  });
  it('takes the commands of this process one after the other: none is tried twice', async () => {
    const stream = open();
    let decided = 0;
    const counted = (state: number | undefined) => {
      decided += 1;
      return count(1)(state);
    };
    await Promise.all(Array.from({ length: 20 }, () => stream.run(id, counted)));
    expect(decided).toBe(20);
    expect((await stream.load(id)).state).toBe(20);
  });
  it('goes on after a command that failed', async () => {
    const stream = open();
    const failed = stream.run(id, () => Promise.reject(new Error('no')));
    const after = stream.run(id, count(1));
    await expect(failed).rejects.toThrow('no');
    expect((await after).state).toBe(1);
  });
  it('reads only the commits it has not seen', async () => {
    const asked: (number | undefined)[] = [];
    const watched: Journal = {
      ...storage.journal,
      append: (...one) => storage.journal.append(...one),
      read: (stream, after) => {
        asked.push(after);
        return storage.journal.read(stream, after);
      },
    };
    const stream = open(watched, 1);
    await stream.run(id, count(1));
    await stream.load(id);
    await stream.load({ ...id, id: 't2' });
    await stream.run({ ...id, id: 't3' }, count(1));
    await stream.load(id);
    expect(asked).toEqual([0, 1, 0, 0, 0]);
  });
});

describe('recorded events', () => {
  const append = async (event: { readonly type: string; readonly schema: number; readonly by?: number }) => {
    const commits = await stored();
    await storage.journal.append(
      { ...id, kind: 'tally' },
      { expectedVersion: commits.length, previousHash: commits.at(-1)?.hash ?? genesisHash, at, events: [event] },
    );
  };
  it('are written under their stored name, and read back', async () => {
    await open().run(id, count(1));
    await open().run(id, count(2));
    expect((await stored()).flatMap(({ events }) => events).map(({ type }) => type)).toEqual(['begun', 'added']);
    expect((await stored()).flatMap((commit) => eventsOf(tally, commit))).toMatchObject([
      { type: 'begun' },
      { type: 'counted', by: 2 },
    ]);
  });
  it.each([
    ['of an unknown type', { type: 'forgotten', schema: 1, by: 1 }, 'cannot read event forgotten, schema 1: no such'],
    ['of a later schema', { type: 'added', schema: 2, by: 1 }, 'cannot read event added, schema 2'],
    ['with a member missing', { type: 'added', schema: 1 }, 'by: must be a number'],
  ])('%s are named, never skipped', async (_, event, message) => {
    const stream = open();
    await stream.run(id, count(1));
    await append(event);
    const failed = stream.load(id);
    await expect(failed).rejects.toMatchObject({ code: 'unreadable-event', where: 'tally agii/t1, version 2' });
    await expect(failed).rejects.toThrow(message);
    await expect(stream.run(id, count(1))).rejects.toThrow(message);
    expect(await stored()).toHaveLength(2);
  });
  it('in an order that cannot be are refused', async () => {
    await append({ type: 'added', schema: 1, by: 1 });
    await expect(open().load(id)).rejects.toMatchObject({ code: 'event-order' });
  });
});
