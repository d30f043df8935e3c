import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toInstant } from '../../storage/document/instant.ts';
import { type Expected, givenOf, stateOf } from '../../storage/journal/given.suite.ts';
import {
  type ExaminerCommand,
  type RatingCommand,
  type RatingDecision,
  type RatingRefusal,
  decideRating,
  leaseMs,
} from './decide.ts';
import {
  type HearingAsked,
  type Performance,
  type RatingEvent,
  type RatingState,
  type Scores,
  evolveRating,
  hearingsOf,
  isRated,
} from './rating.ts';

type Then = Expected<RatingEvent, RatingRefusal>;
const at = (ms: number): string => toInstant(Date.parse('2026-11-23T09:00:00.000Z') + ms);
const performance: Performance = {
  session: 's1',
  person: 'c1',
  task: 'S1',
  item: 'T1',
  release: { nt2: 'r1' },
  criteria: ['TA', 'RA'],
  turns: [{ turn: 0, upload: 'u0', durationMs: 4000 }, { turn: 1 }],
  dueAt: at(1e9),
};
const opened: RatingEvent = { type: 'opened', schema: 1, at: at(0), performance };
const claimed = (by: string, ms: number): RatingEvent => ({
  type: 'claimed',
  schema: 1,
  at: at(ms),
  by,
  until: at(ms + 20 * 60_000),
});
const scores: Scores = { TA: 4, RA: 'NR' };
const rated: RatingEvent = { type: 'rated', schema: 1, at: at(20), by: 'an', scores };
const decideAt = (state: RatingState | undefined, command: RatingCommand, now: string): RatingDecision =>
  decideRating(state, command, { now, knowsPerson: false, hasHeardEnough: false });
const given = givenOf({ evolve: evolveRating, decide: decideAt });
const acquainted = givenOf({
  evolve: evolveRating,
  decide: (state: RatingState | undefined, command: RatingCommand, now: string) =>
    decideRating(state, command, { now, knowsPerson: true, hasHeardEnough: false }),
});
const full = givenOf({
  evolve: evolveRating,
  decide: (state: RatingState | undefined, command: RatingCommand, now: string) =>
    decideRating(state, command, { now, knowsPerson: false, hasHeardEnough: true }),
});
const then = (...events: readonly RatingEvent[]): Then => ({ events });
const thenRated = (event: RatingEvent): Then => ({
  events: [event],
  pending: [{ kind: 'performance-rated', data: { session: 's1' } }],
});

