/** `meetlat restore DIR --keys FILE`: a backup into an empty data folder or database; every chain is verified first. */
import { publicKeys } from '../../storage/keys/signing-keys.ts';
import { DataKeys } from '../../storage/keys/data-keys.ts';
import { databaseOf } from '../../storage/mongodb/open.ts';
import { RestoreRefused, restoreBackup, restoreDatabase } from '../backups/restore.ts';
import { now, random } from '../machine.ts';
import { type Configuration, readConfiguration } from '../configuration.ts';
import { openSealed, verifyEverything } from '../open-storage.ts';
import { command } from './command.ts';
import { text } from './options.ts';
import { UsageError } from './usage-error.ts';

/** What is wrong with a folder: chains, checkpoints, and keys that were not wrapped by its secret. */
async function findingsOf(configuration: Configuration): Promise<readonly string[]> {
  const { storage, wrapping } = await openSealed(configuration, { now, random, isRestore: true });
  try {
    await (await DataKeys.open({ storage, wrapping, random, now })).openAll();
    const { findings } = await verifyEverything(storage, { keys: await publicKeys(storage) });
    return findings.map((finding) => JSON.stringify(finding));
  } finally {
    await storage.close();
  }
}

export const restoreCommand = command({
  name: 'restore',
  calls: ['DIR --keys FILE'],
  says: 'restore.says',
  examples: ['MEETLAT_DATA=/srv/meetlat meetlat restore /backup/2026-11-28 --keys /media/stick/2026-11-28.keys'],
  options: { keys: text('FILE', 'restore.keys') },
  run: async ({ keys: keysFile }, [folder], say) => {
    const configuration = readConfiguration(process.env, process.cwd());
    const { dataFolder, mongodbUri } = configuration;
    if (folder === undefined || keysFile === undefined) throw new UsageError('restore.where');
    const verify = (place: string) => findingsOf({ ...configuration, dataFolder: place });
    try {
      const plan = { folder, keysFile, dataFolder, verify };
      await (mongodbUri === undefined ? restoreBackup(plan) : restoreDatabase(mongodbUri, plan));
    } catch (error) {
      if (error instanceof RestoreRefused) throw new UsageError(`restore.${error.refusal}`, { why: error.why });
      throw error;
    }
    console.log(say('restore.done', { folder: mongodbUri === undefined ? dataFolder : databaseOf(mongodbUri) }));
    return 0;
  },
});
