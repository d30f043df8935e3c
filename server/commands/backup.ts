/** `meetlat backup DIR --keys FILE`: a copy of the data folder, while the server runs. */
import { existsSync } from 'node:fs';
import { makeId, now, programVersion } from '../compose.ts';
import { makeBackup } from '../backups/make.ts';
import { readConfiguration } from '../configuration.ts';
import { command } from './command.ts';
import { text } from './options.ts';
import { UsageError } from './usage-error.ts';

export const backupCommand = command({
  name: 'backup',
  calls: ['DIR --keys FILE'],
  says: 'backup.says',
  examples: ['meetlat backup /backup/2026-11-28 --keys /media/stick/2026-11-28.keys'],
  options: { keys: text('FILE', 'backup.keys') },
  run: async ({ keys: keysFile }, [folder], say) => {
    const { dataFolder, mongodbUri } = readConfiguration(process.env, process.cwd());
    if (mongodbUri !== undefined) throw new UsageError('backup.mongodb');
    if (folder === undefined || keysFile === undefined) throw new UsageError('backup.where');
    if (!existsSync(dataFolder)) throw new UsageError('usage.no-installation', { folder: dataFolder });
    for (const place of [folder, keysFile]) if (existsSync(place)) throw new UsageError('backup.there', { place });
    const head = { id: makeId(), version: programVersion, madeAt: now() };
    const made = await makeBackup({ dataFolder, folder, keysFile, ...head });
    const { files, bytes, keys, hasSecret } = made;
    console.log(
      [
        say('backup.done', { folder, files, size: (bytes / 1e6).toFixed(1) }),
        say(hasSecret ? 'backup.keys-secret' : 'backup.keys-only', { file: keysFile, keys }),
      ].join('\n'),
    );
    return 0;
  },
});
