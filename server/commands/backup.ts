/** `meetlat backup DIR --keys FILE`: a copy of the data folder, while the server runs. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { StaffLog, doneBy } from '../../people/staff/staff-log.ts';
import { installationTenant } from '../../storage/port.ts';
import { withInstallation } from './installation.ts';
import { copyDatabase } from '../../storage/lmdb/backup.ts';
import { dumpDatabase } from '../../storage/mongodb/backup.ts';
import { makeId, now, programVersion } from '../machine.ts';
import { makeBackup } from '../backups/make.ts';
import { rememberBackup } from '../backups/last-backup.ts';
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
    if (folder === undefined || keysFile === undefined) throw new UsageError('backup.where');
    if (mongodbUri === undefined && !existsSync(dataFolder))
      throw new UsageError('usage.no-installation', { folder: dataFolder });
    for (const place of [folder, keysFile]) if (existsSync(place)) throw new UsageError('backup.there', { place });
    await withInstallation(({ storage }) =>
      new StaffLog({ journal: storage.journal, now }).record(installationTenant, doneBy('backup-made', undefined)),
    );
    const head = { id: makeId(), version: programVersion, madeAt: now() };
    const copy = (to: string) =>
      mongodbUri === undefined ? copyDatabase(join(dataFolder, 'database'), to) : dumpDatabase(mongodbUri, to);
    const made = await makeBackup({ dataFolder, copyDatabase: copy, folder, keysFile, ...head });
    await rememberBackup(dataFolder, head);
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
