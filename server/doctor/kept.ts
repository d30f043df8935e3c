/** What is kept, opened by the secret: the engine, its keys, its clock, its people, and how long it keeps what. */
import { agencies as agenciesDefinition, tenants } from '../../people/agencies/agency.ts';
import { Retention } from '../../people/agencies/retention.ts';
import { accounts } from '../../people/staff/account.ts';
import { type Instant, toEpochMs } from '../../storage/document/instant.ts';
import { publicKeys } from '../../storage/keys/signing-keys.ts';
import type { Configuration } from '../configuration.ts';
import { lastAlive, livenessDefinition } from '../last-alive.ts';
import type { OpenStores } from '../stores.ts';
import { type Symptom, bad, look, well } from './symptom.ts';

/** A running server says so more often, ms. */
const silentMs = 60_000;

export async function keptSymptoms(stores: OpenStores, configuration: Configuration, now: Instant): Promise<Symptom[]> {
  const { storage, wrapping } = stores;
  await storage.ping();
  const keys = (await publicKeys(storage)).keys.length;
  return [
    await engineSymptom(configuration),
    wrapping.isStorageEncrypted ? well('doctor.storage.current') : look('doctor.storage.old'),
    keys === 0 ? look('doctor.keys.none') : well('doctor.keys.good', { keys }),
    ...(await clockSymptoms(stores, now)),
    ...(await agencySymptoms(stores, now)),
  ];
}

async function engineSymptom({ mongodbUri }: Configuration): Promise<Symptom> {
  if (mongodbUri === undefined) return well('doctor.engine.lmdb');
  const { topologyOf } = await import('../../storage/mongodb/topology.ts');
  const { kind, members } = await topologyOf(mongodbUri);
  if (kind === 'standalone') return bad('doctor.engine.standalone');
  return kind === 'replica-set' && members < 3
    ? look('doctor.engine.few', { members })
    : well('doctor.engine.mongodb', { members });
}

/** Without another clock to ask: what was written before lies before now. */
async function clockSymptoms({ storage }: OpenStores, now: Instant): Promise<Symptom[]> {
  const alive = await lastAlive(await storage.collection(livenessDefinition));
  if (alive === undefined) return [look('doctor.server.never')];
  const silent = toEpochMs(now) - toEpochMs(alive);
  const values = { alive, now };
  if (silent < -silentMs) return [bad('doctor.clock.behind', values)];
  return [
    well('doctor.clock.good', { now }),
    silent > silentMs ? look('doctor.server.down', values) : well('doctor.server.running'),
  ];
}

async function agencySymptoms({ storage }: OpenStores, now: Instant): Promise<Symptom[]> {
  const all = await tenants(await storage.collection(agenciesDefinition));
  if (all.length === 0) return [bad('doctor.agencies.none')];
  const retention = new Retention({ journal: storage.journal, now: () => now });
  const unset: string[] = [];
  for (const tenant of all) if ((await retention.of(tenant)) === undefined) unset.push(tenant);
  const open = (await (await storage.collection(accounts)).every()).filter(({ value }) => value.lockedAt === undefined);
  return [
    open.length === 0 ? bad('doctor.accounts.none') : well('doctor.accounts.good', { accounts: open.length }),
    unset.length === 0 ? well('doctor.retention.set') : look('doctor.retention.none', { agencies: unset.join(', ') }),
  ];
}
