/** The commands that repair or change what is kept, each against a data folder that a server wrote. */
import { beforeEach, describe, expect, it } from 'vitest';
import { oldData } from '../../tests/fixtures/old-data.ts';
import { sessionList } from '../../delivery/sessions/session-list.ts';
import { countedItems, itemCounts } from '../../delivery/responses/item-counts.ts';
import { ratingQueue } from '../../scoring/rating/run.ts';
import { resultKeys } from '../../scoring/results/run.ts';
import type { Delivery } from '../../scoring/trajectory/deliveries.ts';
import { accounts } from '../../people/staff/account.ts';
import { sha256 } from '../../storage/document/hash.ts';
import { SigningKeys } from '../../storage/keys/signing-keys.ts';
import { everyDocument } from '../../storage/pages.ts';
import { setAside, setAsideConsequences } from '../../storage/journal/set-aside.ts';
import { installationTenant } from '../../storage/port.ts';
import { now, random } from '../machine.ts';
import { openSealed } from '../open-storage.ts';
import { type Rooms } from '../rooms.ts';
import { configuration, inRooms, meetlat, useOldFolder } from './called.suite.ts';

const passed = oldData('lmdb').sessions['mo-passed'].session;
useOldFolder();

describe('recompute', () => {
  it('finds every released result as it is recorded', async () => {
    const { code, lines } = await meetlat('recompute');
    expect(lines).toMatch(/^recomputed {2}\d+ released results, 0 differ, 0 are held back$/);
    expect(lines).not.toContain(' 0 released');
    expect(code).toBe(0);
  });
  it('names what differs from the journals, and ends with 1', async () => {
    await inRooms(async ({ results }) => {
      const id = { tenant: 'demo', id: passed };
      const result = (await results.load(id)).state?.released?.result;
      if (result === undefined) throw new Error('not released');
      await results.handle(id, { type: 'correct', result: { ...result, score: 1 }, by: 'office', reason: 'a test' });
    });
    const { code, lines } = await meetlat('recompute', passed);
    expect(lines).toContain(`DIFFERENCE  ${passed}, score\n  recorded   1\n`);
    expect(lines).toContain('recomputed  1 released results, 1 differ, 0 are held back');
    expect(code).toBe(1);
  });
  it('knows no result of a session that is not there', async () => {
    await expect(meetlat('recompute', 'nobody')).rejects.toMatchObject({ key: 'recompute.unknown-session' });
  });
});

describe('rebuild', () => {
  /** Takes the queue out of the folder, and returns what was there. */
  const takeQueue = () =>
    inRooms(async (_rooms, { storage }) => {
      const queue = await storage.collection(ratingQueue);
      const taken = [];
      for await (const stored of everyDocument(queue, 'demo', { index: 'status', equal: [] })) taken.push(stored);
      for (const stored of taken) await queue.remove(stored, stored.revision);
      return new Map(taken.map(({ id, value }) => [id, value]));
    });
  it('makes the queue of ratings anew, as it was', async () => {
    const before = await takeQueue();
    expect(before.size).toBeGreaterThan(0);
    const { code, lines } = await meetlat('rebuild');
    expect(code).toBe(0);
    expect(lines).toContain(`performances ${before.size}:`);
    expect(await takeQueue()).toEqual(before);
  });
  it('writes the key of a receipt that is missing, and no event', async () => {
    const { key = '' } = oldData('lmdb').sessions['mo-passed'];
    const versionOf = async ({ results }: Rooms) => (await results.load({ tenant: 'demo', id: passed })).version;
    const version = await inRooms(async (rooms, { storage }) => {
      const keys = await storage.collection(resultKeys);
      const stored = await keys.get({ tenant: installationTenant, id: sha256(`result|${key}`) });
      if (stored === undefined) throw new Error('the receipt has no key');
      await keys.remove(stored, stored.revision);
      expect(await rooms.results.byKey(key)).toBeUndefined();
      return versionOf(rooms);
    });
    await meetlat('rebuild');
    expect((await inRooms(({ results }) => results.byKey(key)))?.id.id).toBe(passed);
    expect(await inRooms(versionOf)).toBe(version);
  });
});

describe('rebuild, of what is counted', () => {
  const takeList = () =>
    inRooms(async (_rooms, { storage }) => {
      const list = await storage.collection(sessionList);
      const taken = [];
      for await (const stored of everyDocument(list, 'demo', { index: 'registeredAt', equal: [] })) taken.push(stored);
      for (const stored of taken) await list.remove(stored, stored.revision);
      return new Map(taken.map(({ id, value }) => [id, value]));
    });
  const counts = () =>
    inRooms(async (_rooms, { storage }) => itemCounts({ counts: await storage.collection(countedItems) }, 'demo'));
  it('makes the list of sessions anew, and counts their items', async () => {
    const before = await takeList();
    expect(before.size).toBeGreaterThan(1);
    expect((await counts()).size).toBe(0);
    const { lines } = await meetlat('rebuild');
    expect(lines).toContain(`sessions     ${before.size}:`);
    expect((await counts()).size).toBeGreaterThan(0);
    const facts = (list: typeof before) =>
      [...list].map(([id, { centre, candidate, test }]) => ({ id, centre, candidate, test }));
    expect(facts(await takeList())).toEqual(facts(before));
  });
});

