/** `meetlat put-in-force`: new sessions use a release from now on; the way back is the same command. */
import { StaffLog, doneBy } from '../../people/staff/staff-log.ts';
import { installationTenant } from '../../storage/port.ts';
import { BankRefused, Banks } from '../../item-bank/releases/run.ts';
import { now } from '../machine.ts';
import { command } from './command.ts';
import { withInstallation } from './installation.ts';
import { text } from './options.ts';
import { signatories } from './signatories.ts';
import { RefusedData, UsageError } from './usage-error.ts';

export const putInForceCommand = command({
  name: 'put-in-force',
  calls: ['RELEASE --by ACCOUNT --confirmed-by ACCOUNT --reason TEXT'],
  says: 'put-in-force.says',
  examples: [
    'meetlat put-in-force nt2-listening-2 --by otto@agii --confirmed-by an@agii --reason "simulated: 2026-11"',
  ],
  options: {
    by: text('ACCOUNT', 'put-in-force.by'),
    'confirmed-by': text('ACCOUNT', 'put-in-force.confirmed-by'),
    reason: text('TEXT', 'put-in-force.reason'),
  },
  run: async ({ by, 'confirmed-by': confirmedBy, reason }, [release], say) => {
    if (release === undefined) throw new UsageError('put-in-force.no-release');
    if (by === undefined || confirmedBy === undefined || reason === undefined)
      throw new UsageError('put-in-force.no-grounds');
    return withInstallation(async ({ storage, bank: store }) => {
      await signatories({ storage }, by, confirmedBy);
      const bank = store.allReleases().find(({ id }) => id === release)?.bank;
      if (bank === undefined) throw new UsageError('put-in-force.unknown-release', { release });
      const previous = store.currentRelease(bank).id;
      await new Banks({ journal: storage.journal, store, now })
        .putInForce(bank, { release, by, confirmedBy, reason })
        .catch((error: unknown) => {
          throw error instanceof BankRefused ? new RefusedData(error.message) : error;
        });
      await new StaffLog({ journal: storage.journal, now }).record(
        installationTenant,
        doneBy('release-in-force', by, release),
      );
      console.log(say('put-in-force.done', { release, previous }));
      return 0;
    });
  },
});
