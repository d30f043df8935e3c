/**
 * The server's time on this device. Only the server's clock counts; the device's wall clock is never read, so that
 * setting it changes nothing here. Every reply gives a bound: the server wrote `serverNow` somewhere between sending
 * and receiving.
 */

interface Sample {
  readonly offsetMs: number;
  readonly roundTripMs: number;
  readonly atMs: number;
}

/** Crystals drift and performance clocks may stand still in sleep: an old sample gives way to a newer one, ms. */
const sampleLifeMs = 300_000;
/** Beyond the bounds of both samples by this much, the monotonic clock has missed time, ms. */
const toleranceMs = 100;

export class ServerClock {
  private best: Sample | undefined;

  constructor(private readonly monotonicMs: () => number) {}

  /** @param serverNow instant in the reply  @param sentAtMs, receivedAtMs of `monotonicMs` */
  observe(serverNow: string, sentAtMs: number, receivedAtMs: number): void {
    const roundTripMs = Math.max(0, receivedAtMs - sentAtMs);
    const sample: Sample = {
      offsetMs: Date.parse(serverNow) - (sentAtMs + receivedAtMs) / 2,
      roundTripMs,
      atMs: receivedAtMs,
    };
    if (!Number.isFinite(sample.offsetMs)) return;
    const { best } = this;
    const disagrees =
      best !== undefined &&
      Math.abs(sample.offsetMs - best.offsetMs) > (sample.roundTripMs + best.roundTripMs) / 2 + toleranceMs;
    const stale = best !== undefined && receivedAtMs - best.atMs > sampleLifeMs;
    if (best === undefined || disagrees || stale || roundTripMs <= best.roundTripMs) this.best = sample;
  }

  /** Server time now, ms since the epoch; undefined before the first reply. */
  nowMs(): number | undefined {
    return this.best === undefined ? undefined : this.monotonicMs() + this.best.offsetMs;
  }

  /** When it is on this page, with what the server last said, so that whoever reads it can place it. */
  made(): { monotonicMs: number; server: { now: string; monotonicMs: number } } | undefined {
    const { best } = this;
    if (best === undefined) return undefined;
    const now = new Date(Math.round(best.atMs + best.offsetMs)).toISOString();
    return { monotonicMs: this.monotonicMs(), server: { now, monotonicMs: best.atMs } };
  }

  /** Round trip of the reply that is trusted, ms. */
  get roundTripMs(): number | undefined {
    return this.best?.roundTripMs;
  }
}

export interface Deadline {
  readonly deadlineAt: string;
  readonly remainingMs: number;
}

/** What is left, ms, never below 0. While paused it stands still. */
export function remainingMs(deadline: Deadline, paused: boolean, serverNowMs: number | undefined): number {
  if (paused || serverNowMs === undefined) return Math.max(0, deadline.remainingMs);
  return Math.max(0, Date.parse(deadline.deadlineAt) - serverNowMs);
}

/** Minutes at which the remaining time is told, once each. */
export const announcedMinutes = [10, 5, 1] as const;

/** The announcement that became due between two looks at the clock: the latest one only. */
export function dueAnnouncement(beforeMs: number | undefined, nowMs: number): number | undefined {
  if (beforeMs === undefined) return undefined;
  return announcedMinutes.filter((minutes) => beforeMs > minutes * 60_000 && nowMs <= minutes * 60_000).at(-1);
}
