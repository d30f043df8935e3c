import { expect, it } from 'vitest';
import { listeningCuts } from './cuts.ts';
import { NoRegime, regimeAt } from './regime.ts';

it('has the cuts of the regime in force, in logits; none where answers are counted', () => {
  const regime = regimeAt('nt2-oral', '2026-11-27');
  expect(listeningCuts('nt2-oral', '2026-11-27')).toEqual(
    regime.kind === 'oral' ? regime.levels.map(({ name, listening }) => ({ name, theta: listening })) : undefined,
  );
  expect(listeningCuts('mo', '2026-11-27')).toEqual([]);
  expect(() => listeningCuts('nt2-oral', '2001-01-01')).toThrow(NoRegime);
});
