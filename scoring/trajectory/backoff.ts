/** When to try a push again: soon at first, then ever more seldom, for three days. Pure; the jitter is given. */
const waitsMs = [
  1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 300_000, 900_000, 3_600_000, 3_600_000, 7_200_000, 14_400_000,
  28_800_000, 28_800_000, 86_400_000, 86_400_000,
];

/**
 * Wait before attempt n + 1, after n failed ones; undefined when it is time to give up. `jitter` in [0, 1) adds up to a
 * fifth.
 */
export function waitAfter(failedAttempts: number, jitter: number): number | undefined {
  const wait = waitsMs[failedAttempts - 1];
  return wait === undefined ? undefined : Math.round(wait * (1 + 0.2 * jitter));
}
