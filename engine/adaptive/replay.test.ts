import { describe, expect, it } from 'vitest';
import { createAdaptiveBank } from './bank.ts';
import { reportedAbility } from './estimate.ts';
import { nextItem } from './next-item.ts';
import { type AdaptivePolicy, engineVersion } from './policy.ts';
import { type RecordedStep, replay } from './replay.ts';

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

const steps: RecordedStep[] = [];
let ended = '';
while (ended === '') {
  const next = nextItem({ ...common, history: steps });
  if (next.kind === 'stop') ended = next.reason;
  else
    steps.push({
      item: next.item,
      scored: next.scored,
      theta: next.theta,
      standardError: next.standardError,
      rule: next.rule,
      category: steps.length === 5 ? null : steps.length % 2,
    });
}

describe('replay', () => {
  it('finds the recorded path again, also after a journey through JSON', () => {
    const stored: RecordedStep[] = JSON.parse(JSON.stringify(steps));
    expect(replay({ ...common, steps: stored, ended }).differences).toEqual([]);
  });
  it('names the first place where an answer was changed afterwards', () => {
    const changed = steps.map((step, n) => (n === 2 ? { ...step, category: 1 - (step.category ?? 0) } : step));
    expect(replay({ ...common, steps: changed, ended }).differences[0]).toMatchObject({ position: 4, field: 'theta' });
  });
  it('names another end, and another seed', () => {
    expect(replay({ ...common, steps, ended: 'bank-exhausted' }).differences).toEqual([
      { position: steps.length + 1, field: 'reason', recorded: 'bank-exhausted', recomputed: ended },
    ]);
    expect(replay({ ...common, seed: 'session-2', steps, ended }).differences.length).toBeGreaterThan(0);
  });
  it('counts an item that was lost to a fault neither in the length nor in the estimate', () => {
    const counted = steps.filter(({ scored, category }) => scored && category !== null).length;
    expect(counted).toBeGreaterThanOrEqual(policy.minimumItems);
    expect(steps.filter(({ scored }) => scored)).toHaveLength(counted + 1);
  });
});

describe('a recorded run', () => {
  it('keeps its items and every bit of its estimates; if this changes, so must engineVersion', () => {
    const { theta, standardError } = reportedAbility(bank, steps) ?? {};
    expect({
      engineVersion,
      items: steps.map(({ item }) => item),
      interim: steps.at(-1)?.theta,
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
