import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JsonObject, jsonObject } from '../../storage/document/json.ts';
import type { PinnedTest } from '../../item-bank/releases/pinned-test.ts';
import { at } from '../../delivery/sessions/example.suite.ts';
import { PlayedSession } from '../../delivery/sessions/played-session.suite.ts';
import { evolveRating, readRatingEvent } from '../rating/rating.ts';
import { regimes, regimeById } from '../regimes/regime.ts';
import { tasksOf } from '../rating/performances-of.ts';
import { conclude } from '../results/conclude.ts';
import { civic41, oralTest, satCivic, satOral } from '../results/example.suite.ts';
import type { ResultContent } from '../results/result.ts';
import { type AssuranceFacts, assuredAgainst } from './assure.ts';
import { brusselsDay, ruleOf } from './rule.ts';

const runs = process.env['MEETLAT_FULL'] === '1' ? 10_000 : 60;
const timeout = 600_000;
const curves = new Map(['L1', 'L2', 'L3', 'L4', 'L5'].map((id, n) => [id, { slope: 1.2, difficulty: n - 2 }]));

type Score = number | 'NR';
const ratingEvents = (task: string, scores: Readonly<Record<string, Score>>): JsonObject[] => {
  const head = { schema: 1, at: '2026-11-24T10:00:00.000Z' };
  const performance = {
    ...{ session: 's1', person: 'c1', task, item: task, release: {}, criteria: ['TA', 'RA'], turns: [] },
    dueAt: head.at,
  };
  return [
    { type: 'opened', ...head, performance },
    { type: 'rated', ...head, by: 'an', scores },
  ];
};

interface Judged {
  readonly first: ResultContent;
  readonly facts: AssuranceFacts;
}
/** The first scorer's result, and what the second is given. */
function judged(test: PinnedTest, played: PlayedSession, scores: Readonly<Record<string, Score>> = {}): Judged {
  const ratings = tasksOf(played.now).map((task) => ratingEvents(task, scores));
  const states = ratings.map((events) =>
    events.map(readRatingEvent).reduce<ReturnType<typeof evolveRating> | undefined>(evolveRating, undefined),
  );
  const conclusion = conclude(
    played.now,
    test,
    states.flatMap((state) => state ?? []),
  );
  if (conclusion.kind !== 'decided') throw new Error(`not decided: ${conclusion.kind}`);
  const facts: AssuranceFacts = {
    session: played.events.map((event) => jsonObject(event)),
    ratings,
    pinned: {
      family: test.specification.regime,
      parts: test.specification.parts.map(({ id }) => id),
      keyOf: (item) => {
        const found = test.items.get(item);
        return found?.kind === 'choice' ? found.key : undefined;
      },
      curveOf: (item) => curves.get(item),
    },
    regimes,
    severity: 0,
  };
  return { first: conclusion.result, facts };
}
const civic = (values: number, practical: number): Judged => judged(civic41, satCivic({ values, practical }));
const score = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constant<Score>('NR'));

describe('the second scorer agrees', () => {
  it('with every MO result', { timeout }, () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 11 }), fc.integer({ min: 0, max: 30 }), (values, practical) => {
        const { first, facts } = civic(values, practical);
        expect(assuredAgainst(first, facts)).toEqual([]);
      }),
      { numRuns: runs },
    );
  });
  it('with every oral result', { timeout }, () => {
    const answers = fc.array(fc.boolean(), { minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(answers, score, score, (right, TA, RA) => {
        const { first, facts } = judged(oralTest, satOral(right), { TA, RA });
        expect(assuredAgainst(first, facts)).toEqual([]);
      }),
      { numRuns: runs },
    );
  });
  it('that nobody fails on one hearing where the regime asks for two', () => {
    const { first, facts } = judged(oralTest, satOral([false, false, false, false, false]), { TA: 0, RA: 0 });
    const planned = { ...regimeById('nt2-oral', 'nt2-oral-b1-heard-again'), use: 'in-force', validFrom: '2026-06-01' };
    expect(assuredAgainst(first, { ...facts, regimes: [planned] })).toEqual([
      { member: 'evidence', first: 'fail', second: expect.stringContaining('heard 1 times, and to be heard again') },
    ]);
  });
  it('that a session that ended after its first part decides nothing', () => {
    const { first, facts } = judged(oralTest, satOral([true, true, true, true, true]), { TA: 5, RA: 5 });
    let completed = 0;
    const session = facts.session.filter(({ type }) => type !== 'part-completed' || ++completed === 1);
    expect(assuredAgainst(first, { ...facts, session })).toContainEqual({
      member: 'outcome',
      first: 'pass',
      second: 'void',
    });
  });
  it('that a session without a completed part decides nothing', () => {
    const { first, facts } = civic(11, 30);
    const cut = facts.session.filter(({ type }) => type !== 'part-completed' && type !== 'form-scored');
    const { score: _score, max: _max, ...undecided } = first;
    const voided = { ...undecided, outcome: 'void', conditions: [], parts: [] };
    expect(assuredAgainst(voided, { ...facts, session: cut })).toEqual([]);
    expect(assuredAgainst(first, { ...facts, session: cut })).toContainEqual({
      member: 'outcome',
      first: 'pass',
      second: 'void',
    });
  });
  it('that one part of two decides nothing', () => {
    const { first, facts } = judged(oralTest, satOral([true, true, true, true, true]), { TA: 5, RA: 5 });
    const half = facts.session.filter((event) => event['type'] !== 'part-completed' || event['part'] !== 'speaking');
    expect(assuredAgainst(first, { ...facts, session: half })).toContainEqual({
      member: 'outcome',
      first: 'pass',
      second: 'void',
    });
  });
  it('that a session opened again and then ended decides nothing, though its part was completed before', () => {
    const played = new PlayedSession(civic41).begin().toFirstPart();
    played.ms = 61 * 60_000;
    played.run({ type: 'measure-outage', from: at(60_000), to: at(played.ms) });
    played.run({ type: 'close-overdue' });
    played.run({ type: 'reopen', by: 'an', reason: 'storing' });
    played.run({ type: 'end', by: 'an', reason: 'ziek' });
    const { first, facts } = judged(civic41, played);
    expect(first.outcome).toBe('void');
    expect(assuredAgainst(first, facts)).toEqual([]);
  });
});

