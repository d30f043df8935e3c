/** Live item statistics: counts only watch; nothing of a running test depends on them. */

/** One response as delivery yields it. */
export interface ResponseSeen {
  readonly item: string;
  /** 1 right, 0 wrong, null not scored. */ readonly category: number | null;
  readonly choice: number | null;
}

export interface LiveStatistics {
  readonly given: number;
  readonly answered: number;
  readonly right: number;
}

export const noResponses: LiveStatistics = { given: 0, answered: 0, right: 0 };

export function countResponses(rows: Iterable<ResponseSeen>): Map<string, LiveStatistics> {
  const counts = new Map<string, LiveStatistics>();
  for (const { item, category, choice } of rows) {
    const { given, answered, right } = counts.get(item) ?? noResponses;
    counts.set(item, {
      given: given + 1,
      answered: answered + (choice === null ? 0 : 1),
      right: right + (category === 1 ? 1 : 0),
    });
  }
  return counts;
}

/** Below this many times given a share right says nothing. */
const fewestGiven = 30;
/** A share right that a fitting item could have; custom, not law. */
const usualShare = [0.2, 0.97] as const;

/** A first look at an item that is in use. Evidence for a person, no verdict. */
export function liveLight({ given, right }: Pick<LiveStatistics, 'given' | 'right'>): 'few' | 'keep' | 'look' {
  if (given < fewestGiven) return 'few';
  const [lowest, highest] = usualShare;
  return right < lowest * given || right > highest * given ? 'look' : 'keep';
}
