/**
 * Live counts of items, kept for each agency: a projection of its closed sessions. A session is loaded once while it is
 * new and again until it is closed, never when a page is shown. Forgotten counts are made anew.
 */
import { type LiveStatistics, countResponses, noResponses } from '../../item-bank/statistics/live.ts';
import { type Instant, toEpochMs, toInstant } from '../../storage/document/instant.ts';
import type { Collection, CollectionDefinition, Key, Page, Query } from '../../storage/port.ts';
import { unlessRaced } from '../../storage/raced.ts';
import { isSettled } from '../sessions/reopen.ts';
import type { SessionState } from '../sessions/session.ts';
import { responsesOf } from './read.ts';

interface OpenSession {
  readonly id: string;
  readonly registeredAt: Instant;
}
export interface CountedItems {
  /** Every session registered before this is counted, or stands in `open`. */
  readonly since: Instant;
  /** Sessions registered since then that are counted. */
  readonly counted: readonly string[];
  /** Looked at and not closed; those looked at longest ago first. */
  readonly open: readonly OpenSession[];
  readonly items: Readonly<Record<string, LiveStatistics>>;
}
export const countedItems: CollectionDefinition<CountedItems, never> = { name: 'item-counts', indexes: {} };

export interface ItemCountPorts {
  readonly counts: Collection<CountedItems, never>;
  readonly sessionList: {
    find(tenant: string, query: Query<'registeredAt'>): Promise<Page<{ readonly registeredAt: Instant }>>;
  };
  readonly sessions: {
    load(id: Key): Promise<{ readonly state: Pick<SessionState, 'closed' | 'items'> } | undefined>;
  };
  readonly now: () => Instant;
}

/** Sessions that are looked at in one step. */
const atOnce = 100;
/** Clocks of processes differ: a session may be listed this much after one with a later instant, ms. */
const overlapMs = 600_000;
/** Whoever registered longer ago than this and never sat does not come any more, ms. */
const longestOpenMs = 90 * 86_400_000;

const keyOf = (tenant: string): Key => ({ tenant, id: 'items' });
const nothing: CountedItems = { since: toInstant(0), counted: [], open: [], items: {} };

function added(items: CountedItems['items'], more: ReadonlyMap<string, LiveStatistics>): CountedItems['items'] {
  const sums = { ...items };
  for (const [item, { given, answered, right }] of more) {
    const before = sums[item] ?? noResponses;
    sums[item] = {
      given: before.given + given,
      answered: before.answered + answered,
      right: before.right + right,
    };
  }
  return sums;
}

interface Met {
  /** In the order of registration; those that were counted before are among them. */
  readonly listed: readonly OpenSession[];
  readonly fresh: readonly OpenSession[];
  readonly isEnd: boolean;
}

/** The next sessions that nobody has looked at. */
async function nextSessions(
  { sessionList }: ItemCountPorts,
  tenant: string,
  { since, counted, open }: CountedItems,
): Promise<Met> {
  const known = new Set([...counted, ...open.map(({ id }) => id)]);
  const [listed, fresh]: [OpenSession[], OpenSession[]] = [[], []];
  let after: string | undefined;
  do {
    const query = { index: 'registeredAt', equal: [], from: since, limit: atOnce } as const;
    const page = await sessionList.find(tenant, after === undefined ? query : { ...query, after });
    for (const { id, value } of page.documents) {
      if (fresh.length === atOnce) return { listed, fresh, isEnd: false };
      const session = { id, registeredAt: value.registeredAt };
      listed.push(session);
      if (!known.has(id)) fresh.push(session);
    }
    after = page.next;
  } while (after !== undefined);
  return { listed, fresh, isEnd: true };
}

/** One step forward. @returns false while there is more to do. */
export async function advanceCounts(ports: ItemCountPorts, tenant: string): Promise<boolean> {
  const stored = await ports.counts.get(keyOf(tenant));
  const before = stored?.value ?? nothing;
  const { listed, fresh, isEnd } = await nextSessions(ports, tenant, before);
  const looked = [...before.open.slice(0, atOnce), ...fresh];
  let { items } = before;
  const closed = new Set<string>();
  for (const { id } of looked) {
    const state = (await ports.sessions.load({ tenant, id }))?.state;
    if (state === undefined || !isSettled(state)) continue;
    items = added(items, countResponses(responsesOf(id, state)));
    closed.add(id);
  }
  if (fresh.length === 0 && closed.size === 0 && before.open.length <= atOnce) return isEnd;
  const last = listed.at(-1)?.registeredAt ?? before.since;
  const since = toInstant(Math.max(toEpochMs(before.since), toEpochMs(last) - overlapMs));
  const tooOld = toInstant(Math.max(0, toEpochMs(ports.now()) - longestOpenMs));
  const open = [...before.open.slice(atOnce), ...looked].filter(
    ({ id, registeredAt }) => !closed.has(id) && registeredAt >= tooOld,
  );
  const isOpen = new Set(open.map(({ id }) => id));
  const counted = listed.filter(({ id, registeredAt }) => registeredAt >= since && !isOpen.has(id)).map(({ id }) => id);
  const after: CountedItems = { since, counted, open, items };
  // Another process may have taken the same step: then nothing of this one is kept.
  await unlessRaced(
    stored === undefined
      ? ports.counts.insert(keyOf(tenant), after)
      : ports.counts.replace(keyOf(tenant), stored.revision, after),
  );
  return isEnd;
}

export async function itemCounts(
  { counts }: Pick<ItemCountPorts, 'counts'>,
  tenant: string,
): Promise<ReadonlyMap<string, LiveStatistics>> {
  return new Map(Object.entries((await counts.get(keyOf(tenant)))?.value.items ?? {}));
}

/** The counts are made anew from the sessions, step by step. */
export async function forgetCounts({ counts }: Pick<ItemCountPorts, 'counts'>, tenant: string): Promise<void> {
  const stored = await counts.get(keyOf(tenant));
  if (stored !== undefined) await unlessRaced(counts.remove(keyOf(tenant), stored.revision));
}