describe('a planted fault is found', () => {
  const members = ({ first, facts }: Judged): string[] => assuredAgainst(first, facts).map(({ member }) => member);
  const oral = (): Judged => judged(oralTest, satOral([true, true, true, true, false]), { TA: 4, RA: 4 });
  /** The same session, with one event of the type changed. */
  function withEvent(one: Judged, type: string, change: (event: JsonObject) => JsonObject): Judged {
    let isDone = false;
    const session = one.facts.session.map((event) => {
      if (isDone || event['type'] !== type) return event;
      isDone = true;
      return change(event);
    });
    return { ...one, facts: { ...one.facts, session } };
  }

  it.each<[string, () => Judged, string]>([
    ['one right answer too many', () => ({ ...civic(9, 19), first: civic(9, 20).first }), 'outcome'],
    ['a part counted short', () => ({ ...civic(9, 20), first: civic(10, 19).first }), 'values.score'],
    [
      'a question dropped from the count',
      () => ({ ...civic(9, 20), first: { ...civic(9, 20).first, max: 40 } }),
      'max',
    ],
    [
      'options of a question swapped',
      () => withEvent(civic(9, 20), 'answered', (event) => ({ ...event, choice: (Number(event['choice']) + 1) % 3 })),
      'score',
    ],
    [
      'the regime of another day',
      () => ({
        ...civic(9, 20),
        first: { ...civic(9, 20).first, regime: { ...civic(9, 20).first.regime, id: 'mo-2023' } },
      }),
      'regime',
    ],
    [
      'the day before',
      () => ({ ...civic(9, 20), first: { ...civic(9, 20).first, testDate: '2026-11-22' } }),
      'testDate',
    ],
    [
      'a condition said to be met',
      () => {
        const { first, facts } = civic(9, 19);
        return { first: { ...first, conditions: first.conditions.map((one) => ({ ...one, met: true })) }, facts };
      },
      'conditions',
    ],
    [
      'a point of rounding',
      () => ({ ...oral(), first: { ...oral().first, scale: (oral().first.scale ?? 0) + 1 } }),
      'scale',
    ],
    ['another level', () => ({ ...oral(), first: { ...oral().first, level: 'A2' } }), 'level'],
    [
      'a cut that was moved',
      () => {
        const moved = regimes.map((regime) =>
          regime.kind === 'oral'
            ? { ...regime, levels: regime.levels.map((level) => ({ ...level, speaking: level.speaking - 0.2 })) }
            : regime,
        );
        return { ...oral(), facts: { ...oral().facts, regimes: moved } };
      },
      'speaking.scale',
    ],
    [
      'a key that was changed',
      () => {
        const one = oral();
        const { keyOf } = one.facts.pinned;
        const pinned = {
          ...one.facts.pinned,
          keyOf: (item: string) => (item === 'L2' ? ((keyOf(item) ?? 0) + 1) % 3 : keyOf(item)),
        };
        return { ...one, facts: { ...one.facts, pinned } };
      },
      'listening.theta',
    ],
    [
      'an item without a key',
      () => {
        const one = oral();
        return { ...one, facts: { ...one.facts, pinned: { ...one.facts.pinned, keyOf: () => undefined } } };
      },
      'evidence',
    ],
    [
      'a severity that was forgotten',
      () => ({ ...oral(), facts: { ...oral().facts, severity: 0.3 } }),
      'speaking.theta',
    ],
    [
      'a rating left out',
      () => ({ ...oral(), facts: { ...oral().facts, ratings: oral().facts.ratings.slice(1) } }),
      'evidence',
    ],
    [
      'an event of an unknown form',
      () => withEvent(civic(9, 20), 'answered', ({ choice: _choice, ...event }) => event),
      'evidence',
    ],
  ])('%s', (_, make, member) => {
    expect(members(make())).toContain(member);
  });
});

describe('the rule', () => {
  it.each([
    ['2026-06-30T21:59:59.999Z', '2026-06-30'],
    ['2026-06-30T22:00:00.000Z', '2026-07-01'],
    ['2026-12-31T22:59:59.999Z', '2026-12-31'],
    ['2026-12-31T23:00:00.000Z', '2027-01-01'],
  ])('is that of the day in Brussels: %s is %s', (instant, day) => {
    expect(brusselsDay(instant)).toBe(day);
  });
  it('is the youngest in force, never one to compare with', () => {
    expect(ruleOf('mo', { day: '2026-11-23' }, regimes)?.id).toBe('mo-70-2026');
    expect(ruleOf('mo', { day: '2025-12-31' }, regimes)?.id).toBe('mo-2023');
    expect(ruleOf('mo', { day: '2021-01-01' }, regimes)).toBeUndefined();
    expect(ruleOf('mo', { id: 'mo-2026' }, regimes)?.id).toBe('mo-2026');
  });
});
