/** What a backup keeps apart from the rest. */

/** A data key as the engine holds it: wrapped. */
export interface KeptKeyEntry {
  readonly tenant: string;
  readonly person: string;
  /** Base64. */
  readonly entry: string;
}
