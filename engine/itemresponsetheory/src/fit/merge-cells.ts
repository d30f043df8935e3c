/** Sparse cells of a table of sum scores by categories are merged until every expected count is large enough. */

/** A row of the table: persons with one sum score, or several neighbouring ones under the name of the one nearest to the middle. */
export interface ScoreGroup {
  readonly score: number;
  /** Neighbouring categories may stand in one cell; cells are in the order of the categories, and those left over are 0 here and null below. */
  readonly observed: readonly number[];
  /** null: impossible at this score, or merged away. */
  readonly expected: readonly (number | null)[];
}

const add = (into: ScoreGroup, from: ScoreGroup): ScoreGroup => ({
  score: into.score, observed: into.observed.map((count, k) => count + (from.observed[k] ?? 0)),
  expected: into.expected.map((e, k) => (e === null && (from.expected[k] ?? null) === null ? null : (e ?? 0) + (from.expected[k] ?? 0))),
});

/** A sparse category joins its inner neighbour, from the highest down and then from the lowest up, as long as two cells stay. */
function mergeCategories(group: ScoreGroup, least: number): ScoreGroup {
  const cells = group.expected.flatMap((e, k) => (e === null ? [] : [{ e, o: group.observed[k] ?? 0 }]));
  const join = (from: number, to: number): void => {
    const [a, b] = [cells[from], cells[to]];
    if (a === undefined || b === undefined) return;
    b.e += a.e; b.o += a.o;
    cells.splice(from, 1);
  };
  while (cells.length > 2) {
    const last = cells.length - 1;
    if ((cells[last]?.e ?? 0) < least) join(last, last - 1);
    else if ((cells[0]?.e ?? 0) < least) join(0, 1);
    else {
      const inner = cells.findIndex(({ e }) => e < least);
      if (inner < 0) break;
      join(inner, (cells[inner - 1]?.e ?? 0) < (cells[inner + 1]?.e ?? 0) ? inner - 1 : inner + 1);
    }
  }
  return { score: group.score, observed: group.expected.map((_, k) => cells[k]?.o ?? 0), expected: group.expected.map((_, k) => cells[k]?.e ?? null) };
}

const isIncomplete = ({ expected }: ScoreGroup): boolean => expected.includes(null);

/** From one end towards the middle: a group that `isPoor` joins the next one. */
function mergeInwards(groups: readonly ScoreGroup[], isPoor: (group: ScoreGroup) => boolean): readonly ScoreGroup[] {
  const out: ScoreGroup[] = [];
  let carried: ScoreGroup | undefined;
  groups.forEach((group, n) => {
    const here = carried === undefined ? group : add(group, carried);
    carried = isPoor(here) && n < groups.length - 1 ? here : undefined;
    if (carried === undefined) out.push(here);
  });
  return out;
}

/** The lower half of the groups upwards, the upper half downwards. */
function mergeGroups(groups: readonly ScoreGroup[], isPoor: (group: ScoreGroup) => boolean): readonly ScoreGroup[] {
  const middle = Math.floor(groups.length / 2);
  const lower = mergeInwards(groups.slice(0, middle), isPoor);
  const upper = mergeInwards(groups.slice(middle).reverse(), isPoor);
  return [...lower, ...[...upper].reverse()];
}

/**
 * Scores at which some category is impossible join their inner neighbour; sparse categories are merged within their score; scores that
 * still have a sparse cell join their inner neighbour, and in the very middle the upper, or else the lower one.
 */
export function mergeSparse(groups: readonly ScoreGroup[], least: number): readonly ScoreGroup[] {
  const isSparse = ({ expected }: ScoreGroup): boolean => expected.some((e) => e !== null && (e < least || e <= 0));
  const possible = mergeGroups(groups, isIncomplete).map((group) => mergeCategories(group, least));
  const upwards = mergeInwards(mergeGroups(possible, isSparse), isSparse);
  return [...mergeInwards([...upwards].reverse(), isSparse)].reverse();
}
