/** Commands that look through many streams, one of which somebody changed without the secret. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, it, vi } from 'vitest';
import { oldData } from '../../tests/fixtures/old-data.ts';
import { accounts } from '../../people/staff/account.ts';
import { toInstant } from '../../storage/document/instant.ts';
import { openLmdb } from '../../storage/lmdb/open.ts';
import { configuration, inRooms, meetlat, upgradeFolder, useOldFolder } from './called.suite.ts';

const { sessions } = oldData('lmdb');
const forged = sessions['nt2-passed'].session;
const other = sessions['mo-passed'].session;

useOldFolder();
beforeEach(async () => {
  await upgradeFolder();
  const storage = await openLmdb({ directory: configuration().dataFolder });
  const stream = { tenant: 'demo', kind: 'session', id: forged };
  const last = (await storage.journal.read(stream)).at(-1);
  if (last === undefined) throw new Error('no session');
  await storage.journal.append(stream, {
    expectedVersion: last.version,
    previousHash: last.hash,
    at: toInstant(Date.parse(last.at) + 1),
    events: [{ type: 'admitted', schema: 1, at: last.at, by: 'nobody' }],
  });
  await storage.close();
});

/** What the command named, beside its code and its lines. */
async function called(name: string, ...argv: readonly string[]) {
  const named = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  try {
    return { ...(await meetlat(name, ...argv)), named: named.mock.calls.flat().join('\n') };
  } finally {
    named.mockRestore();
  }
}

it('responses: those of all other sessions are written', async () => {
  const out = join(configuration().dataFolder, 'responses.jsonl');
  const { code, named } = await called('responses', '--out', out);
  expect([code, named]).toEqual([1, expect.stringContaining(`LEFT OUT    session demo/${forged}: `)]);
  const text = await readFile(out, 'utf8');
  expect(text).toContain(other);
  expect(text).not.toContain(forged);
});

it('recompute and rescore: all other results are looked at', async () => {
  const again = await called('recompute');
  expect([again.code, again.named]).toEqual([1, expect.stringContaining(`LEFT OUT    result demo/${forged}: `)]);
  expect(again.lines).toMatch(/^recomputed {2}[1-9]\d* released results, 0 differ/m);
  const items = await inRooms(async (rooms) => (await rooms.sessions.load({ tenant: 'demo', id: other }))?.state.items);
  const rescored = await called('rescore', '--without', items?.[0]?.item.id ?? '');
  expect([rescored.code, rescored.named]).toEqual([1, expect.stringContaining(`LEFT OUT    result demo/${forged}: `)]);
});

it('rebuild: all other streams are', async () => {
  const { code, named, lines } = await called('rebuild');
  expect([code, named]).toEqual([1, expect.stringContaining(`LEFT OUT    session demo/${forged}: `)]);
  expect(lines).toMatch(/^results {6}[1-9]/m);
});

it('retention: nothing is due of that person, and what is of others is', async () => {
  const [one = '', two = ''] = await inRooms(async (_rooms, { storage }) =>
    (await (await storage.collection(accounts)).every()).map(({ id }) => id),
  );
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2040-01-01T00:00:00Z') });
  try {
    const periods = ['--persons', '1', '--recordings', '1', '--certificates', '1', '--by', one, '--confirmed-by', two];
    const { lines } = await called('retention', '--agency', 'demo', ...periods);
    const person = /^LEFT ALONE {2}(\S+): session demo\/(\S+), version \d+: /m.exec(lines);
    expect(person?.[2]).toBe(forged);
    expect(lines).not.toMatch(new RegExp(`^due .* ${person?.[1]},`, 'm'));
    expect(lines).toMatch(/^due {9}persons /m);
  } finally {
    vi.useRealTimers();
  }
});
