/**
 * How probable it is that a candidate is truly at the required level: that the regime's rule, its rounding, floor and
 * limits included, holds of the true abilities. No population is assumed, so that nobody is judged by the others.
 */
import { normalDistribution } from 'itemresponsetheory';
import type { RatedLikelihood } from 'itemresponsetheory/facets';
import { type Measured, type OralPart, UnusableScore, segmentWhere, toScale } from './decide.ts';
import type { OralRegime } from './regime.ts';

/** The ability that rounds to `scale` and no less, logits: the inverse of `toScale`. */
function abilityFrom({ levels }: OralRegime, part: OralPart, scale: number): number {
  const at = scale - 0.5;
  const { lower, upper } = segmentWhere(levels, (level) => at < level.scale);
  return lower[part] + ((at - lower.scale) * (upper[part] - lower[part])) / (upper.scale - lower.scale);
}

/** Points of listening that the rule asks for beside this speaking; infinite where none would do. */
function listeningFor(regime: OralRegime, speaking: number): number {
  const { weights, levels, required, floorBelowLevel } = regime;
  const need = levels.find(({ name }) => name === required)?.scale;
  if (need === undefined) throw new RangeError('the required level is one of the levels');
  if (speaking < need - floorBelowLevel) return Infinity;
  const divisor = weights.listening + weights.speaking;
  const least = Math.ceil((need * divisor - weights.speaking * speaking) / weights.listening);
  return Math.max(least, need - floorBelowLevel);
}

/** `listening` is taken as normal. Throws UnusableScore when θ or its SE is no number. */
export function probabilityOfRequired(
  regime: OralRegime,
  { listening, speaking }: { readonly listening: Measured; readonly speaking: RatedLikelihood },
): number {
  const { theta, standardError } = listening;
  if (!Number.isFinite(theta) || !(standardError > 0))
    throw new UnusableScore('listening', `θ ${theta}, SE ${standardError}`, 'must be a number with its standard error');
  const { lowest, highest } = regime.limits;
  return speaking.points.reduce((sum, point, n) => {
    const need = listeningFor(regime, toScale(regime, 'speaking', { theta: point, standardError: 0 }).scale);
    const share = speaking.share[n] ?? NaN;
    if (need > highest) return sum;
    if (need <= lowest) return sum + share;
    return sum + share * normalDistribution((theta - abilityFrom(regime, 'listening', need)) / standardError);
  }, 0);
}
