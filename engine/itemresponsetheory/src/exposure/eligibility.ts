/**
 * Item eligibility (van der Linden & Veldkamp 2004, 2007): before a test, chance decides which items it may use, so
 * that none is used too often.
 */
import { IrtError } from '../errors.ts';
import { exp, log } from '../numeric/elementary.ts';
import type { Rng } from '../numeric/rng.ts';

/** Counts of one θ-segment; faded, so not whole. */
export interface EligibilityRecord {
  /** Persons, and persons whose test was feasible with the ineligible items left out. */
  readonly persons: number;
  readonly feasible: number;
  /** For each item: persons who got it, and persons for whom it was eligible (or the test infeasible). */
  readonly given: Float64Array;
  readonly eligible: Float64Array;
}

/**
 * Counts before anybody was tested.
 *
 * @example
 * ```ts
 * import { createEligibility, createRng, drawEligible } from 'itemresponsetheory';
 *
 * const record = createEligibility(3);
 * console.log(drawEligible(record, 0.25, createRng('session 1')).length); // → 3
 * ```
 */
export const createEligibility = (items: number): EligibilityRecord => ({
  persons: 0,
  feasible: 0,
  given: new Float64Array(items),
  eligible: new Float64Array(items),
});

/**
 * P(eligible) = min{1, 1 − n/φ + r/p·ρ/φ}, p = α/n the rate so far; 1 for an item that was never given. Where p exceeds
 * r, (r/p)^acceleration brings it down faster than the plain 1 (van der Linden & Choi 2018).
 *
 * @example
 * ```ts
 * import { createEligibility, eligibilityProbability, recordEligibility } from 'itemresponsetheory';
 *
 * const session = { given: [0], eligible: Uint8Array.of(1, 1, 1), isFeasible: true };
 * const record = recordEligibility(createEligibility(3), session);
 * console.log(eligibilityProbability(record, 0, 0.25)); // → 0.25
 * ```
 */
export function eligibilityProbability(
  { persons, feasible, given, eligible }: EligibilityRecord,
  item: number,
  maximum: number,
  acceleration = 1,
): number {
  if (!(maximum > 0 && maximum <= 1))
    throw new IrtError('rate-out-of-range', 'maximum', maximum, 'must be above 0 and at most 1');
  const count = given[item];
  if (count === 0 || feasible === 0) return 1;
  const ratio = maximum / (count / persons);
  const pull = ratio < 1 && acceleration !== 1 ? exp(acceleration * log(ratio)) : ratio;
  return Math.max(0, Math.min(1, 1 - persons / feasible + (pull * eligible[item]) / feasible));
}

/**
 * 1 = eligible; one draw an item, before the test begins.
 *
 * @example
 * ```ts
 * import { createEligibility, createRng, drawEligible } from 'itemresponsetheory';
 *
 * const record = createEligibility(3);
 * console.log(drawEligible(record, 0.25, createRng('session 1')).length); // → 3
 * ```
 */
export function drawEligible(record: EligibilityRecord, maximum: number, random: Rng, acceleration = 1): Uint8Array {
  return Uint8Array.from(record.given, (_, item) =>
    random.fork('eligible', item).uniform() < eligibilityProbability(record, item, maximum, acceleration) ? 1 : 0,
  );
}

/**
 * After a test: a new record. `fading` below 1 (e.g. 0.999) lets old persons count for less.
 *
 * @example
 * ```ts
 * import { createEligibility, recordEligibility } from 'itemresponsetheory';
 *
 * const session = { given: [0], eligible: Uint8Array.of(1, 1, 1), isFeasible: true };
 * const record = recordEligibility(createEligibility(3), session);
 * console.log(record.persons, record.given.join()); // → 1 1,0,0
 * ```
 */
export function recordEligibility(
  record: EligibilityRecord,
  session: { readonly given: ArrayLike<number>; readonly eligible: Uint8Array; readonly isFeasible: boolean },
  fading = 1,
): EligibilityRecord {
  const given = record.given.map((count) => count * fading);
  for (let n = 0; n < session.given.length; n += 1) {
    const item = session.given[n];
    given[item] += 1;
  }
  const eligible = record.eligible.map(
    (count, item) => count * fading + (session.isFeasible ? session.eligible[item] : 1),
  );
  return {
    persons: record.persons * fading + 1,
    feasible: record.feasible * fading + (session.isFeasible ? 1 : 0),
    given,
    eligible,
  };
}
