/** Sparse cells of a table of sum scores by categories are merged until every expected count is large enough. */

/**
 * A row of the table: persons with one sum score, or several neighbouring ones under the name of the one nearest to the
 * middle.
 */
export interface ScoreGroup {
  readonly score: number;
  /**
   * Neighbouring categories may stand in one cell; cells are in the order of the categories, and those left over are 0
   * here and null below.
   */
  readonly observed: readonly number[];
  /** null: impossible at this score, or merged away. */
  readonly expected: readonly (number | null)[];
}

const add = (into: ScoreGroup, from: ScoreGroup): ScoreGroup => ({
  score: into.score,
  observed: into.observed.map((count, k) => count + from.observed[k]),
  expected: into.expected.map((e, k) => {
    const other = from.expected[k];
    return e === null && other === null ? null : (e ?? 0) + (other ?? 0);
  }),
});

/**
 * A sparse category joins its inner neighbour, from the highest down and then from the lowest up, as long as two cells
 * stay.
 */
function mergeCategories(group: ScoreGroup, least: number): ScoreGroup {
  const cells = group.expected.flatMap((e, k) => (e === null ? [] : [{ e, o: group.observed[k] }]));
  const join = (from: number, to: number): void => {
    const [a, b] = [cells[from], cells[to]];
    if (a === undefined || b === undefined) return;
    b.e += a.e;
    b.o += a.o;
    cells.splice(from, 1);
  };
  while (cells.length > 2) {
    const last = cells.length - 1;
    if (cells[last].e < least) join(last, last - 1);
    else if (cells[0].e < least) join(0, 1);
    else {
      const inner = cells.findIndex(({ e }) => e < least);
      if (inner < 0) break;
      join(inner, cells[inner - 1].e < cells[inner + 1].e ? inner - 1 : inner + 1);
    }
  }
  return {
    score: group.score,
    observed: group.expected.map((_, k) => cells.at(k)?.o ?? 0),
    expected: group.expected.map((_, k) => cells.at(k)?.e ?? null),
  };
}

const isIncomplete = ({ expected }: ScoreGroup): boolean => expected.includes(null);

/** Scores at which some category is impossible, at both ends, joined to the nearest at which all are possible. */
function joinImpossible(groups: readonly ScoreGroup[]): ScoreGroup[] {
  const first = groups.findIndex((group) => !isIncomplete(group));
  const last = groups.findLastIndex((group) => !isIncomplete(group));
  // Where no score leaves all categories open, the other items have too few points for a table.
  if (first < 0) return [];
  const out = groups.slice(first, last + 1);
  for (let n = first - 1; n >= 0; n -= 1) join(out, groups[n], 0);
  for (let n = last + 1; n < groups.length; n += 1) join(out, groups[n], out.length - 1);
  return out;
}

function join(groups: ScoreGroup[], from: ScoreGroup | undefined, into: number): void {
  const target = groups[into];
  if (target !== undefined && from !== undefined) groups[into] = add(target, from);
}

const persons = ({ expected }: ScoreGroup): number => expected.reduce<number>((sum, e) => sum + (e ?? 0), 0);

/**
 * From the lowest score up, the first group with a sparse cell joins that neighbour which has fewer persons, again and
 * again.
 */
function joinSparse(groups: ScoreGroup[], least: number): readonly ScoreGroup[] {
  const isSparse = ({ expected }: ScoreGroup): boolean => expected.some((e) => e !== null && (e < least || e <= 0));
  for (;;) {
    const at = groups.length < 2 ? -1 : groups.findIndex(isSparse);
    const [group, below, above] = [groups[at], groups[at - 1], groups[at + 1]];
    if (at < 0 || group === undefined) return groups;
    const downwards = below !== undefined && (above === undefined || persons(below) <= persons(above));
    const neighbour = downwards ? below : above;
    if (neighbour === undefined) return groups;
    // The name is that of the group nearer to the middle.
    const middle = (groups.length - 1) / 2;
    const [inner, outer] =
      Math.abs(at - middle) <= Math.abs((downwards ? at - 1 : at + 1) - middle)
        ? [group, neighbour]
        : [neighbour, group];
    groups.splice(downwards ? at - 1 : at, 2, add(inner, outer));
  }
}

/**
 * Scores at which some category is impossible join their inner neighbour; sparse categories are merged within their
 * score; scores that still have a sparse cell join a neighbour.
 */
export const mergeSparse = (groups: readonly ScoreGroup[], least: number): readonly ScoreGroup[] =>
  joinSparse(
    joinImpossible(groups).map((group) => mergeCategories(group, least)),
    least,
  );
