import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Instant, toInstant } from '../../storage/document/instant.ts';
import { openLmdb } from '../../storage/lmdb/open.ts';
import type { CollectionDefinition, Storage } from '../../storage/port.ts';
import type { SessionState } from '../sessions/session.ts';
import { type ItemCountPorts, advanceCounts, countedItems, forgetCounts, itemCounts } from './item-counts.ts';

const listed: CollectionDefinition<{ readonly registeredAt: Instant }, 'registeredAt'> = {
  name: 'listed',
  indexes: { registeredAt: { fields: ['registeredAt'] } },
};
const tenant = 'one';
const minutes = (count: number): Instant => toInstant(Date.parse('2026-11-23T09:00:00.000Z') + count * 60_000);

describe('live counts of items', () => {
  let storage: Storage;
  let ports: ItemCountPorts;
  let folder: string;
  let loads: string[];
  let isClosed: (id: string) => boolean;
  let register: (id: string, at: Instant) => Promise<void>;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'meetlat-counts-'));
    storage = await openLmdb({ directory: folder });
    const sessionList = await storage.collection(listed);
    loads = [];
    isClosed = () => true;
    register = async (id, registeredAt) => {
      await sessionList.insert({ tenant, id }, { registeredAt });
    };
    ports = {
      sessionList,
      counts: await storage.collection(countedItems),
      now: () => minutes(1),
      sessions: {
        load: ({ id }) => {
          loads.push(id);
          return Promise.resolve({ state: stateOf(isClosed(id)) });
        },
      },
    };
  });
  afterEach(async () => {
    await storage.close();
    rmSync(folder, { recursive: true });
  });
  /** One item, answered right. */
  const stateOf = (closed: boolean): Pick<SessionState, 'closed' | 'items'> => ({
    ...(closed ? { closed: { at: minutes(0), by: 'candidate', reason: 'completed' } } : {}),
    items: [
      {
        item: { id: 'A', version: 1 },
        handle: 'h',
        optionOrder: [],
        scored: true,
        position: 1,
        presentedAt: minutes(0),
        plays: 1,
        flagged: false,
        answer: { option: 'o', choice: 1 },
        category: 1,
      },
    ],
  });
  const counts = async () => (await itemCounts(ports, tenant)).get('A');
  async function toTheEnd(): Promise<number> {
    let steps = 1;
    while (!(await advanceCounts(ports, tenant))) steps += 1;
    return steps;
  }

  it('count every closed session once, however often the job runs, and load none to be shown', async () => {
    for (let n = 0; n < 250; n += 1) await register(`s${String(n).padStart(3, '0')}`, minutes(n));
    expect(await toTheEnd()).toBe(3);
    expect([loads.length, await counts()]).toEqual([250, { given: 250, answered: 250, right: 250 }]);
    await toTheEnd();
    await counts();
    expect(loads).toHaveLength(250);
    await register('s250', minutes(250));
    await toTheEnd();
    expect([loads.length, await counts()]).toEqual([251, { given: 251, answered: 251, right: 251 }]);
  });

  it('count a session when it is closed, and one whose clock was behind', async () => {
    isClosed = (id) => id !== 'open';
    await register('open', minutes(0));
    await register('closed', minutes(30));
    await toTheEnd();
    expect((await counts())?.given).toBe(1);
    isClosed = () => true;
    await register('behind', minutes(25));
    await toTheEnd();
    expect((await counts())?.given).toBe(3);
  });

  it('are of one agency only, and are made anew from the sessions when they were forgotten', async () => {
    for (const id of ['a', 'b', 'c']) await register(id, minutes(1));
    await toTheEnd();
    expect((await itemCounts(ports, 'two')).size).toBe(0);
    await forgetCounts(ports, tenant);
    expect(await counts()).toBeUndefined();
    await toTheEnd();
    expect(await counts()).toEqual({ given: 3, answered: 3, right: 3 });
  });

  it('are taken once where two processes take the same step', async () => {
    for (const id of ['a', 'b', 'c']) await register(id, minutes(1));
    await Promise.all([advanceCounts(ports, tenant), advanceCounts(ports, tenant)]);
    await toTheEnd();
    expect((await counts())?.given).toBe(3);
  });
});
