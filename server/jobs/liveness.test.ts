/** Which outages are measured, and in which sessions, on a real storage. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { admit, at, civicTest, register } from '../../delivery/sessions/example.suite.ts';
import { Sessions } from '../../delivery/sessions/run.ts';
import { sessionList } from '../../delivery/sessions/session-list.ts';
import { agencies, installation } from '../../people/agencies/agency.ts';
import { openLmdb } from '../../storage/lmdb/open.ts';
import type { Storage } from '../../storage/port.ts';
import { RefusedStreams } from '../refused-streams.ts';
import { livenessDefinition } from '../last-alive.ts';
import { measureOutage } from './liveness.ts';

const hours = 3_600_000;
const id = { tenant: 'demo', id: 's1' };
let directory: string;
let storage: Storage;
let nowMs: number;
const now = (): string => at(nowMs);

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'meetlat-liveness-'));
  storage = await openLmdb({ directory });
  nowMs = 0;
});
afterEach(async () => {
  await storage.close();
  await rm(directory, { recursive: true, force: true });
});

/** A session that was admitted `agoMs` before the last sign of a server, and the silence after that. */
async function measuredAfter(agoMs: number, silenceMs: number): Promise<unknown[]> {
  const list = await storage.collection(sessionList);
  const sessions = new Sessions({ journal: storage.journal, now, pinnedTest: () => civicTest });
  const all = await storage.collection(agencies);
  const liveness = await storage.collection(livenessDefinition);
  const refusedStreams = new RefusedStreams(() => undefined);
  const ports = { agencies: all, sessionList: list, sessions, now, refusedStreams };
  await all.insert({ tenant: installation, id: 'demo' }, { name: 'Demo', centres: [], demonstration: true });
  await list.insert(id, { centre: 'gent', candidate: 'c1', test: 'mo', registeredAt: now() });
  await sessions.handle(id, register(civicTest));
  await sessions.handle(id, admit);
  nowMs = agoMs;
  await measureOutage(ports, liveness);
  nowMs += silenceMs;
  await measureOutage(ports, liveness);
  const commits = await storage.journal.read({ ...id, kind: 'session' });
  return commits.flatMap(({ events }) => events).filter((event) => event['type'] === 'outage-measured');
}

describe('an outage', () => {
  it.each([
    ['five seconds of silence are none', 1_000, 5_000, []],
    ['a moment more is one', 1_000, 5_001, [{ from: at(1_000), to: at(6_001) }]],
    ['of a session registered two days ago', 47 * hours, hours, [{ from: at(47 * hours), to: at(48 * hours) }]],
    ['is no longer looked for in an older one', 48 * hours, hours, []],
  ])('%s', async (_what, agoMs, silenceMs, expected) => {
    const measured = await measuredAfter(agoMs, silenceMs);
    expect(measured).toEqual(expected.map((outage) => expect.objectContaining(outage)));
  });
});
