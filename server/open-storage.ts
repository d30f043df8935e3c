/** Storage as the program works with it: of the engine that the settings name, opened by the secret, sealed. */
import { join } from 'node:path';
import { admissionCodes } from '../people/access/codes.ts';
import { agencies, tenants } from '../people/agencies/agency.ts';
import { retentionKind } from '../people/agencies/retention.ts';
import { personKind } from '../people/candidates/erasure.ts';
import { staffKind } from '../people/staff/staff-log.ts';
import { candidates } from '../people/candidates/candidate.ts';
import { accounts } from '../people/staff/account.ts';
import { staffSessions } from '../people/staff/staff-sessions.ts';
import { bankKind } from '../item-bank/releases/run.ts';
import { publications } from '../item-bank/releases/store.ts';
import { sessionList } from '../delivery/sessions/session-list.ts';
import { expectedPersons, registrationKind } from '../delivery/registrations/run.ts';
import { sessionKind } from '../delivery/sessions/run.ts';
import { clockStops } from '../delivery/live/clock-stop.ts';
import { roomPlans } from '../delivery/live/room-plan.ts';
import { pushes } from '../delivery/live/seats.ts';
import { certificates } from '../scoring/certificates/issue.ts';
import { withdrawnCertificates } from '../scoring/certificates/status.ts';
import { ratingKind, ratingQueue } from '../scoring/rating/run.ts';
import { resultKeys, resultKind } from '../scoring/results/run.ts';
import { deliveries } from '../scoring/trajectory/deliveries.ts';
import { defined } from '../storage/document/defined.ts';
import type { Instant } from '../storage/document/instant.ts';
import type { Timers } from '../storage/document/timers.ts';
import { checkpoints } from '../storage/journal/checkpoint.ts';
import { rewrittenStreams } from '../storage/journal/rewritten.ts';
import { setAsideConsequences } from '../storage/journal/set-aside.ts';
import { type Verified, type VerifyPorts, verifyCheckpoints } from '../storage/journal/verify-checkpoints.ts';
import { type AnyDefinition, sealOldData, sealStorage } from '../storage/keys/sealed-storage.ts';
import { SigningKeys, signingKeys } from '../storage/keys/signing-keys.ts';
import { type Random, Wrapping } from '../storage/keys/wrapping.ts';
import { openLmdb } from '../storage/lmdb/open.ts';
import type { TellOfDocument } from '../storage/readable.ts';
import { type Storage, installationStream, installationTenant } from '../storage/port.ts';
import { type Configuration, ConfigurationError } from './configuration.ts';
import { calibrationJobs } from './calibration-job.ts';
import { keptFile } from './kept-file.ts';
import { livenessDefinition } from './last-alive.ts';

/** Those that carry seals since a later version: what lies in them is sealed once, at the first start of one. */
export const sealedLater: readonly AnyDefinition[] = [calibrationJobs, livenessDefinition];
/** Every collection that is declared `sealed`; tests/house holds the list to the declarations. */
export const sealedCollections: readonly AnyDefinition[] = [
  accounts,
  admissionCodes,
  agencies,
  candidates,
  certificates,
  checkpoints,
  clockStops,
  deliveries,
  expectedPersons,
  publications,
  pushes,
  ratingQueue,
  resultKeys,
  rewrittenStreams,
  roomPlans,
  setAsideConsequences,
  signingKeys,
  sessionList,
  staffSessions,
  withdrawnCertificates,
  ...sealedLater,
];

/** What the program opens its storage with, so that it learns of what other processes write. */
export interface Watching {
  readonly timers: Timers;
  readonly watchFailed: (error: Error) => void;
}

export interface OpeningPorts {
  readonly now: () => Instant;
  readonly random: Random;
  /** True for the server at its start: data from before there were seals is sealed. It is read as it is otherwise. */
  readonly upgrade?: boolean;
  readonly watching?: Watching;
  /** True for a restore, which looks at what it wrote. */
  readonly isRestore?: boolean;
  /** Told of a document that was changed past the program and is passed over; without it, it is thrown. */
  readonly refused?: TellOfDocument | undefined;
}

export interface OpenedStorage {
  readonly storage: Storage;
  readonly wrapping: Wrapping;
}

/**
 * As the engine gives it: reads everything and checks no seal. For whoever has no secret, such as an auditor. The
 * driver of MongoDB is loaded only where it is used: it takes as long as all the rest of a command.
 */
export async function openEngine(
  { mongodbUri, dataFolder }: Configuration,
  { watching, isRestore = false, refused }: Pick<OpeningPorts, 'watching' | 'isRestore' | 'refused'> = {},
): Promise<Storage> {
  const told = { ...watching, ...defined({ refused }) };
  if (mongodbUri === undefined) return openLmdb({ directory: dataFolder, ...told });
  const { openMongo } = await import('../storage/mongodb/open.ts');
  return openMongo({ uri: mongodbUri, isRestore, ...told });
}

/** Opens the storage with the secret. Throws WrongSecret, StorageUnavailable, ConfigurationError. */
export async function openSealed(configuration: Configuration, ports: OpeningPorts): Promise<OpenedStorage> {
  const engine = await openEngine(configuration, ports);
  const secret = await secretOf(configuration, ports.random);
  const wrapping = await Wrapping.open({ storage: engine, secret, random: ports.random });
  if (ports.upgrade === true) {
    const verify = async () => verifyEverything(engine, { keys: await keysOf(engine, wrapping, ports) });
    await sealOldData({ storage: engine, wrapping, now: ports.now, sealed: sealedCollections, verify });
  }
  return { storage: wrapping.isStorageSealed ? sealStorage(engine, wrapping, ports.refused) : engine, wrapping };
}

const keysOf = async (storage: Storage, wrapping: Wrapping, ports: OpeningPorts) =>
  (await SigningKeys.open({ storage, wrapping, random: ports.random, now: ports.now })).jwks();

/** All checkpoints, and all streams of all agencies, whether a checkpoint lists them or not. */
export async function verifyEverything(
  storage: Storage,
  ports: Omit<VerifyPorts, 'storage' | 'scopes'>,
): Promise<Verified> {
  const ofAgencies = (await tenants(await storage.collection(agencies))).flatMap((tenant) =>
    [personKind, registrationKind, retentionKind, sessionKind, ratingKind, resultKind, staffKind].map((kind) => ({
      tenant,
      kind,
    })),
  );
  const ofInstallation = [bankKind, staffKind].map((kind) => ({ tenant: installationTenant, kind }));
  const scopes = [...ofInstallation, installationStream, ...ofAgencies];
  return verifyCheckpoints({ storage, scopes, ...ports });
}

/**
 * The secret that wraps the keys: given, or made on first start and kept in the data folder for its owner's eyes only.
 */
export async function secretOf({ secret, dataFolder, mongodbUri }: Configuration, random: Random): Promise<string> {
  if (secret !== undefined) return secret;
  if (mongodbUri !== undefined) throw new ConfigurationError('MEETLAT_SECRET', 'setting.secret-needed');
  return keptSecret(join(dataFolder, 'secret'), random);
}

export async function keptSecret(file: string, random: Random): Promise<string> {
  const make = (): string => `${Buffer.from(random(32)).toString('base64url')}\n`;
  return (await keptFile(file, make, random)).trim();
}
