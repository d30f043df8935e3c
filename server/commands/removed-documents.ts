/**
 * Documents that decide something and are gone, though a stream tells of them: no seal shows that, since what is not
 * there carries none. Of these the program removes nothing but accounts, which the log of the staff tells of.
 */
import { admissionCodes } from '../../people/access/codes.ts';
import { agencies, installation, tenants } from '../../people/agencies/agency.ts';
import { candidates } from '../../people/candidates/candidate.ts';
import { accounts } from '../../people/staff/account.ts';
import { StaffLog } from '../../people/staff/staff-log.ts';
import { emptyBank, evolveBank } from '../../item-bank/releases/bank.ts';
import { bankKind, bankStream } from '../../item-bank/releases/run.ts';
import { publications } from '../../item-bank/releases/store.ts';
import { registrationKind } from '../../delivery/registrations/run.ts';
import { type Sessions, sessionKind } from '../../delivery/sessions/run.ts';
import type { Instant } from '../../storage/document/instant.ts';
import { checkpoints, contentOf } from '../../storage/journal/checkpoint.ts';
import { isDamage } from '../../storage/journal/damage.ts';
import { eventsOf } from '../../storage/journal/stream.ts';
import { dataKeysName } from '../../storage/keys/data-keys.ts';
import { everyDocument, everyStream } from '../../storage/pages.ts';
import { type Key, type Storage, installationTenant } from '../../storage/port.ts';

export interface RemovedDocumentsPorts {
  readonly storage: Storage;
  readonly sessions: Pick<Sessions, 'load'>;
  readonly now: () => Instant;
}

/** Where a document must lie. */
interface ToldOf extends Key {
  readonly collection: string;
}

const inInstallation = (collection: string, id: string): ToldOf => ({ collection, tenant: installationTenant, id });

/** Nothing of a stream that is damaged: that is named where it is verified. */
async function unlessDamaged<T>(read: () => Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await read();
  } catch (error) {
    if (!isDamage(error)) throw error;
    return [];
  }
}

/** Agencies whose streams the checkpoints list, and those that are there. */
async function everyTenant(storage: Storage): Promise<ReadonlySet<string>> {
  const listed = new Set(await tenants(await storage.collection(agencies)));
  const all = await storage.collection(checkpoints);
  for await (const { value } of everyDocument(all, installationTenant, { index: 'number', equal: [] }))
    for (const { tenant } of contentOf(value)?.heads ?? []) if (tenant !== installationTenant) listed.add(tenant);
  return listed;
}

async function toldOfBySession({ sessions }: RemovedDocumentsPorts, id: Key): Promise<readonly ToldOf[]> {
  const session = await sessions.load(id);
  if (session === undefined) return [];
  const { terms, code } = session.state;
  return [
    { collection: candidates.name, tenant: id.tenant, id: terms.candidate },
    { collection: dataKeysName, tenant: id.tenant, id: terms.candidate },
    inInstallation(publications.name, `specification-${terms.test}-${terms.specification}`),
    ...Object.values(terms.releases).map((release) => inInstallation(publications.name, `release-${release}`)),
    ...(code === undefined ? [] : [inInstallation(admissionCodes.name, code.hash)]),
  ];
}

/** Whoever is registered, and was let in or not. */
async function toldOfByRegistrations({ storage }: RemovedDocumentsPorts, key: Key): Promise<readonly ToldOf[]> {
  const commits = await storage.journal.read({ ...key, kind: registrationKind });
  const persons = commits.flatMap(({ events }) => events.map(({ person }) => person));
  return persons.flatMap((person) =>
    typeof person === 'string' ? [{ collection: candidates.name, tenant: key.tenant, id: person }] : [],
  );
}

/** Of an account the last that its agency's log tells: that it was made or came in, or that it was removed. */
async function toldOfByStaffLog({ storage, now }: RemovedDocumentsPorts, tenant: string): Promise<readonly ToldOf[]> {
  const log = new StaffLog({ journal: storage.journal, now });
  const known = new Map<string, boolean>();
  for (const day of (await log.days(tenant)).reverse())
    for (const { type, by, of } of await log.of(tenant, day)) {
      if (type === 'logged-in' && by !== undefined) known.set(by, true);
      if (of !== undefined && (type === 'account-added' || type === 'account-removed'))
        known.set(of, type === 'account-added');
    }
  return [...known].filter(([, isThere]) => isThere).map(([id]) => ({ collection: accounts.name, tenant, id }));
}

async function toldOfByBank({ storage }: RemovedDocumentsPorts, bank: string): Promise<readonly ToldOf[]> {
  const commits = await storage.journal.read({ tenant: installationTenant, kind: bankKind, id: bank });
  const state = commits
    .flatMap((commit) => eventsOf(bankStream, commit).map((event) => ({ event, version: commit.version })))
    .reduce((before, { event, version }) => evolveBank(before, event, version), emptyBank);
  return [
    ...state.published.map(({ release }) => inInstallation(publications.name, `release-${release}`)),
    ...(state.inForce === undefined ? [] : [inInstallation(publications.name, `in-force-${bank}`)]),
  ];
}

async function* toldOf(ports: RemovedDocumentsPorts): AsyncGenerator<readonly ToldOf[]> {
  const { journal } = ports.storage;
  for (const tenant of await everyTenant(ports.storage)) {
    yield [{ collection: agencies.name, tenant: installation, id: tenant }];
    for await (const id of everyStream(journal, tenant, sessionKind))
      yield await unlessDamaged(() => toldOfBySession(ports, { tenant, id }));
    for await (const id of everyStream(journal, tenant, registrationKind))
      yield await unlessDamaged(() => toldOfByRegistrations(ports, { tenant, id }));
    yield await unlessDamaged(() => toldOfByStaffLog(ports, tenant));
  }
  for await (const bank of everyStream(journal, installationTenant, bankKind))
    yield await unlessDamaged(() => toldOfByBank(ports, bank));
}

/** Each once, by collection and key, in their order. */
export async function removedDocuments(ports: RemovedDocumentsPorts): Promise<readonly string[]> {
  const looked = new Set<string>();
  const removed: string[] = [];
  for await (const told of toldOf(ports))
    for (const { collection, tenant, id } of told) {
      const place = `${collection} ${tenant}/${id}`;
      if (looked.has(place)) continue;
      looked.add(place);
      // As they lie there: whether one is genuine is looked at elsewhere.
      const all = await ports.storage.collection<object, never>({ name: collection, indexes: {} });
      if ((await all.get({ tenant, id })) === undefined) removed.push(place);
    }
  return removed.sort();
}
