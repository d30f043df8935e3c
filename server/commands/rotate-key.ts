/** `meetlat rotate-key`: a newer key signs from now on; the older ones stay published for what they signed. */
import { StaffLog, doneBy } from '../../people/staff/staff-log.ts';
import { installationTenant } from '../../storage/port.ts';
import { SigningKeys } from '../../storage/keys/signing-keys.ts';
import { now, random } from '../machine.ts';
import { readConfiguration } from '../configuration.ts';
import { openSealed } from '../open-storage.ts';
import { command } from './command.ts';

export const rotateKeyCommand = command({
  name: 'rotate-key',
  calls: [''],
  says: 'rotate-key.says',
  examples: ['meetlat rotate-key'],
  options: {},
  run: async (_values, _operands, say) => {
    const { storage, wrapping } = await openSealed(readConfiguration(process.env, process.cwd()), { now, random });
    try {
      const signing = await SigningKeys.open({ storage, wrapping, random, now });
      const kid = await signing.rotate();
      await new StaffLog({ journal: storage.journal, now }).record(
        installationTenant,
        doneBy('key-rotated', undefined, kid),
      );
      console.log(say('rotate-key.done', { key: kid, count: (await signing.jwks()).keys.length }));
      return 0;
    } finally {
      await storage.close();
    }
  },
});
