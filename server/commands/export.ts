/** `meetlat export PERSON FILE.zip`: everything that is kept of one person, for that person to read. */
import { writeFile } from 'node:fs/promises';
import { accounts } from '../../people/staff/account.ts';
import { doneBy } from '../../people/staff/staff-log.ts';
import { sessionList } from '../../delivery/sessions/session-list.ts';
import { reportLanguages } from '../../words/reports.ts';
import { now } from '../machine.ts';
import { exportPerson } from '../privacy/export-person.ts';
import { zipArchive } from '../privacy/zip-archive.ts';
import { personPage } from '../reports/person-page.ts';
import { openRooms } from '../rooms.ts';
import { command } from './command.ts';
import { withInstallation } from './installation.ts';
import { onePerson, personOptions } from './one-person.ts';
import { choice } from './options.ts';
import { UsageError } from './usage-error.ts';

export const exportCommand = command({
  name: 'export',
  calls: ['PERSON FILE.zip [OPTIONS]', '--reference REFERENCE FILE.zip [OPTIONS]'],
  says: 'export.says',
  examples: [
    'meetlat export --reference KBI-2026-004711 person.zip',
    'meetlat export baptwe4dkhpvx3kq5r4gq4gj2n x.zip',
  ],
  options: { ...personOptions, language: choice(reportLanguages, 'export.language', 'nl') },
  run: async ({ reference, agency, language }, operands, say) => {
    const person = reference === undefined ? operands[0] : undefined;
    const file = operands[person === undefined ? 0 : 1];
    if (file === undefined) throw new UsageError('export.no-file');
    const found = await withInstallation(async (stores) => {
      const rooms = await openRooms({ ...stores, now });
      const { storage, dataKeys } = stores;
      const key = await onePerson(rooms, stores, { person, reference, agency });
      await rooms.staffLog.record(key.tenant, doneBy('person-exported', undefined, key.id));
      return exportPerson(
        {
          ...rooms,
          bank: stores.bank,
          journal: storage.journal,
          blobs: storage.blobs(dataKeys.dataKeyOf),
          accounts: await storage.collection(accounts),
          sessionList: await storage.collection(sessionList),
        },
        key,
      );
    });
    if (found === undefined) throw new UsageError('export.erased');
    const { exported, files } = found;
    const at = now();
    const html = personPage(exported, language === 'nl' ? ['nl'] : ['nl', language], at);
    const archive = zipArchive(
      [
        { name: 'index.html', bytes: Buffer.from(html) },
        { name: 'person.json', bytes: Buffer.from(`${JSON.stringify(exported, null, 2)}\n`) },
        ...files,
      ],
      at,
    );
    // For the person's eyes: nobody else on this machine reads it, and no file is written over.
    await writeFile(file, archive, { mode: 0o600, flag: 'wx' }).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST')
        throw new UsageError('export.there', { file });
      throw error;
    });
    console.log(say('export.done', { file, files: files.length + 2, sessions: exported.sessions.length }));
    return 0;
  },
});
