/**
 * What this machine remembers of the newest checkpoint: in memory, and in a file beside the database, so that a
 * database that was put back or rewritten while nobody looked is noticed at the next start.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Instant } from '../storage/document/instant.ts';
import { noteMissingMemory } from '../storage/journal/backup.ts';
import { Anchor, type CheckpointMemory, type CheckpointPorts, writeCheckpoint } from '../storage/journal/checkpoint.ts';

/** Beside the database. */
export const memoryFile = (dataFolder: string): string => join(dataFolder, 'last-checkpoint.json');

/** @param told also learns of every newer checkpoint, e.g. to publish it; a failure of it is its own affair */
export function fileMemory(file: string, told: (anchor: Anchor) => void = () => undefined): CheckpointMemory {
  let known: Anchor | undefined;
  return {
    async recall() {
      known ??= await read(file);
      return known;
    },
    async remember(anchor) {
      if (known?.number === anchor.number && known.hash === anchor.hash) return;
      known = anchor;
      const fresh = `${file}.new`;
      await writeFile(fresh, `${JSON.stringify(anchor)}\n`, { mode: 0o600 });
      await rename(fresh, file);
      told(anchor);
    },
  };
}

export interface StartPorts {
  readonly storage: CheckpointPorts['storage'];
  readonly signBytes: CheckpointPorts['sign'];
  readonly now: () => Instant;
  readonly log: { readonly error: (told: object, text: string) => void };
}

/**
 * At a start: a database that is not the one this installation wrote ends it here (CheckpointsReplaced). Where nothing
 * is remembered people's exams go on, and `meetlat verify` is not satisfied until a named person has answered for it.
 */
export async function goOnFromRemembered(
  { storage, signBytes, now, log }: StartPorts,
  memory: CheckpointMemory,
): Promise<void> {
  if ((await memory.recall()) === undefined) {
    const found = await noteMissingMemory(storage, now());
    if (found !== undefined)
      log.error(
        { found },
        'nothing beside this storage remembers its newest checkpoint: compare it with what was published, then ' +
          '`meetlat accept-backup`; `meetlat verify` finds fault until then',
      );
  }
  await writeCheckpoint({ storage, sign: signBytes, at: now(), memory });
}

/** Throws when the file is there and cannot be read: a damaged memory is no empty one. */
async function read(file: string): Promise<Anchor | undefined> {
  try {
    return Anchor.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new Error(`${file} is not what this program wrote; the newest checkpoint cannot be known`, { cause: error });
  }
}
