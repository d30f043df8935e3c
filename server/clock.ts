/**
 * The clock of a process: the wall clock as it was at the start, carried on by the monotonic clock. A wall clock that
 * is set forward or back while people sit a test changes no deadline and no order of instants; it is noticed, and a
 * person says that it may go on. While the process itself stands still (a suspended machine), so does its time.
 */
import { type Instant, toInstant } from '../storage/document/instant.ts';

/** Wall and monotonic time may differ by so much (slewing, scheduling) before it is a jump, ms. */
export const jumpFromMs = 2_000;
/** A watched clock that was not read for so long belongs to a process that stood still, ms. */
export const stoodStillFromMs = 10_000;

export interface ClockSources {
  /** Milliseconds since 1970; may be set at any moment. */
  readonly wall: () => number;
  /** Milliseconds since some moment; never set. */
  readonly monotonic: () => number;
}

export class ProcessClock {
  private anchorMs: number;
  /** When the monotonic clock was last read, once somebody watches this clock. */
  private readMs: number | undefined;

  constructor(private readonly sources: ClockSources) {
    this.anchorMs = sources.wall() - sources.monotonic();
  }

  readonly now = (): Instant => toInstant(Math.round(this.nowMs()));

  /** What the machine's own clock says. */
  readonly machineNow = (): Instant => toInstant(Math.round(this.sources.wall()));

  /** How far the machine's clock is ahead of this one (below 0: behind), ms; 0 while they agree. */
  aheadMs(): number {
    const ahead = this.sources.wall() - this.nowMs();
    return Math.abs(ahead) > jumpFromMs ? Math.round(ahead) : 0;
  }

  /**
   * To be called every second. A small drift is followed (the wall clock is slewed by time servers), a jump is not.
   */
  follow(): void {
    this.readMs ??= this.sources.monotonic();
    if (this.aheadMs() === 0) this.anchorMs = Math.max(this.anchorMs, this.sources.wall() - this.sources.monotonic());
  }

  /** This clock goes on from there. */
  goOnFrom(ms: number): void {
    this.anchorMs = ms - this.monotonicMs();
  }

  private nowMs(): number {
    // Read first: it may move the anchor.
    const ms = this.monotonicMs();
    return this.anchorMs + ms;
  }

  private monotonicMs(): number {
    const ms = this.sources.monotonic();
    if (this.readMs !== undefined) {
      const silentMs = ms - this.readMs;
      if (silentMs > stoodStillFromMs) this.anchorMs -= silentMs;
      this.readMs = ms;
    }
    return ms;
  }
}

export interface KnownTimes {
  /** The machine's clock at this start, ms. */
  readonly wallMs: number;
  /** When a process of this installation was last alive, by the time of the program, ms. */
  readonly lastAliveMs: number | undefined;
  /** How far the machine's clock was ahead of the program's time when that was last noticed, ms. */
  readonly aheadMs: number;
  /** Somebody sits a test. */
  readonly isUnderWay: boolean;
}

/**
 * The time of the program at a start, ms: that of the machine, unless somebody sits a test. Then it goes on from the
 * time that their deadlines were made in: a clock that was set, before or while no process ran, gives and takes
 * nothing.
 */
export function timeAtStart({ wallMs, lastAliveMs, aheadMs, isUnderWay }: KnownTimes): number {
  if (!isUnderWay || lastAliveMs === undefined) return wallMs;
  const possible = [wallMs, wallMs - aheadMs].filter((ms) => ms >= lastAliveMs);
  return possible.length === 0 ? lastAliveMs : Math.min(...possible);
}
