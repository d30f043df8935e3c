/**
 * `meetlat rebuild`: what is derived from the journal, made anew: who is expected, the list of sessions, what is
 * counted of items, the queue of ratings, keys of receipts, releases.
 */
import { rebuildSessionList } from '../../delivery/sessions/rebuild-list.ts';
import { sessionKind } from '../../delivery/sessions/run.ts';
import { sessionList } from '../../delivery/sessions/session-list.ts';
import { advanceCounts, countedItems, forgetCounts } from '../../delivery/responses/item-counts.ts';
import { tenants } from '../../people/agencies/agency.ts';
import { resultKind } from '../../scoring/results/run.ts';
import type { UnlessDamaged } from '../../storage/journal/damage.ts';
import { everyStream } from '../../storage/pages.ts';
import type { Key } from '../../storage/port.ts';
import { now } from '../machine.ts';
import { openStores } from '../open-stores.ts';
import type { Stores } from '../stores.ts';
import { readConfiguration } from '../configuration.ts';
import { type Rooms, openRooms } from '../rooms.ts';
import { command } from './command.ts';
import { leavingOut } from './left-out.ts';

/** Whatever is missing or behind the journal is put right; what is right stays as it is. */
async function rebuild(
  { storage, agencies }: Stores,
  { banks, registrations, sessions, ratings, results }: Rooms,
  unlessDamaged: UnlessDamaged,
) {
  const list = await storage.collection(sessionList);
  const undamaged = {
    load: (id: Key) => unlessDamaged({ ...id, kind: sessionKind }, () => sessions.load(id)),
  };
  const counting = { counts: await storage.collection(countedItems), sessionList: list, sessions: undamaged, now };
  const made = {
    banks: await banks.applyAll(unlessDamaged),
    registrations: 0,
    sessions: 0,
    performances: 0,
    results: 0,
  };
  for (const tenant of await tenants(agencies)) {
    made.registrations += await registrations.rebuild(tenant, unlessDamaged);
    made.sessions += await rebuildSessionList(
      { journal: storage.journal, sessions, sessionList: list },
      tenant,
      unlessDamaged,
    );
    await forgetCounts(counting, tenant);
    while (!(await advanceCounts(counting, tenant)));
    made.performances += await ratings.rebuild(tenant, unlessDamaged);
    for await (const id of everyStream(storage.journal, tenant, resultKind)) {
      // Attended once already: this writes the receipt's key where it is missing, and nothing else.
      await unlessDamaged({ tenant, kind: resultKind, id }, () => results.attended({ tenant, id }));
      made.results += 1;
    }
  }
  return made;
}

export const rebuildCommand = command({
  name: 'rebuild',
  calls: [''],
  says: 'rebuild.says',
  examples: ['meetlat rebuild'],
  options: {},
  run: async (_values, _operands, say) => {
    const leftOut = leavingOut(say);
    const stores = await openStores(readConfiguration(process.env, process.cwd()), leftOut.tellOfDocument);
    try {
      const made = await rebuild(stores, await openRooms({ ...stores, now }), leftOut.unlessDamaged);
      console.log(
        [
          say('rebuild.banks', { count: made.banks }),
          say('rebuild.registrations', { count: made.registrations }),
          say('rebuild.sessions', { count: made.sessions }),
          say('rebuild.performances', { count: made.performances }),
          say('rebuild.results', { count: made.results }),
        ].join('\n'),
      );
      return leftOut.isNothingLeftOut() ? 0 : 1;
    } finally {
      await stores.storage.close();
    }
  },
});
