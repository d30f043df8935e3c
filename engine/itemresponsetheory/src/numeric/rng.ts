/**
 * Seeded random numbers: xoshiro128** (Blackman & Vigna 2018) over 32-bit integers, seeded by splitting a key with a
 * 32-bit mixer. `fork(key…)` gives an independent stream that depends only on the seed and the key, never on how much
 * was drawn before.
 */
import { log } from './elementary.ts';

export interface Rng {
  /** In [0, 1), 53 bits. */
  uniform(): number;
  /** Standard normal (polar method, Marsaglia & Bray 1964). */
  normal(): number;
  /** Uniform integer 0..below−1. */
  integer(below: number): number;
  fork(...key: readonly (number | string)[]): Rng;
}

/** Mixes one 32-bit word (finaliser with full avalanche). */
function mix(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return (h ^ (h >>> 16)) >>> 0;
}

function absorb(state: number, key: number | string): number {
  if (typeof key === 'number') return mix(state ^ mix((key ^ Math.floor(key / 2 ** 32)) | 0) ^ 0x9e3779b9);
  let hash = state;
  for (let n = 0; n < key.length; n += 1) hash = mix(hash ^ (key.charCodeAt(n) + 0x85ebca6b));
  return mix(hash ^ key.length);
}

function make(path: readonly (number | string)[]): Rng {
  const state = new Uint32Array(4);
  for (let n = 0; n < 4; n += 1) state[n] = path.reduce<number>(absorb, mix(0x5851f42d + n)) | (n === 0 ? 1 : 0);
  const rotate = (x: number, k: number): number => (x << k) | (x >>> (32 - k));
  const next = (): number => {
    const [a = 0, b = 0, c = 0, d = 0] = state;
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const c1 = c ^ a;
    const d1 = d ^ b;
    state[1] = b ^ c1;
    state[0] = a ^ d1;
    state[2] = c1 ^ (b << 9);
    state[3] = rotate(d1, 11);
    return result;
  };
  const uniform = (): number => ((next() >>> 5) * 67_108_864 + (next() >>> 6)) / 9_007_199_254_740_992;
  const normal = (): number => {
    for (;;) {
      const u = 2 * uniform() - 1;
      const v = 2 * uniform() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) return u * Math.sqrt((-2 * log(s)) / s);
    }
  };
  return {
    uniform,
    normal,
    integer: (below) => Math.floor(uniform() * below),
    fork: (...key) => make([...path, ...key]),
  };
}

/**
 * 0..count − 1 by these probabilities, the last taking what they fall short of 1: the first whose cumulative
 * probability exceeds one uniform draw.
 */
export function drawFrom(probability: ArrayLike<number>, count: number, random: Pick<Rng, 'uniform'>): number {
  let left = random.uniform();
  for (let k = 0; k < count - 1; k += 1) {
    left -= probability[k];
    if (left < 0) return k;
  }
  return count - 1;
}

/**
 * The same seed gives the same numbers in every JavaScript engine.
 *
 * @example
 * ```ts
 * import { createRng } from 'itemresponsetheory';
 *
 * const random = createRng('candidate 12');
 * console.log(random.integer(6), random.fork(3).normal().toFixed(3)); // → 3 0.154
 * ```
 */
export const createRng = (seed: number | string): Rng => make([seed]);
