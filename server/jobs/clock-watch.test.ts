/** A clock that jumps, over a real storage and the jobs that watch sessions. All clocks are the test's own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sessionList } from '../../delivery/sessions/session-list.ts';
import { type Live, openLive } from '../../delivery/live/live.ts';
import { proctoringLog } from '../../delivery/monitoring/log.ts';
import { civicTest, startMs as begin } from '../../delivery/sessions/example.suite.ts';
import { heldMs } from '../../delivery/sessions/reopen.ts';
import { writeSessionEvent } from '../../delivery/sessions/recorded.ts';
import { Sessions, sessionStream } from '../../delivery/sessions/run.ts';
import { PlayedSession } from '../../delivery/sessions/played-session.suite.ts';
import { agencies, installation } from '../../people/agencies/agency.ts';
import { toEpochMs, toInstant } from '../../storage/document/instant.ts';
import { jsonObject } from '../../storage/document/json.ts';
import { leases } from '../../storage/journal/lease.ts';
import { eventsOf } from '../../storage/journal/stream.ts';
import { openLmdb } from '../../storage/lmdb/open.ts';
import { type Storage, genesisHash } from '../../storage/port.ts';
import { ProcessClock } from '../clock.ts';
import { RefusedStreams } from '../refused-streams.ts';
import { ClockWatch } from './clock-watch.ts';
import { Leadership } from './leadership.ts';
import { OpenSessions, findOpen } from './open-sessions.ts';

const [second, minute, hour] = [1_000, 60_000, 3_600_000];
const id = { tenant: 'agency', id: 's1' };
let folder: string;
let storage: Storage;
/** The wall clocks and the true time, which runs for all alike, ms. */
let trueMs: number;
const opened: Live[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meetlat-clock-'));
  storage = await openLmdb({ directory: folder });
  trueMs = begin;
});
afterEach(async () => {
  for (const live of opened.splice(0)) live.close();
  await storage.close();
  await rm(folder, { recursive: true, force: true });
});

interface Machine {
  readonly clock: ProcessClock;
  readonly sessions: Sessions;
  readonly live: Live;
  readonly watch: ClockWatch;
  readonly log: string[];
  /** Sets this machine's wall clock. */
  set(byMs: number): void;
  decide(): Promise<void>;
}

/** A process on a machine of its own. */
async function machine(name: string, alive: () => number | undefined = () => undefined): Promise<Machine> {
  let wrongByMs = 0;
  const clock = new ProcessClock({ wall: () => trueMs + wrongByMs, monotonic: () => trueMs - begin });
  const sessions = new Sessions({ journal: storage.journal, now: clock.now, pinnedTest: () => civicTest });
  const live = await openLive({ storage, process: name, now: clock.now, keyedHash: String, failed: () => undefined });
  opened.push(live);
  const program = {
    sessions,
    live,
    now: clock.now,
    refusedStreams: new RefusedStreams(() => undefined),
    agencies: await storage.collection(agencies),
    sessionList: await storage.collection(sessionList),
  };
  const log: string[] = [];
  const watch = await ClockWatch.begin({
    clock,
    stops: live.clock,
    lastAlive: () => {
      const ms = alive();
      return Promise.resolve(ms === undefined ? undefined : toInstant(ms));
    },
    isAnyUnderWay: async () => (await findOpen(program)).length > 0,
    log: { error: (_told, text) => log.push(text), warn: (_told, text) => log.push(text) },
  });
  const leadership = new Leadership({
    leases: await storage.collection(leases),
    name: 'open-sessions',
    terms: { holder: name, lifeMs: 5 * second },
    now: clock.now,
  });
  const open = new OpenSessions(program, leadership, watch);
  return {
    ...{ clock, sessions, live, watch, log },
    set: (byMs) => {
      wrongByMs += byMs;
    },
    decide: async () => {
      // The candidate's page is there all the time.
      live.presence.beat(id);
      await live.presence.say();
      await watch.look();
      await leadership.keep();
      await open.decide();
    },
  };
}

/** A candidate in the linear part, with ten minutes. */
async function sitATest(): Promise<void> {
  await (
    await storage.collection(agencies)
  ).insert({ tenant: installation, id: id.tenant }, { name: 'Agency', centres: [], demonstration: true });
  await (
    await storage.collection(sessionList)
  ).insert(id, { candidate: 'c1', centre: 'gent', test: 'mo', registeredAt: toInstant(trueMs) });
  await storage.journal.append(
    { ...id, kind: 'session' },
    {
      expectedVersion: 0,
      previousHash: genesisHash,
      at: toInstant(trueMs),
      events: new PlayedSession(civicTest)
        .begin()
        .toFirstPart()
        .events.map((event) => jsonObject(writeSessionEvent(event))),
      pending: [],
    },
  );
}

const stateOf = async ({ sessions }: Machine) => {
  const loaded = await sessions.load(id);
  if (loaded === undefined) throw new Error('no session');
  return loaded.state;
};
async function logOf(): Promise<string[]> {
  const commits = await storage.journal.read({ ...id, kind: 'session' });
  return proctoringLog(commits.flatMap((commit) => eventsOf(sessionStream, commit))).map(({ type }) => type);
}
/** So long passes, with the jobs running every second, or every few where that is many. */
async function pass(ms: number, ...machines: readonly Machine[]): Promise<void> {
  const step = ms > minute ? 3 * second : second;
  for (let done = 0; done < ms; done += step) {
    trueMs += step;
    for (const one of machines) await one.decide();
  }
}

