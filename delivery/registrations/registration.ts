/**
 * Registrations of one person for one test: that the person will take it, on which day and at which centre, and what
 * came of it. They are one stream, so that the journal's expected version alone keeps two of them off one day.
 */
import { z } from 'zod';
import type { Day } from '../../storage/document/day.ts';
import type { Immutable } from '../../storage/document/immutable.ts';
import type { JsonObject } from '../../storage/document/json.ts';
import { EventOrderError } from '../../storage/journal/stream.ts';
import { Conduct } from '../proctoring/conduct.ts';
import { ReasonCode } from '../proctoring/reason-code.ts';
import { Language } from '../../item-bank/items/item.ts';

const text = z.string();
const at = z.iso.datetime();
/** Says who will take what, and how. The person is named by the pseudonym alone. */
const booking = {
  person: text,
  test: text,
  /** Language of the scored content. */
  language: Language,
  contactLanguage: Language,
  extraTimePercent: z.int().nonnegative(),
  synthetic: z.boolean(),
  conduct: Conduct.exactOptional(),
};
export type Booking = Immutable<z.infer<z.ZodObject<typeof booking>>>;
const plan = { day: z.iso.date(), centre: text };

const event = <T extends string, S extends z.core.$ZodShape>(type: T, members: S) =>
  z.strictObject({ type: z.literal(type), schema: z.literal(1), at, registration: text, by: text, ...members });
const RegistrationEvent = z.discriminatedUnion('type', [
  event('registered', booking),
  event('scheduled', plan),
  event('rescheduled', plan),
  event('cancelled', { why: ReasonCode.exactOptional(), reason: text }),
  event('absent', { excused: z.boolean(), why: ReasonCode.exactOptional(), reason: text.exactOptional() }),
  event('admitted', { session: text }),
]);
export type RegistrationEvent = Immutable<z.infer<typeof RegistrationEvent>>;

/** Throws for a type, a schema version or a member that is not known. */
export const readRegistrationEvent = (recorded: JsonObject): RegistrationEvent => RegistrationEvent.parse(recorded);

/** On this day at this centre. */
export interface PlannedDay {
  readonly day: Day;
  readonly centre: string;
}

export type RegistrationState = {
  readonly booking: Booking;
  readonly registeredAt: string;
  /** Accounts that registered, planned or let in; each once. */
  readonly staff: readonly string[];
} & (
  | { readonly status: 'registered' }
  | { readonly status: 'scheduled'; readonly plan: PlannedDay }
  /** `plan` as it was last. */
  | { readonly status: 'cancelled'; readonly plan?: PlannedDay; readonly reason: string }
  | { readonly status: 'absent'; readonly plan: PlannedDay; readonly excused: boolean }
  /** The person came; `session` is the sitting that was made then. */
  | { readonly status: 'admitted'; readonly plan: PlannedDay; readonly session: string }
);

/** All registrations of the person for the test, by their id. */
export type RegistrationsOfPerson = ReadonlyMap<string, RegistrationState>;

/** The state after one more event. Throws EventOrderError when the event cannot follow. */
export function evolveRegistrations(
  before: RegistrationsOfPerson | undefined,
  recorded: RegistrationEvent,
): RegistrationsOfPerson {
  const known = before?.get(recorded.registration);
  const staff = [...new Set([...(known?.staff ?? []), recorded.by])];
  return new Map(before).set(recorded.registration, { ...evolveOne(known, recorded), staff });
}

function evolveOne(known: RegistrationState | undefined, recorded: RegistrationEvent): RegistrationState {
  if (recorded.type === 'registered') {
    if (known !== undefined) throw new EventOrderError(recorded.type, 'is registered already');
    const { type: _type, schema: _schema, at: registeredAt, registration: _id, by: _by, ...made } = recorded;
    return { booking: made, registeredAt, staff: [], status: 'registered' };
  }
  if (known === undefined) throw new EventOrderError(recorded.type, 'nobody was registered');
  const { booking: made, registeredAt, staff } = known;
  const same = { booking: made, registeredAt, staff };
  const last = 'plan' in known ? known.plan : undefined;
  switch (recorded.type) {
    case 'scheduled':
    case 'rescheduled':
      return { ...same, status: 'scheduled', plan: { day: recorded.day, centre: recorded.centre } };
    case 'cancelled':
      return { ...same, status: 'cancelled', ...(last === undefined ? {} : { plan: last }), reason: recorded.reason };
    case 'absent':
      return { ...same, status: 'absent', plan: planned(last, recorded), excused: recorded.excused };
    case 'admitted':
      return { ...same, status: 'admitted', plan: planned(last, recorded), session: recorded.session };
  }
}

function planned(plan: PlannedDay | undefined, { type }: RegistrationEvent): PlannedDay {
  if (plan === undefined) throw new EventOrderError(type, 'no day was planned');
  return plan;
}
