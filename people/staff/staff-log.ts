/**
 * What staff did and looked at: a stream of the journal for each agency and day, so that an auditor sees who was in,
 * who opened what, and that nothing of it was taken out. What is done with one candidate stands in that candidate's own
 * streams. Accounts, pseudonyms and ids only: no candidate's name, no answer, no key.
 */
import { z } from 'zod';
import { defined } from '../../storage/document/defined.ts';
import { type Day, dayOf } from '../../storage/document/day.ts';
import type { Immutable } from '../../storage/document/immutable.ts';
import { type Instant, toEpochMs } from '../../storage/document/instant.ts';
import { type Accepted, Stream, type StreamKind, eventsOf } from '../../storage/journal/stream.ts';
import { everyStream } from '../../storage/pages.ts';
import type { Journal } from '../../storage/port.ts';
import { roles } from './account.ts';

export const staffKind = 'staff';

export const StaffActType = z.enum([
  'logged-in',
  'login-refused',
  'logged-out',
  'password-changed',
  'account-added',
  'account-locked',
  'account-unlocked',
  'account-password-made',
  'account-roles-changed',
  'account-removed',
  'account-acquainted',
  'recording-heard',
  'log-read',
  'person-read',
  'close-out-made',
  'clock-confirmed',
  'exam-settings-taken',
  'item-read',
  'item-refused',
  'calibration-started',
  'calibration-read',
  'calibration-cancelled',
  'calibration-erased',
  'release-published',
  'release-in-force',
  'result-corrected',
  'result-annulled',
  'responses-exported',
  'person-exported',
  'person-erased',
  'periods-set',
  'deliveries-replayed',
  'backup-made',
  'key-rotated',
]);
export type StaffActType = z.infer<typeof StaffActType>;

const StaffAct = z.strictObject({
  type: StaffActType,
  schema: z.literal(1),
  at: z.iso.datetime(),
  /** The account, or the name that a command was given. Absent: nobody whom we know. */
  by: z.string().exactOptional(),
  /** What it was done to: an account, a session, a performance, an item, a release, a pseudonym … */
  of: z.string().exactOptional(),
  /** The same was tried so often since it was recorded last. */
  joined: z.int().positive().exactOptional(),
  /** What the account may do from now on. */
  roles: z.array(z.enum(roles)).exactOptional(),
});
export type StaffAct = Immutable<z.infer<typeof StaffAct>>;
export type DoneByStaff = Pick<StaffAct, 'type' | 'by' | 'of' | 'roles'>;

/** What comes many times for one doing (a player fetches pieces, a page reads again, somebody guesses) is one act. */
const joinedTypes: ReadonlySet<StaffActType> = new Set([
  'login-refused',
  'recording-heard',
  'log-read',
  'person-read',
  'item-read',
  'item-refused',
  'calibration-read',
]);
/** For so long, ms: whatever somebody tries, no more is written of it. */
export const joinMs = 60_000;

const nameOf = ({ type, by, of }: DoneByStaff): string => JSON.stringify([type, by, of]);

/** Items that one account reads with their key in a day: enough for a day's work on them, less than any bank has. */
export const mostItemsADay = 60;

export interface StaffDay {
  /** What is joined, by when it was recorded last. */
  readonly recent: ReadonlyMap<string, Instant>;
  /** Items read with their key, by account. */
  readonly items: ReadonlyMap<string, ReadonlySet<string>>;
}
const quiet: StaffDay = { recent: new Map(), items: new Map() };

/** How many more the account may read today. */
export const itemsLeft = ({ items }: StaffDay, by: string): number => mostItemsADay - (items.get(by)?.size ?? 0);

/** An item that was read today may be read again. */
export const mayRead = (day: StaffDay, by: string, item: string): boolean =>
  day.items.get(by)?.has(item) === true || itemsLeft(day, by) > 0;

const isRecent = (before: Instant | undefined, at: Instant): boolean =>
  before !== undefined && toEpochMs(at) - toEpochMs(before) < joinMs;

export function decideStaffAct(day: StaffDay, done: DoneByStaff, at: Instant, joined: number): readonly StaffAct[] {
  if (joinedTypes.has(done.type) && isRecent(day.recent.get(nameOf(done)), at)) return [];
  return [{ ...done, schema: 1, at, ...(joined === 0 ? {} : { joined }) }];
}

