/**
 * Sessions under load, each with two pages that race for it, while something breaks; and what must be so afterwards:
 * an order explains all that the pages were told, what was acknowledged is recorded, and nothing is recorded twice.
 */
import { expect } from 'vitest';
import { type OutboxStore, memoryStore } from '../../delivery-ui/shared/outbox/store.ts';
import { sessionKind, sessionStream } from '../../delivery/sessions/run.ts';
import { toEpochMs } from '../../storage/document/instant.ts';
import { eventsOf } from '../../storage/journal/stream.ts';
import type { Storage } from '../../storage/port.ts';
import { SessionHistory } from '../histories/history.ts';
import { RecordedPage } from '../histories/page.ts';
import { Candidate, type Staff } from '../session-client.ts';

/** A generator of our own, so that a failing run can be repeated. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

export interface RaceFigures {
  readonly sessions: readonly string[];
  readonly requests: number;
  readonly unanswered: number;
  readonly acknowledged: number;
}

/** Of many races. */
export const summed = (races: readonly RaceFigures[]): RaceFigures => ({
  sessions: races.flatMap(({ sessions }) => sessions),
  requests: races.reduce((sum, { requests }) => sum + requests, 0),
  unanswered: races.reduce((sum, { unanswered }) => sum + unanswered, 0),
  acknowledged: races.reduce((sum, { acknowledged }) => sum + acknowledged, 0),
});

interface Raced {
  readonly session: string;
  readonly movedMs: number;
  /** Every operation that a page ever made. */
  readonly kept: ReadonlySet<string>;
}

interface Race {
  readonly invigilator: Staff;
  /** Where the first page asks, and where the second does. */
  readonly urls: readonly [string, string];
  readonly sessions: number;
  readonly random: () => number;
  /** After so long without an answer a page asks again, ms. */
  readonly patienceMs?: number;
  /** Opened beside the program, when the race is over. */
  readonly openStorage: () => Promise<Storage>;
  readonly breaks: (history: SessionHistory) => Promise<void>;
}

/** Knows all that was ever kept. */
function countingStore(): OutboxStore & { readonly kept: ReadonlySet<string> } {
  const store = memoryStore();
  const kept = new Set<string>();
  return {
    ...store,
    kept,
    put: (session, operation) => {
      kept.add(operation.opId);
      return store.put(session, operation);
    },
  };
}

/** Two tabs of one browser: the same token, the same store. */
async function twoPages({ invigilator, urls, random, patienceMs = 20_000 }: Race, history: SessionHistory) {
  const candidate = await Candidate.admitted(invigilator, { test: 'mo' });
  const view = await candidate.toFirstPart();
  history.begin(candidate.session, view);
  const store = countingStore();
  const pages = urls.map(
    (url, n) =>
      new RecordedPage({ name: `page ${n}`, candidate: candidate.at(url), store, history, random, patienceMs }),
  );
  return { session: candidate.session, deadlineAt: view.clock?.deadlineAt, pages, store };
}

/** Races until `breaks` is done, hands everything in, and looks whether it is as it must be. */
export async function race(terms: Race): Promise<RaceFigures> {
  const history = new SessionHistory();
  const racing = [];
  for (let n = 0; n < terms.sessions; n += 1) racing.push(await twoPages(terms, history));
  const pages = racing.flatMap((one) => one.pages);
  const working = Promise.all(pages.map((page) => page.work()));
  await Promise.race([terms.breaks(history), working]);
  for (const page of pages) page.stop();
  await working;
  const raced: Raced[] = [];
  for (const { session, deadlineAt, pages: its, store } of racing) {
    const ended = await its[0]?.look();
    const now = ended?.clock?.deadlineAt ?? '';
    raced.push({ session, kept: store.kept, movedMs: toEpochMs(now) - toEpochMs(deadlineAt ?? '') });
    expect((await its[1]?.alone({ kind: 'submit' }))?.screen.name).toBe('receipt');
    expect(await store.load(session)).toEqual([]);
  }
  expect(history.judge().filter(({ verdict }) => verdict !== 'linearizable')).toEqual([]);
  const acknowledged = await acknowledgedOnce(terms, history, raced);
  const { calls, unanswered } = history.count;
  return { sessions: raced.map(({ session }) => session), requests: calls, unanswered, acknowledged };
}

/** Everything that was acknowledged stands in the journal, in one commit, as it was told. @returns how many */
async function acknowledgedOnce(
  { openStorage }: Race,
  history: SessionHistory,
  raced: readonly Raced[],
): Promise<number> {
  const storage = await openStorage();
  let count = 0;
  try {
    for (const { session, movedMs, kept } of raced) {
      const commits = await storage.journal.read({ tenant: 'demo', kind: sessionKind, id: session });
      const recorded = new Map<string, { readonly seq: number; readonly version: number }[]>();
      let givenBackMs = 0;
      for (const commit of commits) {
        const events = eventsOf(sessionStream, commit);
        const ops = new Map(events.flatMap(({ op }) => (op === undefined ? [] : [[op.id, op.seq] as const])));
        for (const [id, seq] of ops) recorded.set(id, [...(recorded.get(id) ?? []), { seq, version: commit.version }]);
        for (const event of events) if (event.type === 'time-given-back') givenBackMs += event.ms;
      }
      const told = history.acknowledged(session);
      expect(told.filter(({ opId, seq }) => recorded.get(opId)?.[0]?.seq !== seq)).toEqual([]);
      expect([...recorded.values()].filter((commitsOfOne) => commitsOfOne.length > 1)).toEqual([]);
      // Whatever a page made has arrived in the end, acknowledged or not.
      expect([...kept].filter((opId) => !recorded.has(opId))).toEqual([]);
      // The deadline moves only by what the journal says was given back.
      expect(movedMs).toBe(givenBackMs);
      count += told.length;
    }
  } finally {
    await storage.close();
  }
  return count;
}