const rate = (by: string, given: Scores = scores): ExaminerCommand => ({ type: 'rate', by, scores: given });
const asked: HearingAsked = {
  hearing: 2,
  why: 'band',
  probability: 0.31,
  regime: 'nt2-oral-b1-heard-again',
  severities: 1,
  engine: '1',
};
const ask = (hearing: number): RatingCommand => ({ type: 'ask', ask: { ...asked, hearing } });
const askedAt = (ms: number) => ({ type: 'asked', schema: 1, at: at(ms), ask: asked }) as const;
const heard = [opened, claimed('an', 0), rated];
const table: readonly [given: string, events: readonly RatingEvent[], when: RatingCommand, ms: number, then: Then][] = [
  ['nothing', [], { type: 'claim', by: 'an' }, 1, { refused: 'unknown-performance' }],
  ['an open performance', [opened], { type: 'claim', by: 'an' }, 10, then(claimed('an', 10))],
  ['an open performance', [opened], rate('an'), 10, { refused: 'lease-lost' }],
  [
    'a claim of another',
    [opened, claimed('an', 0)],
    { type: 'claim', by: 'bo' },
    10,
    { refused: 'claimed-by-another' },
  ],
  ['a claim of another', [opened, claimed('an', 0)], { type: 'renew', by: 'bo' }, 10, { refused: 'lease-lost' }],
  ['a claim of another', [opened, claimed('an', 0)], { type: 'give-back', by: 'bo' }, 10, { refused: 'lease-lost' }],
  ['a claim of another', [opened, claimed('an', 0)], rate('bo'), 10, { refused: 'lease-lost' }],
  [
    'a claim of another, just not over',
    [opened, claimed('an', 0)],
    { type: 'claim', by: 'bo' },
    leaseMs - 1,
    { refused: 'claimed-by-another' },
  ],
  [
    'a claim of another, over',
    [opened, claimed('an', 0)],
    { type: 'claim', by: 'bo' },
    leaseMs,
    then(claimed('bo', leaseMs)),
  ],
  ['my claim', [opened, claimed('an', 0)], { type: 'claim', by: 'an' }, 10, then(claimed('an', 10))],
  [
    'my claim',
    [opened, claimed('an', 0)],
    { type: 'renew', by: 'an' },
    10,
    then({ type: 'renewed', schema: 1, at: at(10), by: 'an', until: at(10 + leaseMs) }),
  ],
  [
    'my claim',
    [opened, claimed('an', 0)],
    { type: 'give-back', by: 'an' },
    10,
    then({ type: 'returned', schema: 1, at: at(10), by: 'an' }),
  ],
  ['my claim', [opened, claimed('an', 0)], rate('an'), 20, thenRated(rated)],
  [
    'my claim',
    [opened, claimed('an', 0)],
    { ...rate('an'), type: 'rate', scores, remark: 'ruis' },
    20,
    thenRated({ ...rated, remark: 'ruis' }),
  ],
  ['a performance that was heard', heard, ask(2), 30, then(askedAt(30))],
  ['a performance that nobody heard yet', [opened], ask(2), 30, { refused: 'not-rated' }],
  ['a hearing that was asked for', [...heard, askedAt(30)], ask(2), 40, then()],
  ['a hearing that was asked for', [...heard, askedAt(30)], ask(3), 40, { refused: 'not-rated' }],
  ['a second hearing', [...heard, askedAt(30)], { type: 'claim', by: 'bo' }, 40, then(claimed('bo', 40))],
  ['a second hearing', [...heard, askedAt(30)], { type: 'claim', by: 'an' }, 40, { refused: 'heard-before' }],
  ['a second hearing', [...heard, askedAt(30)], rate('an'), 40, then()],
  ['a second hearing', [...heard, askedAt(30)], rate('an', { TA: 1, RA: 1 }), 40, { refused: 'already-rated' }],
  ['a second hearing', [...heard, askedAt(30)], rate('bo'), 40, { refused: 'lease-lost' }],
  [
    'a second hearing that I hold',
    [...heard, askedAt(30), claimed('bo', 40)],
    rate('bo'),
    50,
    thenRated({ ...rated, at: at(50), by: 'bo' }),
  ],
  ['my claim, over', [opened, claimed('an', 0)], rate('an'), leaseMs, { refused: 'lease-lost' }],
  [
    'my claim, given back',
    [opened, claimed('an', 0), { type: 'returned', schema: 1, at: at(5), by: 'an' }],
    rate('an'),
    20,
    { refused: 'lease-lost' },
  ],
  ['a rating', [opened, claimed('an', 0), rated], { type: 'claim', by: 'bo' }, 30, { refused: 'already-rated' }],
  ['a rating', [opened, claimed('an', 0), rated], rate('bo'), 30, { refused: 'already-rated' }],
  [
    'my rating, submitted with other scores',
    [opened, claimed('an', 0), rated],
    rate('an', { TA: 5, RA: 'NR' }),
    30,
    { refused: 'already-rated' },
  ],
  ['my rating, whose reply was lost', [opened, claimed('an', 0), rated], rate('an', { RA: 'NR', TA: 4 }), 30, then()],
];

describe("an examiner's command", () => {
  it.each(table)('given %s: when %j', (_, events, command, ms, expected) => {
    given(...events)
      .when(command, at(ms))
      .then(expected);
  });
  it.each<[string, Record<string, unknown>]>([
    ['a criterion is missing', { TA: 3 }],
    ['one too many', { TA: 3, RA: 3, FL: 3 }],
    ['another criterion', { TA: 3, FL: 3 }],
    ['above 5', { TA: 6, RA: 3 }],
    ['below 0', { TA: -1, RA: 3 }],
    ['half', { TA: 2.5, RA: 3 }],
    ['no number', { TA: Number.NaN, RA: 3 }],
    ['text', { TA: '3', RA: 3 }],
    ['null', { TA: null, RA: 3 }],
    ['nothing', {}],
  ])('scores are refused: %s', (_, wrong) => {
    const parsed: Scores = wrong;
    given(opened, claimed('an', 0)).when(rate('an', parsed), at(10)).then({ refused: 'incomplete-scores' });
  });
  it('0 and NR are scores', () => {
    const least: Scores = { TA: 0, RA: 'NR' };
    given(opened, claimed('an', 0))
      .when(rate('an', least), at(10))
      .then(thenRated({ ...rated, at: at(10), scores: least }));
  });
});