export function evolveStaffDay(day: StaffDay = quiet, act: StaffAct): StaffDay {
  if (!joinedTypes.has(act.type)) return day;
  const recent = new Map([...day.recent].filter(([, before]) => isRecent(before, act.at))).set(nameOf(act), act.at);
  const { type, by, of } = act;
  if (type !== 'item-read' || by === undefined || of === undefined) return { ...day, recent };
  return { recent, items: new Map(day.items).set(by, new Set(day.items.get(by)).add(of)) };
}

const staffStream: StreamKind<StaffDay, StaffAct> = {
  kind: staffKind,
  read: (event) => StaffAct.parse(event),
  evolve: evolveStaffDay,
};

export interface StaffLogPorts {
  readonly journal: Journal;
  readonly now: () => Instant;
}

export class StaffLog {
  private readonly stream: Stream<StaffDay, StaffAct>;
  /** Of refusals, which nobody else counts: those that were not written yet. */
  private readonly unwritten = new Map<string, number>();

  constructor(private readonly ports: StaffLogPorts) {
    this.stream = new Stream(staffStream, { ...ports, refuse: () => new Error('nothing is refused here'), cached: 20 });
  }

  /** Resolves when it is kept. */
  async record(tenant: string, done: DoneByStaff): Promise<void> {
    const name = `${tenant} ${nameOf(done)}`;
    const joined = this.unwritten.get(name) ?? 0;
    const { decision } = await this.stream.run(
      { tenant, id: dayOf(this.ports.now()) },
      (day = quiet, at): Accepted<StaffAct> => ({ events: decideStaffAct(day, done, at, joined), pending: [] }),
    );
    if (done.type !== 'login-refused') return;
    const still = (this.unwritten.get(name) ?? 0) + (decision.events.length === 0 ? 1 : -joined);
    if (still > 0) this.unwritten.set(name, still);
    else this.unwritten.delete(name);
  }

  /**
   * Records that the account reads the item with its key, if it may: how many more it may read today, or undefined
   * where it has read enough of them, which is recorded, too. Of several items, one of which is meant, it is one that
   * was read today.
   */
  async readItem(tenant: string, by: string, item: string, ...others: string[]): Promise<number | undefined> {
    const { state, decision } = await this.stream.run(
      { tenant, id: dayOf(this.ports.now()) },
      (day = quiet, at): Accepted<StaffAct> & { readonly isRead: boolean } => {
        const meant = others.find((one) => day.items.get(by)?.has(one)) ?? item;
        const isRead = mayRead(day, by, meant);
        const done = isRead ? doneBy('item-read', by, meant) : doneBy('item-refused', by);
        return { events: decideStaffAct(day, done, at, 0), pending: [], isRead };
      },
    );
    return decision.isRead ? itemsLeft(state ?? quiet, by) : undefined;
  }

  /** Those of which there is something, latest first. */
  async days(tenant: string): Promise<Day[]> {
    const days: Day[] = [];
    for await (const day of everyStream(this.ports.journal, tenant, staffKind)) days.push(day);
    return days.reverse();
  }

  /** In the order in which it was done. */
  async of(tenant: string, day: Day): Promise<StaffAct[]> {
    const commits = await this.ports.journal.read({ tenant, kind: staffKind, id: day });
    return commits.flatMap((commit) => eventsOf(staffStream, commit));
  }
}

/** What an auditor looks for; days and the end are included. */
export interface StaffActFilter {
  readonly from?: Day;
  readonly to?: Day;
  readonly type?: StaffActType;
  readonly account?: string;
}

export const isAsked = ({ type, account }: StaffActFilter, act: StaffAct): boolean =>
  (type === undefined || act.type === type) && (account === undefined || act.by === account || act.of === account);

export const isAskedDay = ({ from, to }: StaffActFilter, day: Day): boolean =>
  (from === undefined || day >= from) && (to === undefined || day <= to);

/** Members that are absent are left out. */
export const doneBy = (type: StaffActType, by: string | undefined, of?: string): DoneByStaff => ({
  type,
  ...defined({ by, of }),
});
