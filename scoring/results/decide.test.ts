import { describe, expect, it } from 'vitest';
import { type Expected, givenOf, stateOf } from '../../storage/journal/given.suite.ts';
import type { ScoreDifference } from '../assurance/compare.ts';
import { type ResultCommand, type ResultConsequence, type ResultRefusal, decideResult } from './decide.ts';
import { type ResultContent, type ResultEvent, evolveResult } from './result.ts';

const at = '2026-11-24T09:00:00.000Z';
const head = { schema: 1, at } as const;
const content: ResultContent = {
  outcome: 'fail',
  test: 'mo',
  testDate: '2026-11-23',
  regime: { id: 'mo-70-2026', validFrom: '2026-01-01', title: {} },
  engine: '1',
  score: 28,
  max: 41,
  conditions: [],
  parts: [],
};
const better: ResultContent = { ...content, outcome: 'pass', score: 29 };
const attended: ResultEvent = { ...head, type: 'attended', session: 's1', candidate: 'c1' };
const provisional: ResultEvent = { ...head, type: 'provisional', parts: [{ part: 'listening', theta: 1 }] };
const wrongScore = [{ member: 'score', first: '28', second: '29' }];
const heldBack: ResultEvent = { ...head, type: 'held-back', differences: wrongScore };
const released: ResultEvent = { ...head, type: 'released', result: content };
const corrected: ResultEvent = { ...head, type: 'corrected', result: better, by: 'office', reason: 'a wrong key' };
const annulled: ResultEvent = { ...head, type: 'annulled', by: 'office', reason: 'another person sat the test' };
const given = givenOf({ evolve: evolveResult, decide: decideResult });

const conclude = (
  kind: 'open' | 'waiting' | 'decided',
  result = content,
  differences: readonly ScoreDifference[] = [],
): ResultCommand => ({
  type: 'conclude',
  differences,
  conclusion:
    kind === 'open'
      ? { kind }
      : kind === 'waiting'
        ? { kind, parts: [{ part: 'listening', theta: 1 }] }
        : { kind, result },
});
const correct: ResultCommand = { type: 'correct', result: better, by: 'office', reason: 'a wrong key' };
const annul: ResultCommand = { type: 'annul', by: 'office', reason: 'another person sat the test' };
type Then = Expected<ResultEvent, ResultRefusal>;
const nothing: Then = {};
const then = (event: ResultEvent, kind?: ResultConsequence['kind']): Then => ({
  events: [event],
  pending: kind === undefined ? [] : [{ kind, data: {} }],
});

const table: readonly [
  given: string,
  events: readonly ResultEvent[],
  when: string,
  command: ResultCommand,
  then: Then,
][] = [
  ['nothing', [], 'attend', { type: 'attend', session: 's1', candidate: 'c1' }, then(attended)],
  ['nothing', [], 'conclude', conclude('decided'), { refused: 'not-attended' }],
  ['attendance', [attended], 'attend again', { type: 'attend', session: 's1', candidate: 'c1' }, nothing],
  ['attendance', [attended], 'conclude an open session', conclude('open'), nothing],
  ['attendance', [attended], 'conclude, ratings wait', conclude('waiting'), then(provisional)],
  ['attendance', [attended], 'conclude', conclude('decided'), then(released, 'result-released')],
  [
    'attendance',
    [attended],
    'conclude, the second scorer disagrees',
    conclude('decided', content, wrongScore),
    then(heldBack, 'result-held-back'),
  ],
  ['a hold', [attended, heldBack], 'the same disagreement', conclude('decided', content, wrongScore), nothing],
  [
    'a hold',
    [attended, heldBack],
    'another disagreement',
    conclude('decided', content, [{ member: 'max', first: '41', second: '40' }]),
    then(
      { ...head, type: 'held-back', differences: [{ member: 'max', first: '41', second: '40' }] },
      'result-held-back',
    ),
  ],
  ['a hold', [attended, heldBack], 'both agree', conclude('decided'), then(released, 'result-released')],
  ['a hold', [attended, heldBack], 'correct', correct, { refused: 'not-released' }],
  ['attendance', [attended], 'correct', correct, { refused: 'not-released' }],
  ['attendance', [attended], 'annul', annul, { refused: 'not-released' }],
  ['something provisional', [attended, provisional], 'conclude, ratings wait', conclude('waiting'), nothing],
  [
    'something provisional',
    [attended, provisional],
    'conclude',
    conclude('decided'),
    then(released, 'result-released'),
  ],
  ['a release', [attended, released], 'conclude again', conclude('decided'), nothing],
  ['a release', [attended, released], 'conclude otherwise', conclude('decided', better), nothing],
  ['a release', [attended, released], 'correct', correct, then(corrected, 'result-corrected')],
  [
    'a release',
    [attended, released],
    'correct nothing',
    { ...correct, type: 'correct', result: content },
    { refused: 'nothing-to-correct' },
  ],
  [
    'a release',
    [attended, released],
    'correct without a reason',
    { ...correct, type: 'correct', result: better, reason: ' ' },
    { refused: 'no-reason' },
  ],
  ['a release', [attended, released], 'annul', annul, then(annulled, 'result-annulled')],
  ['a correction', [attended, released, corrected], 'annul', annul, then(annulled, 'result-annulled')],
  ['an annulment', [attended, released, annulled], 'correct', correct, { refused: 'annulled' }],
  ['an annulment', [attended, released, annulled], 'annul', annul, { refused: 'annulled' }],
];

describe('a result', () => {
  it.each(table)('given %s: when %s', (_given, events, _when, command, expected) => {
    given(...events)
      .when(command, at)
      .then(expected);
  });
  it('shows the corrected content and keeps that there was a correction', () => {
    expect(stateOf(evolveResult, [attended, provisional, released, corrected])).toMatchObject({
      released: { result: better },
      corrections: 1,
      attendedAt: at,
    });
    expect(stateOf(evolveResult, [attended, released, annulled])?.annulled).toEqual({
      at,
      by: 'office',
      reason: 'another person sat the test',
    });
  });
  it('is held back until it is released', () => {
    expect(stateOf(evolveResult, [attended, heldBack])?.heldBack).toEqual({ at, differences: wrongScore });
    expect(stateOf(evolveResult, [attended, heldBack, released])).not.toHaveProperty('heldBack');
  });
  it('begins with attendance, once', () => {
    expect(() => evolveResult(undefined, released, 1)).toThrow('begins with attendance');
    expect(() => stateOf(evolveResult, [attended, attended])).toThrow('open already');
  });
});
