/**
 * How much of a bank one person is shown over all sessions of a test, those that were broken off too. Until the
 * specification's share of a bank is reached, nothing that was seen is given again; from then on nothing new is given:
 * what was seen longest ago comes back (docs/decisions/0039). Pure.
 */

/** Items that sessions of the person showed, the latest session first. */
export type ShownBySession = readonly (readonly string[])[];

export interface BankExposure {
  /** Items of the bank that the person has seen, of all that are given for a score or on trial. */
  readonly seen: number;
  readonly of: number;
  readonly isCapped: boolean;
  /** Not given in the next session. */
  readonly excluded: readonly string[];
}

export function exposureOf(bank: readonly string[], shown: ShownBySession, mostSeen: number): BankExposure {
  const inBank = new Set(bank);
  const latestFirst = [...new Set(shown.flat())].filter((item) => inBank.has(item));
  const [seen, of] = [latestFirst.length, bank.length];
  if (seen === 0 || seen < mostSeen * of) return { seen, of, isCapped: false, excluded: latestFirst };
  const known = new Set(latestFirst);
  const unseen = bank.filter((item) => !known.has(item));
  const last = new Set(shown[0]);
  const before = latestFirst.filter((item) => !last.has(item));
  // Where what was seen before the last session makes no whole test, that of the last one is given, too.
  const isEnough = before.length >= seen - before.length;
  return { seen, of, isCapped: true, excluded: isEnough ? [...unseen, ...last] : unseen };
}
