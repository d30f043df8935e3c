import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Day, dayOf } from '../../storage/document/day.ts';
import { toEpochMs, toInstant } from '../../storage/document/instant.ts';
import { type Expected, givenOf, stateOf } from '../../storage/journal/given.suite.ts';
import { type RegistrationCommand, type RegistrationRefusal, daysAhead, decideRegistration } from './decide.ts';
import { type Booking, type RegistrationEvent, evolveRegistrations } from './registration.ts';

type Then = Expected<RegistrationEvent, RegistrationRefusal>;

const monday = '2026-11-23T09:00:00.000Z';
const tuesday = '2026-11-24T09:00:00.000Z';
const wednesday = '2026-11-25T09:00:00.000Z';
/** A quarter past midnight on Tuesday in Brussels; Monday evening in UTC. */
const tuesdayJustBegun = '2026-11-23T23:15:00.000Z';
const by = 'an';
const booking: Booking = {
  person: 'c1',
  test: 'mo',
  language: 'en',
  contactLanguage: 'ar',
  extraTimePercent: 25,
  synthetic: true,
};
const on = (day: Day) => ({ day, centre: 'gent' });
const of = (registration: string, at = monday) => ({ schema: 1, at, registration, by }) as const;
const made = (registration: string, day: Day): RegistrationEvent[] => [
  { type: 'registered', ...of(registration), ...booking },
  { type: 'scheduled', ...of(registration), ...on(day) },
];
const first = made('r1', '2026-11-24');
const cancelled: RegistrationEvent = { type: 'cancelled', ...of('r1'), reason: 'is ill' };
const absent: RegistrationEvent = { type: 'absent', ...of('r1', tuesday), excused: false };
const admitted: RegistrationEvent = { type: 'admitted', ...of('r1', tuesday), session: 's1' };
const moved: RegistrationEvent = { type: 'rescheduled', ...of('r1'), ...on('2026-11-26') };

const register = (day: Day): RegistrationCommand => ({ type: 'register', by, booking, plan: on(day) });
const schedule = (day: Day): RegistrationCommand => ({ type: 'schedule', by, plan: on(day) });
const cancel: RegistrationCommand = { type: 'cancel', by, reason: 'is ill' };
const markAbsent = (excused: boolean): RegistrationCommand => ({ type: 'mark-absent', by, excused });
const admit: RegistrationCommand = { type: 'admit', by, session: 's1' };

const given = givenOf({ evolve: evolveRegistrations, decide: decideRegistration });
const then = (...events: readonly RegistrationEvent[]): Then => ({
  events,
  pending: events.slice(0, 1).map(({ registration }) => ({ kind: 'registration-changed', data: { registration } })),
});
const lastDay = '2027-12-28';

