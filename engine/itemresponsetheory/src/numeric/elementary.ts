/**
 * exp, log, log1p and expm1 from + − × ÷ only, because Math.exp and Math.log differ between JavaScript engines in the
 * last bit. Range reduction by powers of two, then Taylor and atanh series (Cody & Waite 1980; Muller, Elementary
 * Functions, 2016). Error ≤ 1 ulp.
 */
/** ln 2 in two parts; the first has 33 significant bits, so that its product with an exponent is exact. */
const ln2High = 0.6931471803691238;
const ln2Low = 1.9082149292705877e-10;
const log2e = 1.4426950408889634;

const bits = new DataView(new ArrayBuffer(8));

/** 2^k for −1022 ≤ k ≤ 1023, exactly, at k + 1022. */
const powersOfTwo = Float64Array.from({ length: 2046 }, (_, n) => {
  bits.setUint32(0, (n + 1) << 20);
  bits.setUint32(4, 0);
  return bits.getFloat64(0);
});
const powerOfTwo = (k: number): number => powersOfTwo[k + 1022];

/** x·2^k without double rounding where the result is normal. */
function scale(x: number, k: number): number {
  if (k > 1023) return x * powerOfTwo(1023) * powerOfTwo(Math.min(k - 1023, 1023));
  if (k < -1022) return x * powerOfTwo(Math.max(k + 54, -1022)) * powerOfTwo(-54);
  return x * powerOfTwo(k);
}

/** 1/2!, 1/3!, … 1/15!: for (e^r − 1 − r)/r² on |r| ≤ 0.35; the first term left out is below 2⁻⁶⁰. */
const inverseFactorials = (() => {
  const list: number[] = [];
  let factorial = 1;
  for (let n = 2; n <= 15; n += 1) {
    factorial *= n;
    list.push(1 / factorial);
  }
  return Float64Array.from(list);
})();

/** (e^r − 1 − r), for |r| ≤ 0.35. */
function expTail(r: number): number {
  let sum = 0;
  for (let n = inverseFactorials.length - 1; n >= 0; n -= 1) sum = sum * r + inverseFactorials[n];
  return r * r * sum;
}

/**
 * e^x. Overflows to Infinity above 709.78, underflows to 0 below −745.13; NaN for NaN.
 *
 * @example
 * ```ts
 * import { exp } from 'itemresponsetheory';
 *
 * console.log(exp(1)); // → 2.7182818284590455
 * ```
 */
export function exp(x: number): number {
  if (x !== x) return x;
  if (x > 709.782712893384) return Infinity;
  if (x < -745.1332191019412) return 0;
  const k = Math.round(x * log2e);
  const high = x - k * ln2High;
  const low = k * ln2Low;
  const r = high - low;
  const lost = high - r - low;
  return scale(1 + (r + (lost + expTail(r))), k);
}

/**
 * e^x − 1, exact near 0.
 *
 * @example
 * ```ts
 * import { expm1 } from 'itemresponsetheory';
 *
 * console.log(expm1(1e-10)); // → 1.00000000005e-10
 * ```
 */
export function expm1(x: number): number {
  if (x !== x || x === 0) return x;
  if (x > 709.782712893384) return Infinity;
  if (x < -40) return -1;
  if (Math.abs(x) <= 0.35) return x + expTail(x);
  const k = Math.round(x * log2e);
  const high = x - k * ln2High;
  const low = k * ln2Low;
  const r = high - low;
  const lost = high - r - low;
  const tail = lost + expTail(r);
  if (k > 56) return scale(1 + (r + tail), k);
  // 2^k·(1 + r + tail) − 1 = (2^k − 1) + 2^k·r + 2^k·tail; the first sum with its rounding error (Knuth's two-sum).
  const power = powerOfTwo(k);
  const [base, head] = [power - 1, power * r];
  const sum = base + head;
  const part = sum - base;
  const rounding = base - (sum - part) + (head - part);
  return sum + (rounding + power * tail);
}

