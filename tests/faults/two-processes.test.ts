/**
 * Two processes on one replica set and on one LMDB folder, the candidate at one and the invigilator at the other: what
 * happens at one is seen at the other, a candidate who falls silent is lost and comes back, one who does not is never
 * called lost, and the candidates of a process that was killed are carried on by the other.
 */
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { Seat } from '../../server/api/candidate/protocol.ts';
import type { ProctoringLog, Registered, Room, RoomSession } from '../../server/api/invigilator/protocol.ts';
import { isFull, recordFigures } from '../figures.ts';
import { Followed } from '../followed.ts';
import { hasMongo, startMongo, withoutMongo } from '../mongo.ts';
import { ServerProcess } from '../server-process.ts';
import { Candidate, Staff, person } from '../session-client.ts';

const runs = isFull ? 20 : 1;
/** Pairs of processes at the same time: most of a run is waiting. */
const together = 7;
const beatMs = 2_500;
/** Longer than the silence after which a candidate is lost, ms. */
const longerThanLossMs = 22_000;
if (!hasMongo()) console.log(withoutMongo);

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Looks until it is so; the test's own time-out ends the wait. */
async function until<T>(look: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await pause(50);
  }
}

/** Beats as a page does, at whatever process is told, until stopped. */
class Heart {
  private at: Candidate;
  private stopped = false;
  private readonly beating: Promise<void>;
  constructor(candidate: Candidate) {
    this.at = candidate;
    this.beating = this.run();
  }
  moveTo(candidate: Candidate): void {
    this.at = candidate;
  }
  stop(): Promise<void> {
    this.stopped = true;
    return this.beating;
  }
  private async run(): Promise<void> {
    while (!this.stopped) {
      // A killed process answers nothing; the next beat goes where the device was moved to.
      await this.at.beat().catch(() => undefined);
      await pause(beatMs);
    }
  }
}

const roomOf = (invigilator: Staff): Promise<Room> => invigilator.get('/invigilator/room');
const inRoom = async (invigilator: Staff, session: string): Promise<RoomSession | undefined> =>
  (await roomOf(invigilator)).sessions.find((one) => one.session === session);
const logged = async (invigilator: Staff, session: string, type: string): Promise<number> =>
  (await invigilator.get<ProctoringLog>(`/invigilator/sessions/${session}/log`)).entries.filter(
    (entry) => entry.type === type,
  ).length;

/** What the invigilator pauses is told to the candidate by the stream alone. @returns after how long, ms */
async function pausedWithin(invigilator: Staff, candidate: Candidate): Promise<number> {
  const followed = await Followed.open(`${candidate.url}/api/v1/candidate/session/events`, {
    authorization: `Bearer ${candidate.token}`,
  });
  try {
    const { version } = await candidate.view();
    const isNews = (data: unknown): boolean =>
      typeof data === 'object' && data !== null && 'version' in data && Number(data.version) > version;
    const asked = performance.now();
    await invigilator.post(`/invigilator/sessions/${candidate.session}/pause`, { reason: 'a test' });
    await followed.first(({ name, data }) => name === 'changed' && isNews(data));
    const took = performance.now() - asked;
    expect((await candidate.view()).paused).toBe(true);
    await invigilator.post(`/invigilator/sessions/${candidate.session}/resume`);
    return took;
  } finally {
    followed.stop();
  }
}

/** A device that waits at A is seen and pushed to from B. */
async function pushedToSeat(a: ServerProcess, invigilator: Staff): Promise<{ candidate: Candidate; seenMs: number }> {
  const seat: z.infer<typeof Seat> = await (await fetch(`${a.url}/api/v1/candidate/seats`, { method: 'POST' })).json();
  const waiting = await Followed.open(`${a.url}/api/v1/candidate/seats/events`, {
    authorization: `Bearer ${seat.seatToken}`,
  });
  const began = performance.now();
  await until(async () => (await roomOf(invigilator)).seats.some((one) => one.seat === seat.seat));
  const seenMs = performance.now() - began;
  const { session } = await invigilator.post<z.infer<typeof Registered>>('/invigilator/sessions', person());
  await invigilator.post(`/invigilator/sessions/${session}/push`, { seat: seat.seat });
  const { data } = await waiting.first(({ name }) => name === 'admission');
  const code = typeof data === 'object' && data !== null && 'code' in data ? String(data.code) : '';
  const candidate = await Candidate.arrive(a.url, code, session, seat.seat);
  expect((await candidate.take()).screen.name).toBe('confirm-name');
  expect((await inRoom(invigilator, session))?.seat).toBe(seat.name);
  waiting.stop();
  await until(async () => !(await roomOf(invigilator)).seats.some((one) => one.seat === seat.seat));
  return { candidate, seenMs };
}

