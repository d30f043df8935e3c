/** Whole sessions kept in a real storage, and the rooms of this floor on top of it; for tests. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createItemParameters, estimateAbility } from 'itemresponsetheory';
import { defined } from '../../storage/document/defined.ts';
import { toInstant } from '../../storage/document/instant.ts';
import { jsonObject } from '../../storage/document/json.ts';
import { workPending } from '../../storage/journal/pending.ts';
import { openLmdb } from '../../storage/lmdb/open.ts';
import { type Consequence, type Storage, genesisHash } from '../../storage/port.ts';
import { type PinnedTest, UnknownItem, choiceItem } from '../../item-bank/releases/pinned-test.ts';
import type { ItemVersion } from '../../item-bank/items/item.ts';
import { civicTest, inOrder, oralTest as smallOral, startMs } from '../../delivery/sessions/example.suite.ts';
import { type SessionId, Sessions, sessionKind } from '../../delivery/sessions/run.ts';
import { PlayedSession } from '../../delivery/sessions/played-session.suite.ts';
import type { ItemCurve } from '../assurance/second-score.ts';
import { Ratings, ratingQueue } from '../rating/run.ts';
import type { Scores } from '../rating/rating.ts';
import type { Regime } from '../regimes/regime.ts';
import { Results, resultKeys } from './run.ts';

/** The blueprint's 41 slots with one item each, and one pretest item. */
export const civic41: PinnedTest = ((): PinnedTest => {
  const template = choiceItem(civicTest, 'A1-0');
  const slots = [
    ...Array.from({ length: 11 }, (_, n) => ({ id: `A${n + 1}`, part: 'values' as const })),
    ...Array.from({ length: 30 }, (_, n) => ({ id: `B${n + 1}`, part: 'practical' as const })),
  ];
  const items = [
    ...[...civicTest.items.values()].filter(({ use }) => use !== 'operational'),
    ...slots.map(({ id, part }): ItemVersion => ({
      ...template,
      id: `${id}-0`,
      key: 1,
      attributes: { slot: id, part },
    })),
  ];
  return {
    ...civicTest,
    items: new Map(items.map((item) => [item.id, item])),
    specification: {
      ...civicTest.specification,
      parts: [{ kind: 'linear', id: 'mo', slots, options: { fewest: 3, most: 3 }, pretest: 1, limitMs: 3_600_000 }],
    },
  };
})();

const listening = ['L1', 'L2', 'L3', 'L4', 'L5'];
const listeningCurves = new Map(listening.map((id, n) => [id, { slope: 1.2, difficulty: n - 2 }]));
const bank = createItemParameters([...listeningCurves].map(([id, curve]) => ({ model: 'logistic', id, ...curve })));
/** Five listening items from −2 to 2 logits, reported by WLE; two speaking tasks. */
export const oralTest: PinnedTest = {
  ...smallOral,
  adaptive: {
    ...inOrder(listening),
    report: (history) => {
      const scored = history.flatMap(({ item, category }) =>
        category === null ? [] : [{ item: listening.indexOf(item), category }],
      );
      if (scored.some(({ item }) => item < 0)) throw new UnknownItem('listening');
      return scored.length === 0
        ? undefined
        : estimateAbility(
            bank,
            scored.map(({ item }) => item),
            scored.map(({ category }) => category),
            { method: 'wle' },
          );
    },
  },
};

/** A submitted MO session with so many right answers in each part; the others are wrong. */
export function satCivic(
  { values, practical }: { readonly values: number; readonly practical: number },
  change = {},
): PlayedSession {
  const played = new PlayedSession(civic41).begin(change).toFirstPart();
  const left = new Map([
    ['values', values],
    ['practical', practical],
  ]);
  for (const [index, { part, scored }] of played.now.form.entries()) {
    played.ask({ kind: 'go', position: index + 1 });
    const { key } = choiceItem(civic41, played.present().item);
    const still = left.get(part) ?? 0;
    const isRight = !scored || still > 0;
    if (scored) left.set(part, still - 1);
    played.answer(isRight ? key : (key + 1) % 3);
  }
  played.ask({ kind: 'submit' });
  return played;
}

