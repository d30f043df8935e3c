/** How it stands with Safe Exam Browser in a session that asks for it. */

/** No key was shown, or one of other settings. */
export type BrowserFault = 'missing' | 'wrong';

export interface BrowserStanding {
  /** Since the last request that was looked at. */
  readonly fault?: BrowserFault;
  /** How often it was refused anew. */
  readonly refusals: number;
  /** A person let the session go on in whatever browser it is. */
  readonly isOverridden: boolean;
}
