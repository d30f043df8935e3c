/** Timers as a port, so that whatever waits can be stopped, and tests need not. Made in server/compose.ts. */
export interface Timers {
  /** Calls back again and again until stopped. */
  every(ms: number, run: () => void): () => void;
  after(ms: number, run: () => void): () => void;
}
