/**
 * What the browser gives that a test wants to give itself: clocks, chance, waiting. Made here only, handed down from
 * the entry.
 */
export interface Surroundings {
  /** Never goes back, no date: for lengths of time, ms. */
  monotonicMs(): number;
  /** The device's own clock: evidence only. */
  wallMs(): number;
  /** Uniform in [0, 1). */
  random(): number;
  /** 32 characters, [0-9a-f]. */
  makeId(): string;
  /** Calls once after `ms`; the answer cancels it. */
  after(ms: number, call: () => void): () => void;
}

export const browserSurroundings: Surroundings = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  random: () => Math.random(),
  // Not randomUUID: that one is missing on a page without HTTPS.
  makeId: () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(''),
  after: (ms, call) => {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};

/** Waits that grow to a limit, each shortened by chance so that forty seats do not come back in one moment, ms. */
export const backoffMs = (attempt: number, random: number, firstMs = 500, limitMs = 10_000): number =>
  Math.min(limitMs, firstMs * 2 ** Math.min(attempt, 20)) * (0.5 + random / 2);
