/** Symmetric positive definite matrices, row-major n × n, by Cholesky; all inner loops run along rows. */

/**
 * L with A = L·Lᵀ in the lower triangle; undefined when A is not positive definite. Only A's lower triangle is read.
 */
export function factor(matrix: Float64Array, n: number): Float64Array | undefined {
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      let sum = matrix[i * n + j];
      for (let k = 0; k < j; k += 1) sum -= lower[i * n + k] * lower[j * n + k];
      if (i !== j) {
        lower[i * n + j] = sum / lower[j * n + j];
        continue;
      }
      if (!(sum > 0)) return undefined;
      lower[i * n + i] = Math.sqrt(sum);
    }
  }
  return lower;
}

/** L⁻¹, row by row: row i is (eᵢ − Σ_{k<i} L_ik·row k)/L_ii. */
function invertLower(lower: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    for (let k = 0; k < i; k += 1) {
      const l = lower[i * n + k];
      if (l !== 0) for (let c = 0; c <= k; c += 1) inverse[i * n + c] -= l * inverse[k * n + c];
    }
    inverse[i * n + i] = 1;
    const diagonal = lower[i * n + i];
    for (let c = 0; c <= i; c += 1) inverse[i * n + c] /= diagonal;
  }
  return inverse;
}

/** A⁻¹ = L⁻ᵀ·L⁻¹; undefined when A is not positive definite. */
export function invertSymmetric(matrix: Float64Array, n: number): Float64Array | undefined {
  const lower = factor(matrix, n);
  if (lower === undefined) return undefined;
  const half = invertLower(lower, n);
  const inverse = new Float64Array(n * n);
  for (let k = 0; k < n; k += 1) {
    for (let i = 0; i <= k; i += 1) {
      const value = half[k * n + i];
      for (let j = 0; j <= i; j += 1) inverse[i * n + j] += value * half[k * n + j];
    }
  }
  for (let i = 0; i < n; i += 1) for (let j = 0; j < i; j += 1) inverse[j * n + i] = inverse[i * n + j];
  return inverse;
}

/**
 * L⁻¹·column for each column, by forward substitution: x′A⁻¹y is the product of theirs, at a third of the work of the
 * inverse. Undefined when A is not positive definite.
 */
export function whiten(matrix: Float64Array, n: number, columns: readonly Float64Array[]): Float64Array[] | undefined {
  const lower = factor(matrix, n);
  return lower === undefined
    ? undefined
    : columns.map((column) => {
        const out = new Float64Array(n);
        for (let i = 0; i < n; i += 1) {
          let sum = column[i];
          for (let k = 0; k < i; k += 1) sum -= lower[i * n + k] * out[k];
          out[i] = sum / lower[i * n + i];
        }
        return out;
      });
}
