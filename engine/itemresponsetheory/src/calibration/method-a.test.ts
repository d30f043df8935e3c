import { describe, expect, it } from 'vitest';
import { createRng } from '../numeric/rng.ts';
import { createItemParameters, type ItemSpec } from '../parameters/item-parameters.ts';
import { drawCategory } from '../simulation/generate.ts';
import { calibrateAtAbilities } from './method-a.ts';

const items: ItemSpec[] = [
  { model: 'logistic', id: 'a', slope: 1.4, difficulty: 0.5 },
  { model: 'logistic', id: 'b', slope: 1.2, difficulty: -0.3, lower: 0.2 },
  { model: 'graded-response', id: 'c', slope: 1.3, steps: [-1, 0.2, 1.1] },
  { model: 'generalized-partial-credit', id: 'd', slope: 0.9, steps: [-0.6, 0.4] },
];
const bank = createItemParameters(items);
const models = ['2pl', '3pl', 'grm', 'gpcm'] as const;
const random = createRng('method A');
const theta = Array.from({ length: 3000 }, () => random.normal());
const answers = items.map((_, item) => theta.map((ability) => drawCategory(bank, item, ability, random)));
const numbers = (item: ItemSpec): number[] =>
  item.model === 'nominal' ? [] : [item.slope ?? 1, ...(item.model === 'logistic' ? [item.difficulty] : item.steps)];

describe('Method A', () => {
  it('finds the items at abilities that are known, as far off as its errors say', () => {
    items.forEach((item, n) => {
      const fit = calibrateAtAbilities(theta, answers[n] ?? [], {
        model: models[n] ?? '2pl',
        id: item.id,
        priors: { lower: { kind: 'logitNormal', mean: -1.4, sd: 0.3 } },
      });
      expect(fit.converged).toBe(true);
      numbers(fit.item).forEach((value, k) => {
        expect(Math.abs(value - (numbers(item)[k] ?? NaN)) / (fit.standardErrors[k] ?? NaN)).toBeLessThan(4);
      });
    });
  });

  it('flattens slopes where the abilities have errors, which is why it is a first look only', () => {
    const noisy = theta.map((ability) => ability + 0.5 * random.normal());
    const [known, estimated] = [theta, noisy].map(
      (abilities) => calibrateAtAbilities(abilities, answers[0] ?? [], { model: '2pl' }).item,
    );
    expect(numbers(estimated ?? items[0] ?? { model: 'logistic', id: '', difficulty: 0 })[0]).toBeLessThan(
      0.9 * (numbers(known ?? { model: 'logistic', id: '', difficulty: 0 })[0] ?? 0),
    );
  });

  it('refuses what cannot be estimated', () => {
    expect(() => calibrateAtAbilities([0, 1], [1, 1], { model: '2pl', id: 'q7' })).toThrow(/q7/);
    expect(() => calibrateAtAbilities([0], [1, 0], { model: '2pl' })).toThrow(/theta/);
    expect(() => calibrateAtAbilities([NaN, 1], [1, 0], { model: '2pl' })).toThrow(/theta\[0\]/);
  });
});
