import { describe, expect, it } from 'vitest';
import { appraise } from './judge.ts';

describe('the light of an item', () => {
  const good = {
    responses: 500,
    estimate: { slope: 1, difficulty: 0.2, difficultyStandardError: 0.1 },
    fit: { infit: 1, outfit: 1, rmsd: 0.02 },
    old: { slope: 1, difficulty: 0, origin: 'calibrated' as const },
  };
  const estimate = (change: object) => ({ estimate: { ...good.estimate, ...change } });
  const fit = (change: object) => ({ fit: { ...good.fit, ...change } });
  it.each([
    ['keep', [], {}],
    ['look', ['few'], { responses: 99 }],
    ['look', ['imprecise'], estimate({ difficultyStandardError: 0.31 })],
    ['look', ['misfit'], fit({ infit: 1.4 })],
    ['look', ['misfit'], fit({ rmsd: 0.11 })],
    ['look', ['slope'], estimate({ slope: 0.4 })],
    ['look', ['extreme', 'moved'], estimate({ difficulty: 4.5 })],
    ['keep', [], { ...estimate({ difficulty: 0.9 }), old: { ...good.old, origin: 'expert-guess' as const } }],
    ['drop', ['no-discrimination'], estimate({ slope: 0.1 })],
    ['drop', ['no-discrimination', 'gross-misfit'], { ...estimate({ slope: -0.4 }), ...fit({ outfit: 3 }) }],
    ['drop', ['no-standard-error'], { estimate: { slope: 1, difficulty: 0 } }],
    ['drop', ['gross-misfit'], { fit: undefined }],
  ])('%s: %j', (light, reasons, change) => expect(appraise({ ...good, ...change })).toEqual({ light, reasons }));
});
