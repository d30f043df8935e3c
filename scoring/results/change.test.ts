import { describe, expect, it } from 'vitest';
import { type Change, changeOf } from './change.ts';
import type { ResultContent } from './result.ts';

const civic = (outcome: ResultContent['outcome'], score: number): ResultContent => ({
  ...{ outcome, score, max: 41, test: 'mo', testDate: '2026-11-23', engine: '1', conditions: [], parts: [] },
  regime: { id: 'mo-70-2026', validFrom: '2026-01-01', title: {} },
});
const oral = (outcome: ResultContent['outcome'], level?: string): ResultContent => {
  const { score: _score, max: _max, ...rest } = civic(outcome, 0);
  return { ...rest, scale: 400, ...(level === undefined ? {} : { level }) };
};

describe('a new decision', () => {
  it.each<[string, ResultContent, ResultContent | undefined, Change]>([
    ['fail to pass', civic('fail', 28), civic('pass', 29), 'raised'],
    ['pass to fail', civic('pass', 29), civic('fail', 28), 'lowered'],
    ['a point more', civic('pass', 29), civic('pass', 30), 'other'],
    ['a point less', civic('pass', 30), civic('pass', 29), 'other'],
    ['nothing', civic('pass', 29), civic('pass', 29), 'same'],
    ['no decision to a fail', civic('void', 0), civic('fail', 20), 'raised'],
    ['a fail to no decision', civic('fail', 20), undefined, 'lowered'],
    ['a level up', oral('fail', 'A1'), oral('fail', 'A2'), 'raised'],
    ['a level down', oral('fail', 'A2'), oral('fail', 'A1'), 'lowered'],
    ['below the lowest level', oral('fail', 'A1'), oral('fail'), 'lowered'],
    ['a pass with a lower level', oral('fail', 'B1'), oral('pass', 'A2'), 'raised'],
  ])('%s', (_, before, after, change) => {
    expect(changeOf(before, after, ['A1', 'A2', 'B1'])).toBe(change);
  });
});