const table: readonly [string, readonly RegistrationEvent[], RegistrationCommand, string, string, Then][] = [
  ['nothing', [], register('2026-11-24'), 'r1', monday, then(...first)],
  ['nothing', [], register('2026-11-23'), 'r1', monday, then(...made('r1', '2026-11-23'))],
  ['nothing', [], register('2026-11-22'), 'r1', monday, { refused: 'day-past' }],
  ['nothing', [], register(lastDay), 'r1', monday, then(...made('r1', lastDay))],
  ['nothing', [], register('2027-12-29'), 'r1', monday, { refused: 'day-too-far' }],
  ['nothing', [], register('2026-11-23'), 'r1', tuesdayJustBegun, { refused: 'day-past' }],
  ['a registration whose reply was lost', first, register('2026-11-24'), 'r1', monday, then()],

  ['one on that day', first, register('2026-11-24'), 'r2', monday, { refused: 'day-taken' }],
  ['one on another day', first, register('2026-11-25'), 'r2', monday, then(...made('r2', '2026-11-25'))],
  [
    'one that was cancelled',
    [...first, cancelled],
    register('2026-11-24'),
    'r2',
    monday,
    then(...made('r2', '2026-11-24')),
  ],
  [
    'one that was moved away',
    [...first, moved],
    register('2026-11-24'),
    'r2',
    monday,
    then(...made('r2', '2026-11-24')),
  ],
  ['one that was moved there', [...first, moved], register('2026-11-26'), 'r2', monday, { refused: 'day-taken' }],
  ['an absence that day', [...first, absent], register('2026-11-24'), 'r2', tuesday, { refused: 'day-taken' }],
  ['an admission that day', [...first, admitted], register('2026-11-24'), 'r2', tuesday, { refused: 'day-taken' }],

  ['nothing', [], schedule('2026-11-26'), 'r1', monday, { refused: 'unknown-registration' }],
  ['one that has no day yet', first.slice(0, 1), schedule('2026-11-24'), 'r1', monday, then(...first.slice(1))],
  ['one for Tuesday', first, schedule('2026-11-26'), 'r1', monday, then(moved)],
  ['one for Tuesday', first, schedule('2026-11-24'), 'r1', monday, then()],
  ['one for Tuesday', first, schedule('2026-11-22'), 'r1', monday, { refused: 'day-past' }],
  ['one for Tuesday', first, schedule('2027-12-29'), 'r1', monday, { refused: 'day-too-far' }],
  [
    'one for a day that is over',
    first,
    schedule('2026-11-25'),
    'r1',
    wednesday,
    then({ type: 'rescheduled', ...of('r1', wednesday), ...on('2026-11-25') }),
  ],
  [
    'one of two, to the day of the other',
    [...first, ...made('r2', '2026-11-26')],
    schedule('2026-11-26'),
    'r1',
    monday,
    { refused: 'day-taken' },
  ],
  [
    'a cancelled one',
    [...first, cancelled],
    schedule('2026-11-26'),
    'r1',
    monday,
    { refused: 'registration-cancelled' },
  ],
  ['an absence', [...first, absent], schedule('2026-11-26'), 'r1', tuesday, { refused: 'registration-absent' }],
  ['an admission', [...first, admitted], schedule('2026-11-26'), 'r1', tuesday, { refused: 'registration-admitted' }],

  ['nothing', [], cancel, 'r1', monday, { refused: 'unknown-registration' }],
  ['one for Tuesday', first, cancel, 'r1', monday, then(cancelled)],
  ['one without a day', first.slice(0, 1), cancel, 'r1', monday, then(cancelled)],
  ['a cancelled one', [...first, cancelled], cancel, 'r1', tuesday, then()],
  ['an absence', [...first, absent], cancel, 'r1', tuesday, { refused: 'registration-absent' }],
  ['an admission', [...first, admitted], cancel, 'r1', tuesday, { refused: 'registration-admitted' }],

  ['nothing', [], markAbsent(false), 'r1', tuesday, { refused: 'unknown-registration' }],
  ['one for Tuesday', first, markAbsent(false), 'r1', monday, { refused: 'before-the-day' }],
  ['one for Tuesday', first, markAbsent(false), 'r1', tuesday, then(absent)],
  [
    'one for Tuesday',
    first,
    markAbsent(true),
    'r1',
    tuesdayJustBegun,
    then({ type: 'absent', ...of('r1', tuesdayJustBegun), excused: true }),
  ],
  ['one for Tuesday', first, markAbsent(false), 'r1', wednesday, then({ ...absent, at: wednesday })],
  ['one without a day', first.slice(0, 1), markAbsent(false), 'r1', tuesday, { refused: 'before-the-day' }],
  ['an absence', [...first, absent], markAbsent(false), 'r1', tuesday, then()],
  [
    'an absence, excused later',
    [...first, absent],
    markAbsent(true),
    'r1',
    wednesday,
    then({ type: 'absent', ...of('r1', wednesday), excused: true }),
  ],
  ['a cancelled one', [...first, cancelled], markAbsent(false), 'r1', tuesday, { refused: 'registration-cancelled' }],
  ['an admission', [...first, admitted], markAbsent(false), 'r1', tuesday, { refused: 'registration-admitted' }],

  ['nothing', [], admit, 'r1', tuesday, { refused: 'unknown-registration' }],
  ['one for Tuesday', first, admit, 'r1', tuesday, then(admitted)],
  ['one for Tuesday', first, admit, 'r1', tuesdayJustBegun, then({ ...admitted, at: tuesdayJustBegun })],
  ['one for Tuesday', first, admit, 'r1', monday, { refused: 'not-on-this-day' }],
  ['one for Tuesday', first, admit, 'r1', wednesday, { refused: 'not-on-this-day' }],
  ['one without a day', first.slice(0, 1), admit, 'r1', tuesday, { refused: 'not-on-this-day' }],
  ['an absence, and the person comes late', [...first, absent], admit, 'r1', tuesday, then(admitted)],
  ['an absence of the day before', [...first, absent], admit, 'r1', wednesday, { refused: 'not-on-this-day' }],
  ['an admission', [...first, admitted], { ...admit, session: 's2' }, 'r1', tuesday, then()],
  ['a cancelled one', [...first, cancelled], admit, 'r1', tuesday, { refused: 'registration-cancelled' }],
];

describe('a command on registrations', () => {
  it.each(table)('given %s, of %j', (_, events, command, registration, now, expected) => {
    given(...events)
      .when(command, { registration, now })
      .then(expected);
  });
  it('the last day that can be asked for is the four-hundredth', () => {
    expect(dayOf(toInstant(toEpochMs(monday) + daysAhead * 86_400_000))).toBe(lastDay);
  });
  it('whatever is asked, in any order: one registration of the person holds a day', () => {
    const asked = fc.record({
      registration: fc.constantFrom('r1', 'r2', 'r3', 'r4'),
      command: fc.constantFrom(
        ...['2026-11-23', '2026-11-24', '2026-11-25'].flatMap((day) => [register(day), schedule(day)]),
        cancel,
        markAbsent(false),
        admit,
      ),
      now: fc.constantFrom(monday, tuesday, wednesday),
    });
    fc.assert(
      fc.property(fc.array(asked, { maxLength: 40 }), (all) => {
        const events: RegistrationEvent[] = [];
        for (const { registration, command, now } of all) {
          const decision = decideRegistration(stateOf(evolveRegistrations, events), command, { registration, now });
          if (decision.refused === undefined) events.push(...decision.events);
          const days = [...(stateOf(evolveRegistrations, events)?.values() ?? [])].flatMap((state) =>
            state.status === 'registered' || state.status === 'cancelled' ? [] : [state.plan.day],
          );
          expect(new Set(days).size).toBe(days.length);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('events of registrations', () => {
  it('begin with a registration, once', () => {
    expect(() => stateOf(evolveRegistrations, [admitted])).toThrow('nobody was registered');
    expect(() => stateOf(evolveRegistrations, [...first, ...first])).toThrow('registered already');
  });
  it('an absence or an admission follows on a day', () => {
    expect(() => stateOf(evolveRegistrations, [...first.slice(0, 1), absent])).toThrow('no day was planned');
    expect(() => stateOf(evolveRegistrations, [...first.slice(0, 1), admitted])).toThrow('no day was planned');
  });
});
