/** A new secret for an installation: by the file that the program keeps, or by one that its operator made. */
import { existsSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Candidates, candidates } from '../people/candidates/candidate.ts';
import { goneAfterMs } from '../delivery/live/notices.ts';
import { DataKeys } from '../storage/keys/data-keys.ts';
import { PersonCipher } from '../storage/keys/person-cipher.ts';
import { type DocumentRenewal, type Rotated, rotateSecret } from '../storage/keys/rotation.ts';
import { sealStorage } from '../storage/keys/sealed-storage.ts';
import { signingKeyRenewal } from '../storage/keys/signing-keys.ts';
import { type Random, type SecretRotation, Wrapping } from '../storage/keys/wrapping.ts';
import type { Instant } from '../storage/document/instant.ts';
import type { Timers } from '../storage/document/timers.ts';
import { type Storage, installationStream, installationTenant } from '../storage/port.ts';
import type { Configuration } from './configuration.ts';
import { livenessDefinition } from './last-alive.ts';
import { keptSecret, sealedCollections, secretOf } from './open-storage.ts';

export interface RotationSettings {
  readonly configuration: Configuration;
  /** As the engine opens it. */
  readonly storage: Storage;
  readonly random: Random;
  readonly now: () => Instant;
  readonly timers: Timers;
  /** The next secret; undefined: the program makes it, where it made the one before. */
  readonly given: string | undefined;
  /** Told once nobody was found at work on the storage, before anything changes. */
  readonly begins: () => void;
}

/** `running`: a server writes, so that nothing was changed. `same`: the next secret is the secret already. */
export type RotationOutcome = 'running' | 'same' | Rotated;

export async function rotateInstallation(
  settings: RotationSettings,
  said: { readonly by: string; readonly reason: string },
): Promise<RotationOutcome> {
  const { configuration, storage, random, given, begins } = settings;
  const secret = await secretOf(configuration, random);
  const next = given ?? (await keptSecret(draftOf(configuration), random));
  // Whoever goes on has looked before.
  if (!(await Wrapping.isRotating(storage)) && (await isRunning(settings, secret, next))) return 'running';
  begins();
  const rotation = await Wrapping.rotate({ storage, secret, random }, next);
  const rotated = rotation && (await rotateSecret(await portsOf(settings, rotation), said));
  await settle(configuration, { secret, isGiven: given !== undefined });
  return rotated ?? 'same';
}

/** The secret that the program makes lies here until the storage opens with it. */
const draftOf = ({ dataFolder }: Configuration): string => join(dataFolder, 'secret.next');

/** Whether a server says that it is there while it is watched. Throws where the secret is wrong. */
async function isRunning(
  { storage, random, timers }: RotationSettings,
  secret: string,
  next: string,
): Promise<boolean> {
  // A call that was ended after its last step finds the next secret in place.
  const wrapping = await Wrapping.open({ storage, secret, random }).catch(async (error: unknown) =>
    Wrapping.open({ storage, secret: next, random }).catch(() => {
      throw error;
    }),
  );
  await sealStorage(storage, wrapping).journal.read(installationStream);
  const liveness = await storage.collection(livenessDefinition);
  const beat = async () => (await liveness.get({ tenant: installationTenant, id: 'server' }))?.revision;
  const before = await beat();
  await new Promise<void>((resolve) => {
    timers.after(goneAfterMs, resolve);
  });
  return (await beat()) !== before;
}

async function portsOf({ storage, random, now }: RotationSettings, rotation: SecretRotation) {
  const { former, next } = rotation;
  const dataKeys = (wrapping: Wrapping) => DataKeys.open({ storage, wrapping, random, now });
  const cipher = new PersonCipher({ dataKeys: await dataKeys(next), random, now });
  const people = {
    former: await Candidates.open({ storage, wrapping: former, cipher }),
    next: await Candidates.open({ storage, wrapping: next, cipher }),
  };
  const references: DocumentRenewal = {
    collection: candidates.name,
    renew: async ({ tenant, id, value: { personal, referenceHash } }) => {
      if (typeof personal !== 'string' || typeof referenceHash !== 'string') return {};
      return people.former.renewedHash(people.next, { tenant, id, value: { personal, referenceHash } });
    },
  };
  const renewals = [signingKeyRenewal(rotation), references];
  return { storage, rotation, dataKeys: await dataKeys(former), sealed: sealedCollections, renewals, now };
}

/** The file of the secret follows; where the operator keeps the secret, none of before stays behind. */
async function settle(
  configuration: Configuration,
  { secret, isGiven }: { readonly secret: string; readonly isGiven: boolean },
): Promise<void> {
  const file = join(configuration.dataFolder, 'secret');
  if (!isGiven) await rename(draftOf(configuration), file);
  else if (existsSync(file) && (await readFile(file, 'utf8')).trim() === secret) await rm(file);
}
