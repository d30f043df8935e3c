import { describe, expect, it } from 'vitest';
import { createRng } from '../numeric/rng.ts';
import { createItemParameters, type ItemSpec } from '../parameters/item-parameters.ts';
import { responseMatrix } from '../responses/response-matrix.ts';
import { drawCategory } from '../simulation/generate.ts';
import { estimateAbility } from './estimate.ts';
import { scoreResponses } from './score-responses.ts';

const size = 24;
const random = createRng('score');
const twoParameter: ItemSpec[] = Array.from({ length: size }, (_, n) => ({
  model: 'logistic',
  id: `i${n}`,
  slope: 0.5 + 1.5 * random.uniform(),
  difficulty: 1.5 * random.normal(),
}));
const mixed: ItemSpec[] = twoParameter.map((item, n) =>
  n % 3 === 0
    ? { model: 'graded-response', id: `i${n}`, steps: [-0.5, 0.8] }
    : n % 3 === 1
      ? { ...item, lower: 0.2 }
      : item,
);

/** Complete rows, sparse rows, all right, all wrong, nothing. */
function rowsFor(items: readonly ItemSpec[]): (number | null)[][] {
  const bank = createItemParameters(items);
  const rows = Array.from({ length: 120 }, (_, person) => {
    const draws = createRng('row').fork(person);
    const theta = 1.5 * draws.normal();
    return items.map((__, item) =>
      person < 60 || draws.uniform() < 0.5 ? drawCategory(bank, item, theta, draws) : null,
    );
  });
  return [...rows, items.map(() => 1), items.map(() => 0), items.map(() => null)];
}

describe.each([
  ['2PL', twoParameter],
  ['mixed', mixed],
] as const)('%s: many at once', (_, items) => {
  it.each(['eap', 'map', 'wle', 'ml'] as const)('%s is what one by one gives', (method) => {
    const bank = createItemParameters(items);
    const rows = rowsFor(items);
    const { theta, standardError, flagged } = scoreResponses(bank, responseMatrix(rows), {
      method,
      mean: 0.2,
      sd: 1.3,
    });
    rows.forEach((row, person) => {
      const given = row.flatMap((category, item) => (category === null ? [] : [item]));
      if (given.length === 0 && (method === 'ml' || method === 'wle')) {
        expect([theta[person], flagged[person]]).toEqual([NaN, 1]);
        return;
      }
      const one = estimateAbility(
        bank,
        given,
        given.map((item) => row[item] ?? 0),
        { method, mean: 0.2, sd: 1.3 },
      );
      expect(Math.abs((theta[person] ?? NaN) - one.theta)).toBeLessThan(1e-9);
      expect(Math.abs((standardError[person] ?? NaN) - one.standardError)).toBeLessThan(1e-6);
      expect(flagged[person]).toBe(one.atBound === undefined ? 0 : 1);
    });
  });
});

it('long tests pass the range of doubles and lose nothing', () => {
  const long: ItemSpec[] = Array.from({ length: 300 }, (_, n) => ({
    model: 'logistic',
    id: `i${n}`,
    slope: 2,
    difficulty: -2 + n / 75,
  }));
  const rows = [long.map(() => 1), long.map(() => 0), long.map((_, n) => (n < 150 ? 1 : 0))];
  const { theta, standardError } = scoreResponses(createItemParameters(long), responseMatrix(rows), { method: 'eap' });
  rows.forEach((row, person) => {
    const one = estimateAbility(
      createItemParameters(long),
      long.map((_, n) => n),
      row,
      { method: 'eap' },
    );
    expect([theta[person], standardError[person]]).toEqual([
      expect.closeTo(one.theta, 9),
      expect.closeTo(one.standardError, 9),
    ]);
  });
});

it('refuses data of another bank, and categories that an item does not have', () => {
  const bank = createItemParameters(twoParameter);
  expect(() => scoreResponses(bank, responseMatrix([[1, 0]]), { method: 'eap' })).toThrow(/data\.items/);
  expect(() => scoreResponses(bank, responseMatrix([twoParameter.map(() => 2)]), { method: 'eap' })).toThrow(
    /category/,
  );
});
