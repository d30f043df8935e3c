import { describe, expect, it } from 'vitest';
import { createItemParameters } from '../parameters/item-parameters.ts';
import { checkPanel, type Panel } from './panel.ts';
import { crossings, routeByCuts, routeByInformation, shareCuts } from './route.ts';

/** 1–3: a module around 0, then around −1.5, 0 and 1.5. */
const bank = createItemParameters(
  Array.from({ length: 40 }, (_, n) => ({
    model: 'logistic',
    id: `i${n}`,
    slope: 1.2,
    difficulty: [0, -1.5, 0, 1.5][Math.floor(n / 10)] ?? 0,
  })),
);
const panel: Panel = {
  modules: [0, 1, 2, 3].map((m) => Array.from({ length: 10 }, (_, n) => m * 10 + n)),
  stages: [[0], [1, 2, 3]],
};

describe('a multistage panel', () => {
  it('routes to the module that tells most, and the crossings say where', () => {
    checkPanel(bank, panel);
    expect([-2, -0.8, 0, 0.8, 2].map((theta) => routeByInformation(bank, panel, 1, theta))).toEqual([1, 1, 2, 3, 3]);
    expect(crossings(bank, panel, 1)).toEqual([expect.closeTo(-0.75, 8), expect.closeTo(0.75, 8)]);
    expect([-2, -0.8, 0, 0.8, 2].map((theta) => routeByCuts(panel, 1, theta, [-0.75, 0.75]))).toEqual([1, 1, 2, 3, 3]);
  });
  it('routes by number correct', () =>
    expect([2, 4, 7].map((score) => routeByCuts(panel, 1, score, [4, 7]))).toEqual([1, 2, 3]));
  it('cuts the population into shares', () =>
    expect(shareCuts([0.25, 0.5, 0.25], { mean: 0.3, sd: 2 })).toEqual([
      expect.closeTo(0.3 - 2 * 0.6744897501960817, 9),
      expect.closeTo(0.3 + 2 * 0.6744897501960817, 9),
    ]));
  it.each<[Panel, RegExp]>([
    [
      {
        ...panel,
        stages: [
          [0, 1],
          [2, 3],
        ],
      },
      /exactly one/,
    ],
    [{ ...panel, stages: [[0], [1, 1]] }, /twice/],
    [{ ...panel, stages: [[0], [9]] }, /module with items/],
    [
      {
        modules: [
          [0, 1],
          [1, 2],
        ],
        stages: [[0], [1]],
      },
      /two stages/,
    ],
  ])('refuses a panel that cannot be given (%#)', (wrong, message) =>
    expect(() => checkPanel(bank, wrong)).toThrow(message),
  );
});
