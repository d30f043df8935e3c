/**
 * The clock of a process: the wall clock as it was at the start, carried on by the monotonic clock. A wall clock that
 * is
 * set forward or back while people sit a test changes no deadline and no order of instants; it is noticed, and a person
 * says which of the two is right.
 */
import { type Instant, toInstant } from '../storage/document/instant.ts';

/** Wall and monotonic time may differ by so much (slewing, scheduling) before it is a jump, ms. */
export const jumpFromMs = 2_000;

export interface ClockSources {
  /** Milliseconds since 1970; may be set at any moment. */
  readonly wall: () => number;
  /** Milliseconds since some moment; never set. */
  readonly monotonic: () => number;
}

export class ProcessClock {
  private anchorMs: number;

  constructor(private readonly sources: ClockSources) {
    this.anchorMs = sources.wall() - sources.monotonic();
  }

  readonly now = (): Instant => toInstant(Math.round(this.anchorMs + this.sources.monotonic()));

  /** How far the wall clock is ahead of this one (below 0: behind), ms; undefined while they agree. */
  jump(): number | undefined {
    const ahead = this.sources.wall() - this.anchorMs - this.sources.monotonic();
    return Math.abs(ahead) > jumpFromMs ? Math.round(ahead) : undefined;
  }

  /**
   * A small drift is followed (the wall clock is slewed by time servers), a jump is not: `follow` is called every few
   * seconds.
   */
  follow(): void {
    if (this.jump() === undefined)
      this.anchorMs = Math.max(this.anchorMs, this.sources.wall() - this.sources.monotonic());
  }

  /** A person says that the wall clock is right: this clock goes on from there. Returns by how much it moved, ms. */
  acceptWall(): number {
    const before = this.anchorMs;
    this.anchorMs = this.sources.wall() - this.sources.monotonic();
    return Math.round(this.anchorMs - before);
  }
}
