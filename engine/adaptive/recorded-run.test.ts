import { describe, expect, it } from 'vitest';
import { createAdaptiveBank } from './bank.ts';
import { reportedAbility } from './estimate.ts';
import { type AdministeredItem, nextItem } from './next-item.ts';
import { type AdaptivePolicy, engineVersion } from './policy.ts';

const policy: AdaptivePolicy = {
  startTheta: -0.5,
  prior: { mean: 0, sd: 1.5 },
  grid: { points: 61, lower: -6, upper: 6 },
  selection: { rule: 'maximum-information', randomesque: 5 },
  minimumItems: 8,
  maximumItems: 12,
  standardError: 0.6,
  pretestPositions: [4],
};
const bank = createAdaptiveBank(
  Array.from({ length: 60 }, (_, n) => ({
    parameters: { model: 'logistic', id: `item-${n}`, difficulty: -3 + n / 10 },
    use: n % 10 === 9 ? ('pretest' as const) : ('operational' as const),
    content: '',
    enemies: [],
    exposure: n % 3 === 0 ? 0.4 : 1,
  })),
  policy,
);
const common = { policy, bank, seed: 'session-1', excluded: new Set([20, 21]) };

const steps: AdministeredItem[] = [];
let [ended, interim] = ['', NaN];
while (ended === '') {
  const next = nextItem({ ...common, history: steps });
  if (next.kind === 'stop') ended = next.reason;
  else {
    interim = next.theta;
    steps.push({
      item: next.item,
      scored: next.scored,
      category: steps.length === 5 ? null : steps.length % 2,
    });
  }
}

describe('a recorded run', () => {
  it('counts an item that was lost to a fault neither in the length nor in the estimate', () => {
    const counted = steps.filter(({ scored, category }) => scored && category !== null).length;
    expect(counted).toBeGreaterThanOrEqual(policy.minimumItems);
    expect(steps.filter(({ scored }) => scored)).toHaveLength(counted + 1);
  });
  it('keeps its items and every bit of its estimates; if this changes, so must engineVersion', () => {
    const { theta, standardError } = reportedAbility(bank, steps) ?? {};
    expect({
      engineVersion,
      items: steps.map(({ item }) => item),
      interim,
      theta,
      standardError,
      ended,
    }).toMatchInlineSnapshot(`
      {
        "ended": "maximum-items",
        "engineVersion": "1.0.0",
        "interim": -1.2313336724814787,
        "items": [
          26,
          24,
          32,
          9,
          28,
          16,
          18,
          13,
          25,
          22,
          17,
          11,
          23,
          10,
        ],
        "standardError": 0.6150889664279031,
        "theta": -1.2682058747751035,
      }
    `);
  });
});
