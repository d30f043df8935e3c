/**
 * β of SIBTEST as the peer computes it, written out: scores moved along Kelley's regression; the ends of the scale
 * stay; a score that nobody has counts as a mean of 0.
 */
interface Cells {
  readonly mean: number;
  readonly reliability: number;
  readonly count: readonly number[];
  readonly right: readonly number[];
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const varianceOf = (values: readonly number[]): number => {
  const mean = sumOf(values) / values.length;
  return sumOf(values.map((value) => (value - mean) ** 2)) / (values.length - 1);
};

function cellsOf(rows: readonly (readonly number[])[], item: number): Cells {
  const others = rows.map((row) => row.filter((_, n) => n !== item));
  const items = others[0]?.length ?? 0;
  const score = others.map(sumOf);
  const within = Array.from({ length: items }, (_, n) => varianceOf(others.map((row) => row[n] ?? NaN)));
  const [count, right] = [new Array<number>(items + 1).fill(0), new Array<number>(items + 1).fill(0)];
  score.forEach((own, person) => {
    count[own] = (count[own] ?? 0) + 1;
    right[own] = (right[own] ?? 0) + (rows[person]?.[item] ?? NaN);
  });
  const reliability = (items / (items - 1)) * (1 - sumOf(within) / varianceOf(score));
  return { mean: sumOf(score) / score.length, reliability, count, right };
}

export interface PeerBeta {
  readonly beta: number;
  /** Whether a score beside one that counts was had by nobody: there the peer's mean of 0 is no estimate. */
  readonly hasHole: boolean;
}

/** Item by its place. Scores count that more than five persons of each group have, with both answers among them. */
export function betaAsThePeer(
  rows: readonly (readonly number[])[],
  isFocal: ArrayLike<number>,
  item: number,
): PeerBeta {
  const groups = [0, 1].map((focal) =>
    cellsOf(
      rows.filter((_, n) => isFocal[n] === focal),
      item,
    ),
  );
  const scores = (groups[0]?.count ?? []).map((_, score) => score);
  const share = ({ count, right }: Cells, k: number): number =>
    count[k] === 0 ? 0 : (right[k] ?? NaN) / (count[k] ?? NaN);
  const trueScore = ({ mean, reliability }: Cells, k: number): number => mean + reliability * (k - mean);
  const used = scores.filter((k) =>
    groups.every((cells) => (cells.count[k] ?? 0) > 5 && share(cells, k) > 0 && share(cells, k) < 1),
  );
  let hasHole = false;
  const moved = (cells: Cells, k: number): number => {
    if (k === 0 || k === scores.length - 1) return share(cells, k);
    if (cells.count[k - 1] === 0 || cells.count[k + 1] === 0) hasHole = true;
    const common = sumOf(groups.map((one) => trueScore(one, k))) / 2;
    const slope = (share(cells, k + 1) - share(cells, k - 1)) / (2 * cells.reliability);
    return share(cells, k) + slope * (common - trueScore(cells, k));
  };
  const persons = (k: number): number => sumOf(groups.map(({ count }) => count[k] ?? NaN));
  const total = sumOf(used.map(persons));
  const beta = sumOf(
    used.map((k) => {
      const [reference, focal] = groups.map((cells) => moved(cells, k));
      return (persons(k) / total) * ((reference ?? NaN) - (focal ?? NaN));
    }),
  );
  return { beta, hasHole };
}