describe('set-aside', () => {
  it('lists what nobody knows, and ends with 1', async () => {
    expect(await meetlat('set-aside')).toEqual({ code: 0, lines: 'set aside    0' });
    await inRooms(async (_rooms, { storage }) => {
      const stream = { tenant: 'demo', kind: 'result', id: passed };
      const consequence = { kind: 'of-tomorrow', data: {} };
      await setAside(await storage.collection(setAsideConsequences), {
        origin: { stream, version: 3, position: 0 },
        consequence,
        at: '2026-11-27T10:00:00.000Z',
      });
    });
    const { code, lines } = await meetlat('set-aside');
    expect([code, lines.split('\n')]).toEqual([
      1,
      [`2026-11-27T10:00:00.000Z  of-tomorrow  of demo/result/${passed}, commit 3`, 'set aside    1'],
    ]);
  });
});

describe('put-in-force', () => {
  it('lets new sessions use a release, and knows why not', async () => {
    const [other, before] = await inRooms(async (_rooms, { bank }) => {
      const release = bank.currentRelease('mo');
      await bank.publishRelease({ ...release, id: 'mo-other', createdAt: '2026-01-01T00:00:00.000Z' });
      return ['mo-other', release.id];
    });
    const [one = '', two = ''] = await inRooms(async (_rooms, { storage }) =>
      (await (await storage.collection(accounts)).every()).map(({ id }) => id),
    );
    const signed = (by: string, confirmedBy: string) => [
      ...['--by', by, '--confirmed-by', confirmedBy],
      ...['--reason', 'simulated'],
    ];
    const grounds = signed(one, two);
    await expect(meetlat('put-in-force', other, ...signed(one, one))).rejects.toMatchObject({
      key: 'signatories.same',
    });
    await expect(meetlat('put-in-force', other, ...signed(one, 'nobody@demo'))).rejects.toMatchObject({
      key: 'signatories.unknown',
    });
    await expect(meetlat('put-in-force', other, ...grounds.slice(0, 2), ...grounds.slice(4))).rejects.toMatchObject({
      key: 'put-in-force.no-grounds',
    });
    expect(await meetlat('put-in-force', other, ...grounds)).toEqual({
      code: 0,
      lines: `${other} is in force for new sessions; before it was ${before}`,
    });
    expect(await inRooms((_rooms, { bank }) => Promise.resolve(bank.currentRelease('mo').id))).toBe(other);
    await expect(meetlat('put-in-force', other, ...grounds)).rejects.toThrow('is in force already');
    await expect(meetlat('put-in-force', 'mo-none', ...grounds)).rejects.toMatchObject({
      key: 'put-in-force.unknown-release',
    });
    await expect(meetlat('put-in-force', other)).rejects.toMatchObject({ key: 'put-in-force.no-grounds' });
  });
});

describe('replay-deliveries', () => {
  const delivery = (status: Delivery['status']): Delivery => ({
    status,
    candidate: 'c1',
    createdAt: now(),
    nextAt: now(),
    attempts: 16,
    body: '{}',
  });
  const statuses = () =>
    inRooms(async ({ deliveries }) =>
      Promise.all(['gone', 'done'].map(async (id) => (await deliveries.get({ tenant: 'demo', id }))?.value.status)),
    );
  beforeEach(() =>
    inRooms(async ({ deliveries }) => {
      await deliveries.insert({ tenant: 'demo', id: 'gone' }, delivery('dead'));
      await deliveries.insert({ tenant: 'demo', id: 'done' }, delivery('delivered'));
    }),
  );
  /** The folder has one more that was given up. */
  it('lets every delivery that was given up wait again, and no other', async () => {
    const { code, lines } = await meetlat('replay-deliveries');
    expect([code, lines]).toEqual([0, 'wait again  2 deliveries; a running server sends them']);
    expect(await statuses()).toEqual(['waiting', 'delivered']);
  });
  it('or those that are named, whatever became of them', async () => {
    await meetlat('replay-deliveries', 'done');
    expect(await statuses()).toEqual(['dead', 'waiting']);
    await expect(meetlat('replay-deliveries', 'never')).rejects.toMatchObject({
      key: 'replay-deliveries.unknown-event',
    });
  });
});

describe('rotate-key', () => {
  it('signs by a new key; the old ones stay published', async () => {
    const published = async () => {
      const { storage, wrapping } = await openSealed(configuration(), { now, random });
      try {
        const signing = await SigningKeys.open({ storage, wrapping, random, now });
        const [head = ''] = (await signing.sign('x')).split('.');
        const { kid }: { kid: string } = JSON.parse(Buffer.from(head, 'base64url').toString());
        return { kid, all: (await signing.jwks()).keys.map((key) => key.kid) };
      } finally {
        await storage.close();
      }
    };
    const before = await published();
    const { code, lines } = await meetlat('rotate-key');
    const after = await published();
    expect(code).toBe(0);
    expect(lines).toContain(`signs now   ${after.kid}`);
    expect(after.kid).not.toBe(before.kid);
    expect(after.all).toEqual([after.kid, ...before.all]);
  });
});