describe('an examiner who knows the person', () => {
  it.each<[string, readonly RatingEvent[], RatingCommand, Then]>([
    ['claims nothing', [opened], { type: 'claim', by: 'an' }, { refused: 'knows-the-person' }],
    ['rates nothing that was claimed', [opened, claimed('an', 0)], rate('an'), { refused: 'knows-the-person' }],
    [
      'gives back',
      [opened, claimed('an', 0)],
      { type: 'give-back', by: 'an' },
      then({ type: 'returned', schema: 1, at: at(20), by: 'an' }),
    ],
    ['hears that a rating of before is there', [opened, claimed('an', 0), rated], rate('an'), then()],
  ])('%s', (_, events, command, expected) => {
    acquainted(...events)
      .when(command, at(20))
      .then(expected);
  });
});

describe('an examiner who has heard enough of a candidate', () => {
  it.each<[string, readonly RatingEvent[], RatingCommand, Then]>([
    ['claims no more', [opened], { type: 'claim', by: 'an' }, { refused: 'heard-before' }],
    ['rates what was claimed before', [opened, claimed('an', 0)], rate('an'), thenRated({ ...rated, at: at(20) })],
  ])('%s', (_, events, command, expected) => {
    full(...events)
      .when(command, at(20))
      .then(expected);
  });
});

describe('a rating', () => {
  it('keeps every hearing, and is rated when all that were asked for were heard', () => {
    const second: RatingEvent = { ...rated, by: 'bo', at: at(50), scores: { TA: 2, RA: 3 } };
    const once = stateOf(evolveRating, heard);
    const again = stateOf(evolveRating, [...heard, askedAt(30)]);
    const twice = stateOf(evolveRating, [...heard, askedAt(30), claimed('bo', 40), second]);
    expect([once, again, twice].map((state) => state !== undefined && isRated(state))).toEqual([true, false, true]);
    expect([once, again, twice].map((state) => state !== undefined && hearingsOf(state))).toEqual([1, 2, 2]);
    expect(twice?.ratings).toMatchObject([
      { by: 'an', scores },
      { by: 'bo', scores: { TA: 2, RA: 3 } },
    ]);
    expect(() => stateOf(evolveRating, [...heard, { ...askedAt(30), ask: { ...asked, hearing: 3 } }])).toThrow(
      'hearing 3 after 1',
    );
  });
  it('begins with its opening, once', () => {
    expect(() => evolveRating(undefined, rated)).toThrow('begins with its opening');
    expect(() => stateOf(evolveRating, [opened, opened])).toThrow('open already');
  });
  it('whatever examiners do: one holds at a time, only the holder rates, and only once', () => {
    const command = fc.record({
      by: fc.constantFrom('an', 'bo', 'cem'),
      type: fc.constantFrom('claim', 'renew', 'give-back', 'rate'),
      waitMs: fc.nat(leaseMs),
    });
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        let [state, ms] = [stateOf(evolveRating, [opened]), 0];
        for (const { by, type, waitMs } of commands) {
          ms += waitMs;
          const holder = state?.claim !== undefined && state.claim.until > at(ms) ? state.claim.by : undefined;
          const decision = decideAt(state, type === 'rate' ? rate(by) : { type, by }, at(ms));
          const event = decision.refused === undefined ? decision.events[0] : undefined;
          if (event === undefined) continue;
          expect(state?.ratings).toEqual([]);
          if (event.type === 'claimed') expect([undefined, by]).toContain(holder);
          else expect(holder).toBe(by);
          state = evolveRating(state, event);
        }
      }),
      { numRuns: 300 },
    );
  });
});
