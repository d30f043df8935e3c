/**
 * Elementary symmetric functions of items with weights ε_k (ε_0 = 1): γ_r is the sum over all ways to score r of the
 * product of the weights. Summation recursion only (Andersen 1972; Gustafsson 1980): every term is positive, nothing
 * cancels. Weights of a long test pass 2^1023: each partial product is scaled by a power of two when it passes 2^500,
 * which costs no bit; the same factors serve forwards and backwards.
 */
import { log } from '../numeric/elementary.ts';

const largest = 2 ** 500;
const shrink = 2 ** -500;

/** out = from · Σ_k weights_k t^k · factor, as polynomials in t. */
function multiply(from: Float64Array, weights: Float64Array, factor: number, out: Float64Array): void {
  out.fill(0);
  for (let k = 0; k < weights.length; k += 1) {
    const weight = weights[k] * factor;
    for (let r = k; r < out.length; r += 1) out[r] += weight * from[r - k];
  }
}

/** Products of the first 0..J items; factor[j] was applied with item j. */
interface Products {
  readonly partial: readonly Float64Array[];
  readonly factor: Float64Array;
  readonly exponent: number;
}

function products(weights: readonly Float64Array[]): Products {
  const scores = weights.reduce((sum, { length }) => sum + length - 1, 1);
  const first = new Float64Array(scores);
  first[0] = 1;
  const partial = [first];
  const factor = new Float64Array(weights.length).fill(1);
  let exponent = 0;
  weights.forEach((own, j) => {
    const next = new Float64Array(scores);
    multiply(partial[j], own, 1, next);
    if (next.some((value) => value > largest)) {
      factor[j] = shrink;
      exponent += 500;
      next.forEach((value, r) => {
        next[r] = value * shrink;
      });
    }
    partial.push(next);
  });
  return { partial, factor, exponent };
}

const logOfTwo = log(2);

/** ln γ_r for r = 0..the highest score. */
export function logSymmetricFunctions(weights: readonly Float64Array[]): Float64Array {
  const { partial, exponent } = products(weights);
  return (partial.at(-1) ?? new Float64Array(0)).map((value) => log(value) + exponent * logOfTwo);
}

export interface ConditionalMoments {
  /** Σ_r n_r ln γ_r. */
  readonly logNormaliser: number;
  /**
   * Expected number of persons in category k ≥ 1 of each item given their scores; items in order, categories 1.. in
   * order.
   */
  readonly expected: Float64Array;
  /** Covariance of those counts: the exact information on ln ε; row-major. */
  readonly information: Float64Array;
}

/** Σ_s here(s)·above(s + shift). */
function shiftedProduct(here: Float64Array, above: Float64Array, shift: number): number {
  let sum = 0;
  for (let s = shift; s < above.length; s += 1) sum += here[s - shift] * above[s];
  return sum;
}

/**
 * Backwards: member j weighs each score of the first j items by the persons it leads to, Σ_r n_r/γ_r·(ways from there
 * to r).
 */
function futures(
  weights: readonly Float64Array[],
  { partial, factor }: Products,
  persons: ArrayLike<number>,
): readonly Float64Array[] {
  let next = (partial.at(-1) ?? new Float64Array(0)).map((gamma, r) => {
    const n = persons[r];
    return n > 0 ? n / gamma : 0;
  });
  const all = [next];
  for (let j = weights.length - 1; j > 0; j -= 1) {
    const own = weights[j];
    const here = Float64Array.from(next, (_, s) => {
      let sum = 0;
      for (let k = 0; k < own.length && s + k < next.length; k += 1) sum += own[k] * next[s + k];
      return sum * factor[j];
    });
    all.unshift(here);
    next = here;
  }
  return [new Float64Array(0), ...all];
}

/**
 * Moments of the category counts of `persons[r]` persons with score r. Joint probabilities of two items: the product
 * with one item held to a category is carried through the items after it, and met there by the backward weights:
 * O(J²·K²·R) for all pairs.
 */
export function conditionalMoments(weights: readonly Float64Array[], persons: ArrayLike<number>): ConditionalMoments {
  const forward = products(weights);
  const { partial, factor, exponent } = forward;
  const backward = futures(weights, forward, persons);
  const gamma = partial.at(-1) ?? new Float64Array(0);
  const start = weights.map(() => 0);
  weights.forEach(({ length }, j) => {
    if (j + 1 < start.length) start[j + 1] = start[j] + length - 1;
  });
  const size = gamma.length - 1;
  const joint = new Float64Array(size * size);
  const given: Float64Array[] = [];
  let held = new Float64Array(gamma.length);
  let after = new Float64Array(gamma.length);
  weights.forEach((own, i) => {
    for (let k = 1; k < own.length; k += 1) {
      const row = (start[i] + k - 1) * size;
      held.fill(0);
      for (let r = k; r < held.length; r += 1) held[r] = partial[i][r - k] * own[k] * factor[i];
      for (let j = i + 1; j < weights.length; j += 1) {
        const [other, above] = [weights[j], backward[j + 1]];
        if (other === undefined || above === undefined) continue;
        for (let l = 1; l < other.length; l += 1)
          joint[row + start[j] + l - 1] = factor[j] * other[l] * shiftedProduct(held, above, l);
        multiply(held, other, factor[j], after);
        [held, after] = [after, held];
      }
      given.push(held.map((value, r) => (persons[r] > 0 ? value / gamma[r] : 0)));
    }
  });
  let logNormaliser = 0;
  gamma.forEach((value, r) => {
    const n = persons[r];
    if (n > 0) logNormaliser += n * (log(value) + exponent * logOfTwo);
  });
  return { logNormaliser, ...covarianceOf(joint, given, persons) };
}

/** Within each score Cov = P(both) − P(one)·P(other), summed over the scores. */
function covarianceOf(
  information: Float64Array,
  given: readonly Float64Array[],
  persons: ArrayLike<number>,
): { expected: Float64Array; information: Float64Array } {
  const size = given.length;
  const weighted = given.map((own) => own.map((p, r) => p * persons[r]));
  const expected = Float64Array.from(weighted, (own) => own.reduce((sum, value) => sum + value, 0));
  for (let c = 0; c < size; c += 1) {
    information[c * size + c] = expected[c];
    const own = weighted[c];
    for (let d = c; d < size; d += 1) {
      const value = information[c * size + d] - shiftedProduct(own, given[d], 0);
      information[c * size + d] = value;
      information[d * size + c] = value;
    }
  }
  return { expected, information };
}
