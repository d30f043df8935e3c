import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toInstant } from '../../storage/document/instant.ts';
import { type Expected, givenOf, stateOf } from '../../storage/journal/given.suite.ts';
import { type RatingCommand, type RatingDecision, type RatingRefusal, decideRating, leaseMs } from './decide.ts';
import { type Performance, type RatingEvent, type RatingState, type Scores, evolveRating } from './rating.ts';

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
  decideRating(state, command, { now, knowsPerson: false });
const given = givenOf({ evolve: evolveRating, decide: decideAt });
const acquainted = givenOf({
  evolve: evolveRating,
  decide: (state: RatingState | undefined, command: RatingCommand, now: string) =>
    decideRating(state, command, { now, knowsPerson: true }),
});
const then = (...events: readonly RatingEvent[]): Then => ({ events });
const thenRated = (event: RatingEvent): Then => ({
  events: [event],
  pending: [{ kind: 'performance-rated', data: { session: 's1' } }],
});

const rate = (by: string, given: Scores = scores): RatingCommand => ({ type: 'rate', by, scores: given });
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

describe('a rating', () => {
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
          expect(state?.rated).toBeUndefined();
          if (event.type === 'claimed') expect([undefined, by]).toContain(holder);
          else expect(holder).toBe(by);
          state = evolveRating(state, event);
        }
      }),
      { numRuns: 300 },
    );
  });
});
