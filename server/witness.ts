/**
 * A witness outside of the database: a file, best on another machine's disk, to which number and hash of every new
 * checkpoint are added. `meetlat verify --anchor NUMBER:HASH` takes a line of it.
 */
import { appendFile } from 'node:fs/promises';
import type { Instant } from '../storage/document/instant.ts';
import type { Anchor } from '../storage/journal/checkpoint.ts';

export interface WitnessPorts {
  readonly now: () => Instant;
  /** Told when the file cannot be written; the next checkpoint is tried again. */
  readonly failed: (error: unknown) => void;
}

export function fileWitness(file: string, { now, failed }: WitnessPorts): (anchor: Anchor) => void {
  let writing: Promise<void> = Promise.resolve();
  return ({ number, hash }) => {
    const line = `${number}:${hash} ${now()}\n`;
    writing = writing.then(() => appendFile(file, line, { mode: 0o644 })).catch(failed);
  };
}