describe('a clock that jumps while somebody sits a test', () => {
  it.each([
    ['forward an hour', 61 * minute],
    ['back half an hour', -30 * minute],
  ])('%s: is recorded, and no deadline closes a session until a person confirms', async (_, by) => {
    const one = await machine('a');
    await sitATest();
    await pass(2 * second, one);
    const { deadlineAt } = await stateOf(one);
    one.set(by);
    await pass(3 * second, one);
    one.set(-by);
    await pass(2 * second, one);
    expect((await logOf()).filter((type) => type === 'server-clock-jumped')).toHaveLength(2);
    expect((await stateOf(one)).deadlineAt).toBe(deadlineAt);
    await pass(11 * minute, one);
    expect((await stateOf(one)).closed).toBeUndefined();
    const stop = (await one.live.clock.get())?.value;
    expect(await one.live.clock.confirm(stop?.jumps[0]?.noticedAt ?? '', 'an')).toBe(false);
    expect(await one.live.clock.confirm(stop?.jumps.at(-1)?.noticedAt ?? '', 'an')).toBe(true);
    await pass(2 * second, one);
    expect(await logOf()).toContain('server-clock-confirmed');
    expect((await stateOf(one)).closed).toMatchObject({ reason: 'deadline' });
    expect(await one.live.clock.confirm(stop?.jumps.at(-1)?.noticedAt ?? '', 'an')).toBe(false);
  });

  it('stands still with its process: the time that nobody served is not taken', async () => {
    const one = await machine('a');
    await sitATest();
    await pass(2 * second, one);
    const before = toEpochMs((await stateOf(one)).deadlineAt ?? '') - toEpochMs(one.clock.now());
    trueMs += hour;
    await one.decide();
    const { closed, deadlineAt } = await stateOf(one);
    expect(closed).toBeUndefined();
    expect(before - (toEpochMs(deadlineAt ?? '') - toEpochMs(one.clock.now()))).toBeLessThanOrEqual(second);
    expect(await logOf()).toContain('server-clock-jumped');
  });

  it('stops the sessions of the other process too', async () => {
    const [one, other] = [await machine('a'), await machine('b')];
    await sitATest();
    await pass(2 * second, one, other);
    other.set(61 * minute);
    await pass(11 * minute, one, other);
    expect((await stateOf(one)).closed).toBeUndefined();
    expect((await logOf()).filter((type) => type === 'server-clock-jumped').length).toBeGreaterThan(0);
  });

  it('of one process that slept alone: it goes on by the time of the others, and nothing stops', async () => {
    const others: { aliveMs?: number } = {};
    const one = await machine('a', () => others.aliveMs);
    await sitATest();
    await pass(2 * second, one);
    trueMs += 5 * minute;
    others.aliveMs = trueMs - second;
    await one.decide();
    expect(toEpochMs(one.clock.now())).toBe(trueMs);
    expect(await one.live.clock.get()).toBeUndefined();
  });

  it('and stays so over a restart: time goes on from where the deadlines were made', async () => {
    const one = await machine('a');
    await sitATest();
    one.set(61 * minute);
    await pass(3 * second, one);
    const before = one.clock.now();
    let wrongMs = 61 * minute;
    const clock = new ProcessClock({ wall: () => trueMs + wrongMs, monotonic: () => 0 });
    const ports = {
      clock,
      stops: one.live.clock,
      lastAlive: () => Promise.resolve(before),
      isAnyUnderWay: () => Promise.resolve(true),
      log: { error: () => undefined, warn: () => undefined },
    };
    await ClockWatch.begin(ports);
    expect(clock.now()).toBe(before);
    wrongMs = 0;
    await ClockWatch.begin(ports);
    expect(clock.now()).toBe(before);
  });
});

describe('a clock that jumps while nobody sits a test', () => {
  it('is followed forward, and stops nothing', async () => {
    const one = await machine('a');
    await pass(2 * second, one);
    one.set(61 * minute);
    await pass(2 * second, one);
    expect(toEpochMs(one.clock.now())).toBe(trueMs + 61 * minute);
    expect(await one.live.clock.get()).toBeUndefined();
  });
  it('is not followed back, and stops nothing', async () => {
    const one = await machine('a');
    await pass(2 * second, one);
    one.set(-30 * minute);
    await pass(3 * second, one);
    expect(toEpochMs(one.clock.now())).toBe(trueMs);
    expect(one.log).toHaveLength(1);
  });
  it('is taken over once the last session is closed', async () => {
    const one = await machine('a');
    await sitATest();
    await pass(2 * second, one);
    one.set(61 * minute);
    await pass(2 * second, one);
    await one.sessions.handle(id, { type: 'end', by: 'an', reason: 'ziek' });
    await pass(2 * minute, one);
    expect(await one.live.clock.get()).toBeUndefined();
    expect(toEpochMs(one.clock.now())).toBe(trueMs + 61 * minute);
  });
});

describe('a held close', () => {
  it('is settled by the process that decides', async () => {
    const one = await machine('a');
    await sitATest();
    await pass(2 * second, one);
    await one.sessions.handle(id, { type: 'end', by: 'an', reason: 'ziek' });
    await pass(2 * second, one);
    expect((await stateOf(one)).closed?.held).toBeDefined();
    await pass(heldMs, one);
    expect((await stateOf(one)).closed).toMatchObject({ reason: 'ended' });
    expect((await stateOf(one)).closed?.held).toBeUndefined();
    expect(JSON.stringify(await storage.journal.pending(10))).toContain('session-closed');
  });
});
