/** `meetlat annul SESSION`: takes a released result back, signed by two people; what follows is the server's work. */
import { tenants } from '../../people/agencies/agency.ts';
import { doneBy } from '../../people/staff/staff-log.ts';
import { ResultRefused } from '../../scoring/results/run.ts';
import { now } from '../machine.ts';
import { openStores } from '../open-stores.ts';
import { readConfiguration } from '../configuration.ts';
import { openRooms } from '../rooms.ts';
import { command } from './command.ts';
import { text } from './options.ts';
import { signatories } from './signatories.ts';
import { UsageError } from './usage-error.ts';

export const annulCommand = command({
  name: 'annul',
  calls: ['SESSION'],
  says: 'annul.says',
  examples: ['meetlat annul 5k2j9x7q --by an@agii --confirmed-by bo@agii --reason "another person sat the test"'],
  options: {
    by: text('ACCOUNT', 'rescore.by'),
    'confirmed-by': text('ACCOUNT', 'rescore.confirmed-by'),
    reason: text('TEXT', 'rescore.reason'),
  },
  run: async ({ by, 'confirmed-by': confirmedBy, reason }, [session], say) => {
    if (session === undefined) throw new UsageError('annul.no-session');
    if (by === undefined || confirmedBy === undefined || reason === undefined) throw new UsageError('annul.no-grounds');
    const stores = await openStores(readConfiguration(process.env, process.cwd()));
    try {
      const { results, staffLog } = await openRooms({ ...stores, now });
      const signed = await signatories(stores, by, confirmedBy);
      for (const tenant of await tenants(stores.agencies)) {
        const id = { tenant, id: session };
        if ((await results.load(id)).state === undefined) continue;
        await results.handle(id, { type: 'annul', reason, ...signed });
        await staffLog.record(tenant, doneBy('result-annulled', by, session));
        console.log(say('annul.done', { session }));
        return 0;
      }
      throw new UsageError('recompute.unknown-session', { session });
    } catch (error) {
      if (error instanceof ResultRefused) throw new UsageError('annul.refused', { session, why: error.code });
      throw error;
    } finally {
      await stores.storage.close();
    }
  },
});
