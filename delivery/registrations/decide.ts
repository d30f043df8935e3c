/** What follows from a command on somebody's registrations for a test; pure. */
import { type Day, dayOf, daysBetween } from '../../storage/document/day.ts';
import { defined } from '../../storage/document/defined.ts';
import type { ReasonCode } from '../proctoring/reason-code.ts';
import type { Instant } from '../../storage/document/instant.ts';
import type { Decision } from '../../storage/journal/stream.ts';
import type { Consequence } from '../../storage/port.ts';
import type {
  Booking,
  PlannedDay,
  RegistrationEvent,
  RegistrationState,
  RegistrationsOfPerson,
} from './registration.ts';

/** Nobody is registered for a later day than so many from today. */
export const daysAhead = 400;

/** `by`: who of the staff gave it. */
export type RegistrationCommand = { readonly by: string } & (
  | { readonly type: 'register'; readonly booking: Booking; readonly plan: PlannedDay }
  | { readonly type: 'schedule'; readonly plan: PlannedDay }
  | { readonly type: 'cancel'; readonly why?: ReasonCode | undefined; readonly reason: string }
  | {
      readonly type: 'mark-absent';
      readonly excused: boolean;
      readonly why?: ReasonCode | undefined;
      readonly reason?: string | undefined;
    }
  /** `session` is the id of the session that will be made, unless the person was admitted before. */
  | { readonly type: 'admit'; readonly session: string }
);

/** `registration` is the id of the one that is meant, or of the new one. */
export interface RegistrationFacts {
  readonly registration: string;
  readonly now: Instant;
}

export type RegistrationRefusal =
  | 'unknown-registration'
  /** Another registration of the person for the test holds that day. */
  | 'day-taken'
  | 'day-past'
  | 'day-too-far'
  /** Admission is for the day itself. */
  | 'not-on-this-day'
  /** Nobody is absent before the day. */
  | 'before-the-day'
  | 'registration-cancelled'
  | 'registration-absent'
  | 'registration-admitted';
/** What is derived from the registration is behind, and the session of an admission may have to be made. */
export type RegistrationConsequence = Consequence<'registration-changed', { readonly registration: string }>;
export type RegistrationDecision = Decision<RegistrationEvent, RegistrationRefusal, RegistrationConsequence>;

type Planned = Extract<RegistrationState, { readonly status: 'scheduled' | 'absent' | 'admitted' }>;

/** Cancelled frees the day; absent and admitted do not, whatever became of the session. */
const holdsDay = (state: RegistrationState): state is Planned =>
  state.status === 'scheduled' || state.status === 'absent' || state.status === 'admitted';

const isSamePlan = (one: PlannedDay | undefined, other: PlannedDay): boolean =>
  one?.day === other.day && one.centre === other.centre;

/** Carried out before (its reply was lost). */
const nothing: RegistrationDecision = { events: [], pending: [] };
const accept = (...events: readonly [RegistrationEvent, ...RegistrationEvent[]]): RegistrationDecision => ({
  events,
  pending: [{ kind: 'registration-changed', data: { registration: events[0].registration } }],
});
const refuse = ({ status }: Extract<RegistrationState, { status: 'cancelled' | 'absent' | 'admitted' }>) => ({
  refused: `registration-${status}` as const,
});

export function decideRegistration(
  present: RegistrationsOfPerson | undefined,
  command: RegistrationCommand,
  { registration, now }: RegistrationFacts,
): RegistrationDecision {
  const { by } = command;
  const all = present ?? new Map<string, RegistrationState>();
  const state = all.get(registration);
  const head = { schema: 1, at: now, registration, by } as const;
  if (command.type === 'register') {
    if (state !== undefined) return nothing;
    const refused = refusedDay(all, registration, command.plan.day, dayOf(now));
    if (refused !== undefined) return { refused };
    return accept({ type: 'registered', ...head, ...command.booking }, { type: 'scheduled', ...head, ...command.plan });
  }
  if (state === undefined) return { refused: 'unknown-registration' };
  switch (command.type) {
    case 'schedule': {
      if (state.status !== 'registered' && state.status !== 'scheduled') return refuse(state);
      if (state.status === 'scheduled' && isSamePlan(state.plan, command.plan)) return nothing;
      const refused = refusedDay(all, registration, command.plan.day, dayOf(now));
      if (refused !== undefined) return { refused };
      return accept({ type: state.status === 'scheduled' ? 'rescheduled' : 'scheduled', ...head, ...command.plan });
    }
    case 'cancel':
      if (state.status === 'cancelled') return nothing;
      if (state.status === 'absent' || state.status === 'admitted') return refuse(state);
      return accept({ type: 'cancelled', ...head, ...defined({ why: command.why }), reason: command.reason });
    case 'mark-absent':
      if (state.status === 'cancelled' || state.status === 'admitted') return refuse(state);
      if (state.status === 'registered' || state.plan.day > dayOf(now)) return { refused: 'before-the-day' };
      // An excuse may come after the mark, and be found wrong; the absence itself stays.
      if (state.status === 'absent' && state.excused === command.excused) return nothing;
      return accept({
        type: 'absent',
        ...head,
        excused: command.excused,
        ...defined({ why: command.why, reason: command.reason }),
      });
    case 'admit':
      if (state.status === 'admitted') return nothing;
      if (state.status === 'cancelled') return refuse(state);
      // Who was called absent too soon, and comes later that day, is let in.
      if (state.status === 'registered' || state.plan.day !== dayOf(now)) return { refused: 'not-on-this-day' };
      return accept({ type: 'admitted', ...head, session: command.session });
  }
}

function refusedDay(
  all: RegistrationsOfPerson,
  registration: string,
  day: Day,
  today: Day,
): RegistrationRefusal | undefined {
  if (day < today) return 'day-past';
  if (daysBetween(today, day) > daysAhead) return 'day-too-far';
  const isTaken = [...all].some(([id, other]) => id !== registration && holdsDay(other) && other.plan.day === day);
  return isTaken ? 'day-taken' : undefined;
}
