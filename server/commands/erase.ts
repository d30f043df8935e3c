/** `meetlat erase PERSON`: forgets who somebody was; what happened stays, under the pseudonym. */
import type { ErasureSignatories } from '../../people/candidates/erasure.ts';
import { doneBy } from '../../people/staff/staff-log.ts';
import { sessionList } from '../../delivery/sessions/session-list.ts';
import { askForFreshCopy, makeFreshCopy } from '../../storage/lmdb/fresh-copy.ts';
import type { Key } from '../../storage/port.ts';
import type { CommandVoice } from '../../words/commands.ts';
import { now } from '../machine.ts';
import { readConfiguration } from '../configuration.ts';
import { type Erasable, type ErasurePorts, erasable, erase } from '../privacy/erase.ts';
import { openRooms } from '../rooms.ts';
import type { OpenStores } from '../stores.ts';
import { command } from './command.ts';
import { withInstallation } from './installation.ts';
import { type AskedPerson, onePerson, personOptions } from './one-person.ts';
import { flag, text } from './options.ts';
import { signatories } from './signatories.ts';
import { UsageError } from './usage-error.ts';

interface Signing {
  readonly by: string | undefined;
  readonly confirmedBy: string | undefined;
  readonly isDryRun: boolean;
}

/** Undefined for a dry run. Throws UsageError. */
async function signedBy(
  stores: OpenStores,
  { by, confirmedBy, isDryRun }: Signing,
): Promise<ErasureSignatories | undefined> {
  if (isDryRun) return undefined;
  if (by === undefined || confirmedBy === undefined) throw new UsageError('erase.no-signatories');
  return { confirmedBy, ...(await signatories(stores, by, confirmedBy)) };
}

async function eraseIn(stores: OpenStores, asked: AskedPerson, signing: Signing) {
  if (!stores.wrapping.isStorageEncrypted) throw new UsageError('erase.start-first');
  const rooms = await openRooms({ ...stores, now });
  const { storage, dataKeys } = stores;
  const list = await storage.collection(sessionList);
  const ports: ErasurePorts = { ...rooms, dataKeys, sessionList: list, now };
  const person = await onePerson(rooms, stores, asked);
  const takes = await erasable(ports, person);
  if (takes.underWay.length > 0)
    throw new UsageError('erase.under-way', { person: person.id, sessions: takes.underWay.join(', ') });
  const signed = await signedBy(stores, signing);
  if (signed !== undefined) {
    await erase(ports, person, signed);
    await rooms.staffLog.record(person.tenant, doneBy('person-erased', signed.by, person.id));
  }
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
  examples: [
    'meetlat erase --reference KBI-2026-004711 --dry-run',
    'meetlat erase baptwe4dkhpvx3kq5r4gq4gj2n --by an@agii --confirmed-by bo@agii',
  ],
  options: {
    ...personOptions,
    by: text('ACCOUNT', 'rescore.by'),
    'confirmed-by': text('ACCOUNT', 'rescore.confirmed-by'),
    'dry-run': flag('erase.dry-run'),
  },
  run: async ({ reference, agency, by, 'confirmed-by': confirmedBy, 'dry-run': isDryRun }, [person], say) => {
    const { dataFolder } = readConfiguration(process.env, process.cwd());
    const done = await withInstallation(async (stores) => {
      const isEmbedded = stores.storage.engine === 'lmdb';
      if (isEmbedded && !isDryRun) await askForFreshCopy(dataFolder);
      return { isEmbedded, ...(await eraseIn(stores, { person, reference, agency }, { by, confirmedBy, isDryRun })) };
    });
    const erased = done.takes.isErased ? 'erase.again' : 'erase.erased';
    console.log(told(done.person, done.takes, say(isDryRun ? 'erase.would' : erased), say));
    if (done.isEmbedded && !isDryRun) console.log(await freshCopy(dataFolder, say));
    return 0;
  },
});
