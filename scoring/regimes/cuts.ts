/** The cuts that a test is drawn and simulated with: those of the regime in force. */
import { regimeAt } from './regime.ts';
import { type LevelCut, cutsOf } from './reporting-scale.ts';

/** Of the listening part on a day (YYYY-MM-DD), ascending; none where answers are counted. Throws NoRegime. */
export function listeningCuts(family: string, date: string): LevelCut[] {
  const regime = regimeAt(family, date);
  return regime.kind === 'oral' ? cutsOf(regime, 'listening') : [];
}
