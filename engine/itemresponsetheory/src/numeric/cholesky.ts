/** Inverse of a symmetric positive definite matrix (row-major, n × n) by Cholesky; undefined when it is not positive definite. */
export function invertSymmetric(matrix: Float64Array, n: number): Float64Array | undefined {
  const lower = Float64Array.from(matrix);
  const at = (i: number, j: number): number => lower[i * n + j] ?? 0;
  for (let j = 0; j < n; j += 1) {
    let diagonal = at(j, j);
    for (let k = 0; k < j; k += 1) diagonal -= at(j, k) ** 2;
    if (!(diagonal > 0)) return undefined;
    const root = Math.sqrt(diagonal);
    lower[j * n + j] = root;
    for (let i = j + 1; i < n; i += 1) {
      let sum = at(i, j);
      for (let k = 0; k < j; k += 1) sum -= at(i, k) * at(j, k);
      lower[i * n + j] = sum / root;
    }
  }
  const inverse = new Float64Array(n * n);
  const column = new Float64Array(n);
  for (let c = 0; c < n; c += 1) {
    for (let i = 0; i < n; i += 1) { let sum = i === c ? 1 : 0; for (let k = 0; k < i; k += 1) sum -= at(i, k) * (column[k] ?? 0); column[i] = sum / at(i, i); }
    for (let i = n - 1; i >= 0; i -= 1) { let sum = column[i] ?? 0; for (let k = i + 1; k < n; k += 1) sum -= at(k, i) * (column[k] ?? 0); column[i] = sum / at(i, i); }
    for (let i = 0; i < n; i += 1) inverse[i * n + c] = column[i] ?? 0;
  }
  return inverse;
}