/** A completed oral session: `right[n]` says whether the n-th listening item is right. */
export function satOral(right: readonly boolean[], change = {}): PlayedSession {
  const played = new PlayedSession(oralTest).begin(change).toFirstPart();
  while (played.now.step.name === 'adaptive') {
    const { handle, item } = played.present();
    const { key } = choiceItem(oralTest, item);
    played.answer(right[played.now.items.length - 1] === true ? key : (key + 1) % 3);
    played.ask({ kind: 'next', handle });
  }
  played.ask({ kind: 'start-part' });
  played.speakAll();
  return played;
}

export interface Rooms {
  readonly storage: Storage;
  /** Parameters as the second scorer finds them. */
  readonly curves: Map<string, ItemCurve>;
  readonly sessions: Sessions;
  readonly ratings: Ratings;
  readonly results: Results;
  /** Moves the clock. */
  wait(ms: number): void;
  readonly now: () => string;
  /** Writes a session's journal, its end pending as the session's own commit leaves it. */
  keep(id: SessionId, played: PlayedSession): Promise<void>;
  /** Applies what is pending, as the program's job does; `released` is told of each released result. */
  work(released?: (id: SessionId, version: number) => Promise<void>): Promise<void>;
  /** Rates everything that waits; returns how many performances. */
  rateAll(tenant: string, scores: (task: string) => Scores, by?: string): Promise<number>;
  close(): Promise<void>;
}

export async function openRooms(regimes?: readonly Regime[]): Promise<Rooms> {
  const directory = await mkdtemp(join(tmpdir(), 'meetlat-results-'));
  const storage = await openLmdb({ directory });
  let nowMs = startMs + 3_600_000;
  const now = (): string => toInstant(nowMs);
  const sessions = new Sessions({
    journal: storage.journal,
    now,
    pinnedTest: ({ test }) => (test === 'mo' ? civic41 : oralTest),
  });
  const queue = await storage.collection(ratingQueue);
  const asTyped = (_tenant: string, _person: string, text: string): Promise<string> => Promise.resolve(text);
  const typed = { read: asTyped, seal: asTyped };
  const ratings = new Ratings({
    journal: storage.journal,
    queued: queue,
    now,
    typed,
    knows: () => Promise.resolve(false),
    hasHeardEnough: () => Promise.resolve(false),
  });
  const curves = new Map<string, ItemCurve>(listeningCurves);
  const results = new Results({
    journal: storage.journal,
    sessions,
    ratings,
    keys: await storage.collection(resultKeys),
    curveOf: (_, item) => curves.get(item),
    now,
    ...defined({ regimes }),
  });
  const apply =
    (released?: (id: SessionId, version: number) => Promise<void>) =>
    async ({ kind, data }: Consequence, id: SessionId, version: number): Promise<void> => {
      if (kind === 'session-attended') return results.attended(id);
      if (kind === 'session-closed') return results.conclude(id);
      if (kind === 'performance-rated') return results.conclude({ tenant: id.tenant, id: String(data['session']) });
      if (kind === 'result-held-back') return undefined;
      if (kind === 'result-released') return released?.(id, version);
      throw new Error(`unknown consequence ${kind}`);
    };
  return {
    storage,
    curves,
    sessions,
    ratings,
    results,
    now,
    wait: (ms) => {
      nowMs += ms;
    },
    keep: async (id, played) => {
      const pending = played.now.closed === undefined ? [] : [{ kind: 'session-closed', data: {} }];
      await storage.journal.append(
        { ...id, kind: sessionKind },
        {
          expectedVersion: 0,
          previousHash: genesisHash,
          at: now(),
          events: played.events.map((event) => jsonObject(event)),
          pending,
        },
      );
    },
    work: async (released) => {
      const one = apply(released);
      // What is applied may leave more pending.
      for (let step = 0; step < 5; step += 1) {
        const { failed } = await workPending({
          storage,
          lease: { holder: 'test', lifeMs: 60_000, now },
          apply: (consequence, { stream, version }) =>
            one(consequence, { tenant: stream.tenant, id: stream.id }, version),
        });
        const first = failed[0];
        if (first !== undefined) throw first.error;
      }
    },
    rateAll: async (tenant, scores, by = 'an') => {
      for (let count = 0; ; count += 1) {
        const id = await ratings.claimNext(tenant, by);
        if (id === undefined) return count;
        const { state } = await ratings.load({ tenant, id });
        await ratings.handle({ tenant, id }, { type: 'rate', by, scores: scores(state?.performance.task ?? '') });
      }
    },
    close: async () => {
      await storage.close();
      await rm(directory, { recursive: true });
    },
  };
}
