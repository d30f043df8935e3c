/** Affine functions of the free parameters: what a measure, a step or a ln slope is. */

/** constant + Σ coefficient·x[index]. */
export interface Affine {
  readonly constant: number;
  readonly index: readonly number[];
  readonly coefficient: readonly number[];
}
export const valueOf = ({ constant, index, coefficient }: Affine, x: Float64Array): number => {
  let sum = constant;
  for (let n = 0; n < index.length; n += 1) sum += coefficient[n] * x[index[n]];
  return sum;
};

export function sumOf(rows: readonly Affine[]): Affine {
  const total = new Map<number, number>();
  for (const { index, coefficient } of rows)
    index.forEach((at, n) => {
      total.set(at, (total.get(at) ?? 0) + coefficient[n]);
    });
  const kept = [...total].filter(([, value]) => value !== 0);
  return {
    constant: rows.reduce((sum, { constant }) => sum + constant, 0),
    index: kept.map(([at]) => at),
    coefficient: kept.map(([, value]) => value),
  };
}

export const times = ({ constant, index, coefficient }: Affine, by: number): Affine => ({
  constant: by * constant,
  index,
  coefficient: coefficient.map((c) => by * c),
});
