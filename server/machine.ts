/** The one place that makes the clock, randomness, ids and timers, and knows where the program lies. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeId } from '../storage/document/id.ts';
import { type Instant, toInstant } from '../storage/document/instant.ts';
import type { Timers } from '../storage/document/timers.ts';
import { ProcessClock } from './clock.ts';

export const now = (): Instant => toInstant(Date.now());
export const random = (bytes: number): Uint8Array => new Uint8Array(randomBytes(bytes));
/** 26 characters of 5 bits: 130 bits. */
export const makeId = (): string => encodeId(random(26));

export const processClock = (): ProcessClock =>
  new ProcessClock({ wall: () => Date.now(), monotonic: () => performance.now() });

/** Timers that can all be stopped at once when the program ends. */
export class ProcessTimers implements Timers {
  private readonly stops = new Set<() => void>();
  every(ms: number, run: () => void): () => void {
    const timer = setInterval(run, ms);
    return this.kept(() => clearInterval(timer));
  }
  after(ms: number, run: () => void): () => void {
    const timer = setTimeout(run, ms);
    return this.kept(() => clearTimeout(timer));
  }
  stopAll(): void {
    for (const stop of this.stops) stop();
  }
  private kept(clear: () => void): () => void {
    const stop = (): void => {
      clear();
      this.stops.delete(stop);
    };
    this.stops.add(stop);
    return stop;
  }
}

/** Folder of the demonstration's data, beside the built program and beside the sources alike. */
export const demonstrationFolder = join(import.meta.dirname, '..', 'demonstration');

const packageFile: { version: string } = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8'),
);
export const programVersion = packageFile.version;
