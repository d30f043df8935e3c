import { IrtError, requireFinite } from '../errors.ts';
import { exp, log } from '../numeric/elementary.ts';

/** One rater's ratings of one performance. */
export interface RatedHearing {
  /** What was performed; hearings of one task share how well it suited the person. */
  readonly task: string;
  /** One for each criterion that was rated; `steps` has the rater's severity and the task's difficulty in it. */
  readonly ratings: readonly { readonly category: number; readonly steps: readonly number[] }[];
}

/** Standard deviations, logits: person × task, person × rater, and what a rater's ratings of a performance share. */
export interface SharedEffects {
  readonly task: number;
  readonly rater: number;
  readonly halo: number;
}

/** What ratings say about an ability where nothing is assumed of the population. */
export interface RatedLikelihood {
  /** Logits, equally spaced. */
  readonly points: Float64Array;
  /** Likelihood at each point as a share of their sum. */
  readonly share: Float64Array;
}

/** A person whose ratings lie all in the last category is about here, whatever the steps. */
const lowest = -7;
const step = 0.1;
const count = 141;

function normalKernel(sd: number): Float64Array {
  const width = Math.ceil((5 * sd) / step);
  const weights = Float64Array.from({ length: 2 * width + 1 }, (_, n) =>
    sd === 0 ? 1 : exp(-0.5 * ((n - width) * (step / sd)) ** 2),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** The mean over the effect; the kernel's width is lost at both ends. */
function averaged(values: Float64Array, kernel: Float64Array): Float64Array {
  const out = new Float64Array(values.length - kernel.length + 1);
  for (let n = 0; n < out.length; n += 1) {
    let sum = 0;
    for (let k = 0; k < kernel.length; k += 1) sum += kernel[k] * values[n + k];
    out[n] = sum;
  }
  return out;
}

/**
 * Probability of a hearing's ratings where e^η is `odds`, before any effect. Partial credit as a ratio of polynomials
 * in e^η, P(x) = e^xη w_x / Σ_k e^kη w_k with w_k = exp(−Σ_{j≤k} step_j): one exponential a point does for all
 * categories.
 */
function givenEffects({ ratings }: RatedHearing, odds: Float64Array): Float64Array {
  const out = new Float64Array(odds.length).fill(1);
  for (const { category, steps } of ratings) {
    let sum = 0;
    const weights = Float64Array.of(1, ...steps.map((one) => exp(-(sum += one))));
    for (let n = 0; n < odds.length; n += 1) {
      let [total, power, own] = [0, 1, 0];
      for (let k = 0; k < weights.length; k += 1) {
        const term = power * weights[k];
        total += term;
        if (k === category) own = term;
        power *= odds[n];
      }
      out[n] *= own / total;
    }
  }
  return out;
}

function requireHearings(hearings: readonly RatedHearing[], effects: SharedEffects): void {
  for (const [name, sd] of Object.entries(effects)) {
    requireFinite(`effects.${name}`, sd);
    if (sd < 0 || sd > 3) throw new IrtError('out-of-range', `effects.${name}`, sd, 'must be from 0 to 3 logits');
  }
  hearings.forEach(({ ratings }, h) => {
    ratings.forEach(({ category, steps }, r) => {
      for (const at of steps) {
        requireFinite(`hearings[${h}].ratings[${r}].steps`, at);
        if (Math.abs(at) > 40) throw new IrtError('out-of-range', `hearings[${h}].ratings[${r}]`, at, 'is beyond ±40');
      }
      if (!Number.isInteger(category) || category < 0 || category > steps.length)
        throw new IrtError('not-a-category', `hearings[${h}].ratings[${r}]`, category, `must be 0…${steps.length}`);
    });
  });
}

/**
 * How likely ratings are at each ability, with what they share integrated out. Ratings of one performance go together
 * beyond ability: whoever likes a recording rates each criterion of it higher, and a person meets one task better than
 * another. Taken as independent they make an ability look better known than it is. With partial credit (Masters, 1982,
 * doi:10.1007/BF02296272) and normal effects u of the task, e of the hearing,
 *
 *     L(θ) = Π_task ∫ φ(u) Π_hearing [ ∫ φ(e) Π_criterion P(x | θ + u + e) de ] du,  Var e = rater² + halo²,
 *
 * on 141 points of [−7, 7]. A rater who hears two tasks of one person is taken for two raters. Throws IrtError for a
 * category that its steps do not have, and for an effect below 0 or beyond 3 logits.
 *
 * @example
 * ```ts
 * import { ratedLikelihood } from 'itemresponsetheory/facets';
 *
 * const steps = [-2, -1, 0, 1, 2];
 * const heard = (task: string) => ({ task, ratings: [3, 4, 3].map((category) => ({ category, steps })) });
 * const above = (effects: { task: number; rater: number; halo: number }) => {
 *   const { points, share } = ratedLikelihood([heard('story'), heard('talk')], effects);
 *   return points.reduce((sum, theta, n) => (theta > 0 ? sum + share[n] : sum), 0).toFixed(2);
 * };
 * console.log(above({ task: 0, rater: 0, halo: 0 })); // → 0.98
 * console.log(above({ task: 0.5, rater: 0.25, halo: 0.4 })); // → 0.90
 * ```
 */
export function ratedLikelihood(hearings: readonly RatedHearing[], effects: SharedEffects): RatedLikelihood {
  requireHearings(hearings, effects);
  const ofTask = normalKernel(effects.task);
  const ofHearing = normalKernel(Math.sqrt(effects.rater ** 2 + effects.halo ** 2));
  const beyond = (ofTask.length + ofHearing.length - 2) / 2;
  const odds = Float64Array.from({ length: count + 2 * beyond }, (_, n) => exp(lowest + (n - beyond) * step));
  const logs = new Float64Array(count);
  for (const task of new Set(hearings.map((hearing) => hearing.task))) {
    const together = new Float64Array(count + ofTask.length - 1).fill(1);
    for (const hearing of hearings.filter((one) => one.task === task)) {
      const heard = averaged(givenEffects(hearing, odds), ofHearing);
      for (let n = 0; n < together.length; n += 1) together[n] *= heard[n];
    }
    const given = averaged(together, ofTask);
    for (let n = 0; n < count; n += 1) logs[n] += log(given[n]);
  }
  const largest = logs.reduce((most, value) => Math.max(most, value), -Infinity);
  const likelihood = logs.map((value) => exp(value - largest));
  const sum = likelihood.reduce((total, value) => total + value, 0);
  return {
    points: Float64Array.from({ length: count }, (_, n) => lowest + n * step),
    share: likelihood.map((value) => value / sum),
  };
}
