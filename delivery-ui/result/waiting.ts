/**
 * How long until a waiting result is asked for again, ms: minutes after the test it may come any moment, later it takes
 * days.
 */
export const waitMs = (asked: number): number => Math.min(60_000, 4000 * 1.2 ** Math.max(0, asked - 15));
