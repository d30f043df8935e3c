/** `meetlat erase PERSON`: forgets who somebody was; what happened stays, under the pseudonym. */
import { tenants } from '../../people/agencies/agency.ts';
import { sessionList } from '../../delivery/sessions/session-list.ts';
import { askForFreshCopy, makeFreshCopy } from '../../storage/lmdb/fresh-copy.ts';
import type { Key } from '../../storage/port.ts';
import type { CommandVoice } from '../../words/commands.ts';
import { now } from '../compose.ts';
import { readConfiguration } from '../configuration.ts';
import { type Erasable, type ErasurePorts, erasable, erase } from '../privacy/erase.ts';
import { type Rooms, openRooms } from '../rooms.ts';
import type { OpenStores } from '../stores.ts';
import { command } from './command.ts';
import { withInstallation } from './installation.ts';
import { flag, text } from './options.ts';
import { UsageError } from './usage-error.ts';

interface Asked {
  readonly person: string | undefined;
  readonly reference: string | undefined;
  readonly agency: string | undefined;
}

/** Throws UsageError for nobody, and for a reference that several agencies have. */
async function find({ candidates }: Rooms, agencies: readonly string[], asked: Asked): Promise<Key> {
  const { person, reference, agency } = asked;
  if ((person === undefined) === (reference === undefined)) throw new UsageError('erase.who');
  const found: Key[] = [];
  for (const tenant of agencies.filter((one) => agency === undefined || one === agency)) {
    if (person !== undefined && (await candidates.isKnown({ tenant, id: person }))) found.push({ tenant, id: person });
    const known = reference === undefined ? undefined : await candidates.byReference(tenant, reference);
    if (known !== undefined) found.push({ tenant, id: known.id });
  }
  const [one, another] = found;
  if (one === undefined) throw new UsageError('erase.nobody');
  if (another !== undefined)
    throw new UsageError('erase.several', { agencies: found.map((key) => key.tenant).join(', ') });
  return one;
}

async function eraseIn(stores: OpenStores, asked: Asked, isDryRun: boolean) {
  if (!stores.wrapping.isStorageEncrypted) throw new UsageError('erase.start-first');
  const rooms = await openRooms({ ...stores, now });
  const { storage, dataKeys } = stores;
  const list = await storage.collection(sessionList);
  const ports: ErasurePorts = { ...rooms, journal: storage.journal, dataKeys, sessionList: list, now };
  const person = await find(rooms, await tenants(stores.agencies), asked);
  const takes = await erasable(ports, person);
  if (takes.underWay.length > 0)
    throw new UsageError('erase.under-way', { person: person.id, sessions: takes.underWay.join(', ') });
  if (!isDryRun) await erase(ports, person);
  return { person, takes };
}

function told({ tenant, id }: Key, takes: Erasable, outcome: string, say: CommandVoice): string {
  const { sessions, undecided, certificates, deliveries } = takes;
  return [
    say('erase.person', { person: id, agency: tenant }),
    say('erase.sessions', { sessions, undecided }),
    say('erase.texts', { certificates, deliveries }),
    outcome,
  ].join('\n');
}

/** Bytes that were overwritten stay in an LMDB file until it is copied afresh: now, unless a server has it open. */
async function freshCopy(dataFolder: string, say: CommandVoice): Promise<string> {
  const copy = await makeFreshCopy(dataFolder);
  return say(copy === 'made' ? 'erase.copied' : 'erase.copy-due');
}

export const eraseCommand = command({
  name: 'erase',
  calls: ['PERSON [OPTIONS]', '--reference REFERENCE [OPTIONS]'],
  says: 'erase.says',
  examples: ['meetlat erase --reference KBI-2026-004711 --dry-run', 'meetlat erase baptwe4dkhpvx3kq5r4gq4gj2n'],
  options: {
    reference: text('REFERENCE', 'erase.reference'),
    agency: text('AGENCY', 'erase.agency'),
    'dry-run': flag('erase.dry-run'),
  },
  run: async ({ reference, agency, 'dry-run': isDryRun }, [person], say) => {
    const { dataFolder } = readConfiguration(process.env, process.cwd());
    const done = await withInstallation(async (stores) => {
      const isEmbedded = stores.storage.engine === 'lmdb';
      if (isEmbedded && !isDryRun) await askForFreshCopy(dataFolder);
      return { isEmbedded, ...(await eraseIn(stores, { person, reference, agency }, isDryRun)) };
    });
    const erased = done.takes.isErased ? 'erase.again' : 'erase.erased';
    console.log(told(done.person, done.takes, say(isDryRun ? 'erase.would' : erased), say));
    if (done.isEmbedded && !isDryRun) console.log(await freshCopy(dataFolder, say));
    return 0;
  },
});
