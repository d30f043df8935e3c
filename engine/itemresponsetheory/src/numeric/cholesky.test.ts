import { describe, expect, it } from 'vitest';
import { invertSymmetric, whiten } from './cholesky.ts';
import { createRng } from './rng.ts';

describe('the inverse of a symmetric matrix', () => {
  it.each([1, 2, 7, 40])('%i × %i times its inverse is the identity', (n) => {
    const random = createRng('matrix').fork(n);
    const root = Float64Array.from({ length: n * n }, () => random.normal());
    const matrix = Float64Array.from({ length: n * n }, (_, at) => {
      const [i, j] = [Math.floor(at / n), at % n];
      let sum = i === j ? 0.1 : 0;
      for (let k = 0; k < n; k += 1) sum += (root[i * n + k] ?? 0) * (root[j * n + k] ?? 0);
      return sum;
    });
    const inverse = invertSymmetric(matrix, n);
    for (let i = 0; i < n; i += 1)
      for (let j = 0; j < n; j += 1) {
        let sum = 0;
        for (let k = 0; k < n; k += 1) sum += (matrix[i * n + k] ?? 0) * (inverse?.[k * n + j] ?? NaN);
        expect(Math.abs(sum - (i === j ? 1 : 0))).toBeLessThan(1e-8);
      }
  });
  it('products of whitened columns are products through the inverse', () => {
    const random = createRng('whiten');
    const matrix = Float64Array.from({ length: 25 }, (_, at) => (at % 6 === 0 ? 3 : 0.5));
    const [x, y] = [0, 1].map(() => Float64Array.from({ length: 5 }, () => random.normal()));
    if (x === undefined || y === undefined) return;
    const inverse = invertSymmetric(matrix, 5);
    const [a, b] = whiten(matrix, 5, [x, y]) ?? [];
    const through = x.reduce(
      (sum, value, i) => sum + value * y.reduce((s, other, j) => s + other * (inverse?.[i * 5 + j] ?? NaN), 0),
      0,
    );
    expect(a?.reduce((sum, value, n) => sum + value * (b?.[n] ?? NaN), 0)).toBeCloseTo(through, 12);
    expect(whiten(Float64Array.of(1, 2, 2, 1), 2, [])).toBeUndefined();
  });
  it('is not there when the matrix is not positive definite', () =>
    expect(invertSymmetric(Float64Array.of(1, 2, 2, 1), 2)).toBeUndefined());
});
