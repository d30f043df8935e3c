/**
 * The earlier sessions of a person for a test. When the next is made none may be under way, and of each that was broken
 * off it was said whether it counts; whatever the day, the centre and the process that makes it.
 */
import { dayOf } from '../../storage/document/day.ts';
import type { Instant } from '../../storage/document/instant.ts';
import { type Damage, unlessDamaged } from '../../storage/journal/damage.ts';
import { everyDocument } from '../../storage/pages.ts';
import { type SessionCommand, isOverdue } from '../sessions/decide.ts';
import { type SessionId, SessionRefused, type Sessions } from '../sessions/run.ts';
import type { SessionState } from '../sessions/session.ts';
import type { SessionList } from '../sessions/session-list.ts';
import { standingOf } from '../sessions/attempt.ts';
import type { Booking, PlannedDay, RegistrationsOfPerson } from './registration.ts';

/** What stands in the way of an admission. */
export interface EarlierSession extends PlannedDay {
  readonly refusal: 'earlier-open' | 'earlier-undecided';
  readonly session: string;
}

export interface EarlierPorts {
  readonly sessionList: Pick<SessionList, 'find'>;
  readonly sessions: Pick<Sessions, 'load' | 'handle'>;
  readonly now: () => Instant;
}

type Taker = { readonly tenant: string } & Pick<Booking, 'person' | 'test'>;

export interface SessionOfPerson extends PlannedDay {
  readonly id: SessionId;
}

/** Latest first, those too that are listed and not made yet. */
export async function* sessionsOf(
  { sessionList }: Pick<EarlierPorts, 'sessionList'>,
  { tenant, person, test }: Taker,
): AsyncGenerator<SessionOfPerson, void, undefined> {
  const query = { index: 'candidate', equal: [person], descending: true, limit: 20 } as const;
  for await (const { id, value } of everyDocument(sessionList, tenant, query))
    if (value.test === test) yield { id: { tenant, id }, day: dayOf(value.registeredAt), centre: value.centre };
}

/**
 * An earlier session of the person that is not over, or of which nobody has said whether it counts. To one that nobody
 * was let in to, nobody comes any more: it is closed in the name of whoever admits. One whose time is over is closed by
 * the clock, as it would have been had the program been running. `present` are the registrations as they are decided
 * on: a session that another admission is about to make stands there.
 */
export async function earlierInTheWay(
  ports: EarlierPorts,
  taker: Taker,
  present: RegistrationsOfPerson | undefined,
  by: string,
): Promise<EarlierSession | undefined> {
  const unmade = new Map<string, PlannedDay>();
  for (const state of present?.values() ?? []) if (state.status === 'admitted') unmade.set(state.session, state.plan);
  for await (const { id, day, centre } of sessionsOf(ports, taker)) {
    const state = await whatIsLeftOf(ports, id, by);
    if (state === undefined) continue;
    unmade.delete(id.id);
    const standing = state === 'damaged' ? 'not-begun' : standingOf(state);
    if (standing === 'open' || standing === 'undecided')
      return { refusal: `earlier-${standing}`, session: id.id, centre, day };
  }
  for (const [session, { day, centre }] of unmade) return { refusal: 'earlier-open', session, centre, day };
  return undefined;
}

/**
 * Undefined for a session that is listed and not made yet. Whoever is at the door is let in although an earlier session
 * of theirs was changed past the program.
 */
async function whatIsLeftOf(
  ports: EarlierPorts,
  id: SessionId,
  by: string,
): Promise<SessionState | 'damaged' | undefined> {
  const damages: Damage[] = [];
  const session = await unlessDamaged(ports.sessions.load(id), (damage) => damages.push(damage));
  if (session === undefined) return damages.length > 0 ? 'damaged' : undefined;
  const { state } = session;
  if (state.closed !== undefined) return state;
  if (state.admittedAt === undefined) return closedBy(ports, id, { type: 'supersede', by }, state);
  return isOverdue(state, undefined, ports.now()) ? closedBy(ports, id, { type: 'close-overdue' }, state) : state;
}

async function closedBy(
  { sessions }: EarlierPorts,
  id: SessionId,
  command: SessionCommand,
  before: SessionState,
): Promise<SessionState> {
  try {
    return (await sessions.handle(id, command)).session.state;
  } catch (error) {
    // Somebody was let in, or it was closed, just now.
    if (error instanceof SessionRefused) return (await sessions.load(id))?.state ?? before;
    throw error;
  }
}

/** A session of the person of a registration, for its test; whichever centre it was at. */
export async function isSessionOf(
  { sessions }: Pick<EarlierPorts, 'sessions'>,
  id: SessionId,
  { person, test }: Pick<Booking, 'person' | 'test'>,
): Promise<boolean> {
  const terms = (await sessions.load(id))?.state.terms;
  return terms?.candidate === person && terms.test === test;
}
