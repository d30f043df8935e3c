/** One line of what `meetlat doctor` tells: a text that also says what to do, and how much it matters. */
import type { CommandKey } from '../../words/commands.ts';
import type { Values } from '../../words/phrase.ts';

export interface Symptom {
  /** `look`: a person should decide; `bad`: people cannot be examined, or what is kept is in danger. */
  readonly state: 'well' | 'look' | 'bad';
  readonly says: CommandKey;
  readonly values: Values;
}

const symptom =
  (state: Symptom['state']) =>
  (says: CommandKey, values: Values = {}): Symptom => ({ state, says, values });
export const well = symptom('well');
export const look = symptom('look');
export const bad = symptom('bad');
