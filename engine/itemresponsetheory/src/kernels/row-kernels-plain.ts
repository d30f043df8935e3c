/**
 * The reference of row-kernels.wat in TypeScript: the same operations in the same order, on the same memory, for hosts
 * without WebAssembly.
 */
import type { RowKernels } from './row-kernels.ts';

const log2e = 1.4426950408889634;
const ln2High = 0.6931471803691238;
const ln2Low = 1.9082149292705877e-10;

/** 1/15!, 1/13! … 1/3!; 1/14!, 1/12! … 1/2!; and 2^k at k + 63. */
const oddCoefficients = Float64Array.of(
  7.647163731819816e-13,
  1.6059043836821613e-10,
  2.505210838544172e-8,
  0.0000027557319223985893,
  0.0001984126984126984,
  0.008333333333333333,
  0.16666666666666666,
);
const evenCoefficients = Float64Array.of(
  1.1470745597729725e-11,
  2.08767569878681e-9,
  2.755731922398589e-7,
  0.0000248015873015873,
  0.001388888888888889,
  0.041666666666666664,
  0.5,
);
const powers = Float64Array.from({ length: 64 }, (_, n) => 2 ** (n - 63));

/** e^x for −43 ≤ x ≤ 0 (as in numeric/elementary, without its edges). */
function expBelow(x: number): number {
  const k = Math.floor(x * log2e + 0.5);
  const high = x - k * ln2High;
  const low = k * ln2Low;
  const r = high - low;
  const square = r * r;
  let [odd, sum] = [oddCoefficients[0], evenCoefficients[0]];
  for (let n = 1; n < oddCoefficients.length; n += 1) {
    odd = odd * square + oddCoefficients[n];
    sum = sum * square + evenCoefficients[n];
  }
  sum += odd * r;
  return (1 + (r + (high - r - low + square * sum))) * powers[k + 63];
}

/** out + ((a + b) + (c + d)), four rows at a time, then one by one. */
const addRows =
  (all: Float64Array, addresses: Uint32Array): RowKernels['addRows'] =>
  (list, count, out, length) => {
    const addressAt = (n: number): number => addresses[(list >>> 2) + n] >>> 3;
    const [o, points] = [out >>> 3, length >>> 3];
    let n = 0;
    for (; n + 3 < count; n += 4) {
      const [a, b, c, d] = [addressAt(n), addressAt(n + 1), addressAt(n + 2), addressAt(n + 3)];
      for (let q = 0; q < points; q += 1) all[o + q] += all[a + q] + all[b + q] + (all[c + q] + all[d + q]);
    }
    for (; n < count; n += 1) {
      const a = addressAt(n);
      for (let q = 0; q < points; q += 1) all[o + q] += all[a + q];
    }
  };

const softmax =
  (all: Float64Array): RowKernels['softmax'] =>
  (row, length) => {
    const [start, end] = [row >>> 3, (row + length) >>> 3];
    let most = -Infinity;
    for (let q = start; q < end; q += 1) {
      const value = all[q];
      if (value > most) most = value;
    }
    all[end] = most;
    let [even, odd] = [0, 0];
    for (let q = start; q < end; q += 2) {
      const [x, y] = [all[q] - most, all[q + 1] - most];
      const [v, w] = [x >= -43 ? expBelow(x) : 0, y >= -43 ? expBelow(y) : 0];
      all[q] = v;
      all[q + 1] = w;
      even += v;
      odd += w;
    }
    return even + odd;
  };

const addExpectedCounts =
  (all: Float64Array): RowKernels['addExpectedCounts'] =>
  (row, from, to, factor, here, node) => {
    const [start, h, at] = [row >>> 3, here >>> 3, node >>> 3];
    let [even, odd] = [0, 0];
    for (let q = from >>> 3; q < to >>> 3; q += 2) {
      const [v, w] = [all[start + q] * factor, all[start + q + 1] * factor];
      all[start + q] = v;
      all[start + q + 1] = w;
      all[h + q] += v;
      all[h + q + 1] += w;
      even += v * all[at + q];
      odd += w * all[at + q + 1];
    }
    return even + odd;
  };

const addToRows =
  (all: Float64Array, addresses: Uint32Array): RowKernels['addToRows'] =>
  (list, count, shift, row, from, to) => {
    for (let n = 0; n < count; n += 1) {
      const target = (addresses[(list >>> 2) + n] + shift) >>> 3;
      for (let q = from >>> 3; q < to >>> 3; q += 1) all[target + q] += all[(row >>> 3) + q];
    }
  };

export function plainKernels(memory: ArrayBuffer): RowKernels {
  const all = new Float64Array(memory);
  const addresses = new Uint32Array(memory);
  return {
    addRows: addRows(all, addresses),
    softmax: softmax(all),
    addExpectedCounts: addExpectedCounts(all),
    addToRows: addToRows(all, addresses),
  };
}
