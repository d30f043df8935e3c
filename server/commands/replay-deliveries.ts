/** `meetlat replay-deliveries`: pushes that were given up are sent again, under the ids the receiver knows them by. */
import { tenants } from '../../people/agencies/agency.ts';
import { doneBy } from '../../people/staff/staff-log.ts';
import { installationTenant } from '../../storage/port.ts';
import { replay } from '../../scoring/trajectory/deliveries.ts';
import { everyDocument } from '../../storage/pages.ts';
import { now } from '../machine.ts';
import { openStores } from '../open-stores.ts';
import { readConfiguration } from '../configuration.ts';
import { openRooms } from '../rooms.ts';
import { command } from './command.ts';
import { UsageError } from './usage-error.ts';

export const replayDeliveriesCommand = command({
  name: 'replay-deliveries',
  calls: ['', 'EVENT…'],
  says: 'replay-deliveries.says',
  examples: ['meetlat replay-deliveries', 'meetlat replay-deliveries result-agii-5k2j9x7q-2'],
  options: {},
  run: async (_values, events, say) => {
    const stores = await openStores(readConfiguration(process.env, process.cwd()));
    try {
      const { deliveries, staffLog } = await openRooms({ ...stores, now });
      const agencies = await tenants(stores.agencies);
      let count = 0;
      for (const event of events) {
        const replayed = await Promise.all(agencies.map((tenant) => replay(deliveries, tenant, event, now())));
        if (!replayed.includes(true)) throw new UsageError('replay-deliveries.unknown-event', { event });
        count += 1;
      }
      if (events.length === 0)
        for (const tenant of agencies) {
          const dead = [];
          // All first: a delivery that waits again is no longer where it was found.
          for await (const { id } of everyDocument(deliveries, tenant, { index: 'due', equal: ['dead'] }))
            dead.push(id);
          for (const id of dead) if (await replay(deliveries, tenant, id, now())) count += 1;
        }
      if (count > 0) await staffLog.record(installationTenant, doneBy('deliveries-replayed', undefined));
      console.log(say('replay-deliveries.done', { count }));
      return 0;
    } finally {
      await stores.storage.close();
    }
  },
});