interface RunFigures {
  readonly seatSeenMs: number;
  readonly pauseSeenMs: number;
  readonly carriedOnMs: number;
}

async function run(environment: Readonly<Record<string, string>>): Promise<RunFigures> {
  const a = await ServerProcess.start(environment);
  let b: ServerProcess | undefined;
  const hearts: Heart[] = [];
  try {
    const steady = await Candidate.admitted(await Staff.login(a.url, await a.account('invigilator')));
    const steadyHeart = new Heart(steady);
    hearts.push(steadyHeart);
    b = await ServerProcess.beside(a);
    const invigilator = await Staff.login(b.url, await b.account('invigilator'));
    const { candidate, seenMs } = await pushedToSeat(a, invigilator);
    await candidate.beat();
    const pauseSeenMs = await pausedWithin(invigilator, steady);

    // One falls silent and is lost; the other is not, although the process that decides may never have heard it.
    await until(async () => (await inRoom(invigilator, candidate.session))?.connection === 'lost');
    await candidate.beat();
    await until(async () => (await inRoom(invigilator, candidate.session))?.connection === 'connected');
    const slowHeart = new Heart(candidate);
    hearts.push(slowHeart);
    expect(await logged(invigilator, steady.session, 'connection-lost')).toBe(0);

    await pause(beatMs);
    await a.kill();
    const killed = performance.now();
    const moved = steady.at(b.url);
    steadyHeart.moveTo(moved);
    await moved.beat();
    await pausedWithin(invigilator, moved);
    const carriedOnMs = performance.now() - killed;
    // The other comes late, and is not called lost for that: it had been heard by the process that is gone.
    await pause(9_000);
    slowHeart.moveTo(candidate.at(b.url));
    await pause(longerThanLossMs);
    expect(await logged(invigilator, steady.session, 'connection-lost')).toBe(0);
    expect(await logged(invigilator, candidate.session, 'connection-lost')).toBe(1);
    expect(await logged(invigilator, candidate.session, 'connection-restored')).toBe(1);
    expect(await logged(invigilator, steady.session, 'outage-measured')).toBe(0);
    // The survivor decides now: who falls silent is lost, and comes back.
    await steadyHeart.stop();
    await until(async () => (await inRoom(invigilator, steady.session))?.connection === 'lost');
    await moved.beat();
    await until(async () => (await inRoom(invigilator, steady.session))?.connection === 'connected');
    return { seatSeenMs: seenMs, pauseSeenMs, carriedOnMs };
  } finally {
    await Promise.all(hearts.map((heart) => heart.stop()));
    await b?.stop();
    await a.dispose();
  }
}

async function allRuns(name: string, environment: (run: number) => Readonly<Record<string, string>>): Promise<void> {
  const done: RunFigures[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < runs) {
      next += 1;
      done.push(await run(environment(next)));
    }
  };
  await Promise.all(Array.from({ length: Math.min(together, runs) }, worker));
  expect(done).toHaveLength(runs);
  const worst = (of: (figures: RunFigures) => number): number => Math.round(Math.max(...done.map(of)));
  recordFigures(`two-processes-${name}`, {
    what: 'Two processes on one store: the candidate at one, the invigilator at the other; worst of all runs',
    runs,
    passed: done.length,
    seatSeenMs: worst(({ seatSeenMs }) => seatSeenMs),
    pauseSeenMs: worst(({ pauseSeenMs }) => pauseSeenMs),
    carriedOnMs: worst(({ carriedOnMs }) => carriedOnMs),
    bars: { pauseSeenMs: 1_000, carriedOnMs: 10_000 },
  });
}

describe('two processes', () => {
  it(`share one LMDB folder, ${runs} of ${runs}`, () => allRuns('lmdb', () => ({})), runs * 180_000);

  it.runIf(hasMongo())(
    `share one replica set, ${runs} of ${runs}`,
    async () => {
      const mongo = await startMongo();
      if (mongo === undefined) throw new Error('no replica set');
      try {
        await allRuns('mongodb', (one) => ({
          MONGODB_URI: mongo.uri.replace(/\/(\?|$)/, `/two-processes-${one}$1`),
          MEETLAT_SECRET: 'a-secret-of-the-tests-only',
          MEETLAT_DEMO: 'on',
        }));
      } finally {
        await mongo.stop();
      }
    },
    runs * 180_000,
  );
});