/**
 * 2/3, 2/5, … 2/25: log((1+s)/(1−s)) = 2s + s³·(2/3 + s²·2/5 …), |s| ≤ 0.1716; the first term left out is below 2⁻⁶³.
 */
const atanhTerms = Float64Array.from({ length: 12 }, (_, n) => 2 / (2 * n + 3));

/** log(1 + f) with low-order part, for 1 + f in [√½, √2]: log(1+f) = f − (f²/2 − s·(f²/2 + R)), s = f/(2+f). */
function logNearOne(f: number, low: number): number {
  const s = f / (2 + f);
  const z = s * s;
  let sum = 0;
  for (let n = atanhTerms.length - 1; n >= 0; n -= 1) sum = sum * z + atanhTerms[n];
  const half = 0.5 * f * f;
  return f - (half - (s * (half + z * sum) + low));
}

/** Splits a positive normal number into m·2^k, m in [√½, √2). */
function split(x: number): { m: number; k: number } {
  bits.setFloat64(0, x);
  const head = bits.getUint32(0);
  let k = (head >>> 20) - 1023;
  bits.setUint32(0, (head & 0xfffff) | 0x3ff00000);
  let m = bits.getFloat64(0);
  if (m >= 1.4142135623730951) {
    m /= 2;
    k += 1;
  }
  return { m, k };
}

/**
 * Natural logarithm; −Infinity at 0, NaN below.
 *
 * @example
 * ```ts
 * import { log } from 'itemresponsetheory';
 *
 * console.log(log(2)); // → 0.6931471805599453
 * ```
 */
export function log(x: number): number {
  if (x !== x || x < 0) return NaN;
  if (x === 0) return -Infinity;
  if (x === Infinity) return Infinity;
  const subnormal = x < 2.2250738585072014e-308;
  const { m, k: exponent } = split(subnormal ? x * 18014398509481984 : x);
  const k = subnormal ? exponent - 54 : exponent;
  return k === 0 ? logNearOne(m - 1, 0) : k * ln2High + logNearOne(m - 1, k * ln2Low);
}

/**
 * log(1 + x), exact near 0; −Infinity at −1.
 *
 * @example
 * ```ts
 * import { log1p } from 'itemresponsetheory';
 *
 * console.log(log1p(1e-10)); // → 9.999999999500001e-11
 * ```
 */
export function log1p(x: number): number {
  if (x !== x || x < -1) return NaN;
  if (x === -1) return -Infinity;
  if (x > -0.2928 && x < 0.4142) return x === 0 ? x : logNearOne(x, 0);
  if (x === Infinity) return Infinity;
  const u = 1 + x;
  const lost = x < 1 ? x - (u - 1) : 1 - (u - x);
  const { m, k } = split(u);
  return k * ln2High + logNearOne(m - 1, k * ln2Low + lost / u);
}

/**
 * 1/(1 + e^−x).
 *
 * @example
 * ```ts
 * import { sigmoid } from 'itemresponsetheory';
 *
 * console.log(sigmoid(0)); // → 0.5
 * ```
 */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + exp(-x));
  const e = exp(x);
  return e / (1 + e);
}

/**
 * log of the sigmoid, never log(0).
 *
 * @example
 * ```ts
 * import { logSigmoid } from 'itemresponsetheory';
 *
 * console.log(logSigmoid(-800)); // → -800
 * ```
 */
export const logSigmoid = (x: number): number => (x >= 0 ? -log1p(exp(-x)) : x - log1p(exp(x)));

/**
 * log Σ e^x over the first `count` members; −Infinity for none.
 *
 * @example
 * ```ts
 * import { logSumExp } from 'itemresponsetheory';
 *
 * console.log(logSumExp([1000, 1000]).toFixed(4)); // → 1000.6931
 * ```
 */
export function logSumExp(values: ArrayLike<number>, count = values.length): number {
  let maximum = -Infinity;
  for (let n = 0; n < count; n += 1) maximum = Math.max(maximum, values[n]);
  if (maximum === -Infinity) return -Infinity;
  let sum = 0;
  for (let n = 0; n < count; n += 1) sum += exp(values[n] - maximum);
  return maximum + log(sum);
}
