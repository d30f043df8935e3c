/**
 * `meetlat accept-backup`: a backup was put back on purpose. The storage then ends before the newest checkpoint that
 * this machine remembers, and the server refuses it, until a named person says that it is wanted: in the journal, for
 * good.
 */
import { rm } from 'node:fs/promises';
import { acceptBackup, acceptMissingMemory, unansweredStarts } from '../../storage/journal/backup.ts';
import { CheckpointsReplaced, checkpoints, newestFollowing } from '../../storage/journal/checkpoint.ts';
import type { Storage } from '../../storage/port.ts';
import { checkpointMark } from '../../words/checkpoint-mark.ts';
import { fileMemory, memoryFile } from '../checkpoint-memory.ts';
import { now } from '../machine.ts';
import { readConfiguration } from '../configuration.ts';
import { command } from './command.ts';
import { withInstallation } from './installation.ts';
import { text } from './options.ts';
import { UsageError } from './usage-error.ts';

type Memory = ReturnType<typeof fileMemory>;

/** The newest checkpoint of a storage that went on although no machine remembered it, and nobody answered for that. */
const wentOnFrom = async (storage: Storage) => (await unansweredStarts(storage)).at(-1)?.found;

/** What this machine wrote and the storage does not hold; undefined where nothing is missing. */
async function missing(storage: Storage, memory: Memory) {
  const known = await memory.recall();
  try {
    await newestFollowing(await storage.collection(checkpoints), known);
    return undefined;
  } catch (error) {
    if (!(error instanceof CheckpointsReplaced)) throw error;
    return known;
  }
}

export const acceptBackupCommand = command({
  name: 'accept-backup',
  calls: ['--by NAME --reason TEXT'],
  says: 'accept-backup.says',
  examples: ['meetlat accept-backup --by "An Peeters, IT" --reason "disk of the server broken"'],
  options: {
    by: text('NAME', 'accept-backup.by'),
    reason: text('TEXT', 'accept-backup.reason'),
  },
  run: async ({ by = '', reason = '' }, _operands, say) => {
    if (by.trim() === '' || reason.trim() === '') throw new UsageError('accept-backup.who');
    const file = memoryFile(readConfiguration(process.env, process.cwd()).dataFolder);
    const memory = fileMemory(file);
    return withInstallation(async ({ storage }) => {
      const known = await missing(storage, memory);
      const from = known === undefined ? await wentOnFrom(storage) : undefined;
      if (from !== undefined) {
        await acceptMissingMemory(storage, { by: by.trim(), reason: reason.trim(), found: from, at: now() });
        console.log(say('accept-backup.memory', { by: by.trim(), found: checkpointMark(from) }));
        return 0;
      }
      if (known === undefined) {
        console.log(say('accept-backup.nothing'));
        return 0;
      }
      const { found } = await acceptBackup(storage, { by: by.trim(), reason: reason.trim(), known, at: now() });
      if (found === undefined) await rm(file);
      else await memory.remember(found);
      const until = found === undefined ? '0' : checkpointMark(found);
      console.log(say('accept-backup.accepted', { known: checkpointMark(known), found: until, by: by.trim() }));
      return 0;
    });
  },
});
