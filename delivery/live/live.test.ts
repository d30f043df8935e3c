/** Two processes on one storage: what is told at one is known at the other. The clock is the test's own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256 } from '../../storage/document/hash.ts';
import { toInstant } from '../../storage/document/instant.ts';
import { openLmdb } from '../../storage/lmdb/open.ts';
import { type Storage, genesisHash } from '../../storage/port.ts';
import { type Live, openLive } from './live.ts';
import { goneAfterMs } from './notices.ts';
import type { SeatPush } from './seats.ts';

let folder: string;
let storage: Storage;
let nowMs: number;
let failures: unknown[];
const opened: Live[] = [];

async function process(name: string): Promise<Live> {
  const live = await openLive({
    storage,
    process: name,
    now: () => toInstant(nowMs),
    keyedHash: (text) => sha256(`key ${text}`),
    failed: (error) => failures.push(error),
  });
  opened.push(live);
  return live;
}
/** Work in the background goes through storage a few times. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo())
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meetlat-live-'));
  storage = await openLmdb({ directory: folder });
  nowMs = Date.parse('2026-11-27T10:00:00.000Z');
  failures = [];
});
afterEach(async () => {
  for (const live of opened.splice(0)) live.close();
  await storage.close();
  await rm(folder, { recursive: true, force: true });
  expect(failures).toEqual([]);
});

const fox = { seat: 'seat-1', name: 'blauwe vos 10' };
const push = { tenant: 'agency', session: 's1', by: 'invigilator' };

describe('seats', () => {
  it('are seen at the other process, and gone when the device leaves', async () => {
    const [a, b] = [await process('a'), await process('b')];
    let told = 0;
    b.seats.watch(() => {
      told += 1;
    });
    const leave = a.seats.add(fox, () => Promise.resolve());
    await until(() => b.seats.list().length === 1);
    expect(b.seats.get('seat-1')).toEqual({ ...fox, since: toInstant(nowMs) });
    await a.seats.renew();
    leave();
    await until(() => b.seats.list().length === 0);
    expect(told).toBe(2);
  });

  it('are pushed to from the other process, once', async () => {
    const [a, b] = [await process('a'), await process('b')];
    const taken: SeatPush[] = [];
    a.seats.add(fox, (one) => Promise.resolve(void taken.push(one)));
    await until(() => b.seats.list().length === 1);
    expect(await b.seats.push('seat-1', push)).toBe(true);
    await until(() => taken.length > 0);
    a.seats.add(fox, (one) => Promise.resolve(void taken.push(one)));
    await a.seats.renew();
    expect(taken).toEqual([{ ...push, at: toInstant(nowMs) }]);
  });

  it.each([
    ['take what was pushed while the device changed processes', 1_000, 1],
    ['do not take what was pushed long ago', 60_001, 0],
  ])('%s', async (_what, laterMs, count) => {
    const [a, b] = [await process('a'), await process('b')];
    a.seats.add(fox, () => Promise.reject(new Error('taken by the process that the device left')));
    await until(() => b.seats.list().length === 1);
    // The device is cut off; its process has not noticed, but no longer reads what is left for it.
    a.seats.close();
    expect(await b.seats.push('seat-1', push)).toBe(true);
    nowMs += laterMs;
    const taken: SeatPush[] = [];
    b.seats.add(fox, (one) => Promise.resolve(void taken.push(one)));
    const pushes = await storage.collection({ name: 'live-pushes', indexes: {} });
    while ((await pushes.get({ tenant: 'installation', id: 'seat-1' })) !== undefined) await b.seats.renew();
    await b.seats.renew();
    expect(taken).toHaveLength(count);
  });

  it('that wait nowhere are not pushed to', async () => {
    expect(await (await process('a')).seats.push('seat-9', push)).toBe(false);
  });

  it('of a process that is gone are seen no more', async () => {
    const [a, b] = [await process('a'), await process('b')];
    a.seats.add(fox, () => Promise.resolve());
    await until(() => b.seats.list().length === 1);
    nowMs += goneAfterMs;
    await b.seats.renew();
    expect(b.seats.list()).toHaveLength(1);
    nowMs += 1;
    await b.seats.renew();
    expect(b.seats.list()).toEqual([]);
    expect(await b.seats.push('seat-1', push)).toBe(false);
  });
});

describe('presence', () => {
  it('is known to the other process, until the session is over', async () => {
    const [a, b] = [await process('a'), await process('b')];
    const id = { tenant: 'agency', id: 's1' };
    a.presence.beat(id);
    nowMs += 1_500;
    await a.presence.say();
    expect((await b.presence.lastHeard()).get('agency/s1')).toBe(nowMs - 1_500);
    a.presence.forget(id);
    await a.presence.say();
    expect((await b.presence.lastHeard()).size).toBe(0);
  });

  it('is one write for all who are heard', async () => {
    const a = await process('a');
    for (let n = 0; n < 1_000; n += 1) a.presence.beat({ tenant: 'agency', id: `s${n}` });
    let writes = 0;
    const collection = await storage.collection({ name: 'live-heard', indexes: {} });
    const stop = collection.watch('installation', () => {
      writes += 1;
    });
    await a.presence.say();
    stop();
    expect(writes).toBe(1);
    expect((await a.presence.lastHeard()).size).toBe(1_000);
  });
});

describe('changes of sessions', () => {
  it('are told to who asked for that session, and to who asked for all', async () => {
    const [a, b] = [await process('a'), await process('b')];
    const [one, all]: [number[], string[]] = [[], []];
    const stop = a.sessions.watchOne({ tenant: 'agency', id: 's1' }, (version) => one.push(version));
    b.sessions.watch(({ tenant, id }, version) => all.push(`${tenant}/${id} ${version}`));
    const append = { expectedVersion: 0, previousHash: genesisHash, at: toInstant(nowMs), events: [{}] };
    await storage.journal.append({ tenant: 'agency', kind: 'session', id: 's1' }, append);
    await storage.journal.append({ tenant: 'agency', kind: 'session', id: 's2' }, append);
    await storage.journal.append({ tenant: 'agency', kind: 'rating', id: 's1' }, append);
    stop();
    expect(one).toEqual([1]);
    expect(all).toEqual(['agency/s1 1', 'agency/s2 1']);
  });
});

describe('failed attempts', () => {
  const terms = { name: 'login', most: 3, windowMs: 60_000 };
  it('are counted over all processes, and forgotten when the window ends', async () => {
    const [a, b] = [await process('a'), await process('b')];
    await a.failures.add(terms, 'x');
    await b.failures.add(terms, 'x');
    expect(await a.failures.waitMs(terms, 'x')).toBe(0);
    await Promise.all([a.failures.add(terms, 'x'), b.failures.add(terms, 'x')]);
    nowMs += 20_000;
    expect(await a.failures.waitMs(terms, 'x')).toBe(40_000);
    expect(await b.failures.waitMs(terms, 'y')).toBe(0);
    expect(await b.failures.waitMs({ ...terms, name: 'code' }, 'x')).toBe(0);
    nowMs += 40_000;
    expect(await b.failures.waitMs(terms, 'x')).toBe(0);
    await b.failures.add(terms, 'x');
    expect(await b.failures.waitMs(terms, 'x')).toBe(0);
  });

  it('taken before they are tried, many at once are no more than the limit; the right one is given back', async () => {
    const [a, b] = [await process('a'), await process('b')];
    const taken = await Promise.all(Array.from({ length: 60 }, (_, n) => (n % 2 ? a : b).failures.take(terms, 'x')));
    expect(taken.filter(Boolean).length).toBeGreaterThan(0);
    expect(taken.filter(Boolean).length).toBeLessThanOrEqual(terms.most);
    for (let n = 0; n < 10; n += 1) {
      expect(await a.failures.take(terms, 'y')).toBe(true);
      await a.failures.giveBack(terms, 'y');
    }
    for (let n = 0; n < terms.most; n += 1) expect(await a.failures.take(terms, 'y')).toBe(true);
    expect(await b.failures.take(terms, 'y')).toBe(false);
  });

  it('leave nothing behind, and no address in storage', async () => {
    const a = await process('a');
    await a.failures.add(terms, '192.0.2.1');
    nowMs += 60_001;
    await a.failures.tidy();
    const counts = await storage.collection({ name: 'live-failures', indexes: { endsAt: { fields: [] } } });
    expect(await counts.get({ tenant: 'installation', id: sha256('key login|192.0.2.1') })).toBeUndefined();
  });
});
