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
