/**
 * How much of a bank one person is shown over all sessions of a test, those that were broken off too. While one more
 * session stays within the specification's share, nothing that was seen is given again; then nothing new is given:
 * what was seen before the last session comes back (docs/decisions/0039). Pure.
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
  const sessions = shown.map((items) => items.filter((item) => inBank.has(item)));
  /** As many items as a whole test needs, as far as this person's sessions tell. */
  const whole = Math.max(0, ...sessions.map((items) => items.length));
  const known = new Set(sessions.flat());
  const last = new Set(sessions[0]);
  const unseen = bank.filter((item) => !known.has(item));
  const before = [...known].filter((item) => !last.has(item));
  const counts = { seen: known.size, of: bank.length };
  const isWithin = known.size + whole <= mostSeen * bank.length;
  // What makes no whole test is no choice: neither what is left of the new, nor what was seen before the last session.
  if (unseen.length >= whole && (isWithin || before.length < whole))
    return { ...counts, isCapped: false, excluded: [...known] };
  return { ...counts, isCapped: true, excluded: before.length < whole ? unseen : [...unseen, ...last] };
}
