/** What is kept in an installation: for the program, and for commands of a process of their own. */
import { engineVersion } from '../engine/adaptive/policy.ts';
import type { Instant } from '../storage/document/instant.ts';
import { DataKeys } from '../storage/keys/data-keys.ts';
import { PersonCipher } from '../storage/keys/person-cipher.ts';
import type { Random, Wrapping } from '../storage/keys/wrapping.ts';
import type { Storage } from '../storage/port.ts';
import { type Agencies, agencies } from '../people/agencies/agency.ts';
import type { PinnedTest } from '../item-bank/releases/pinned-test.ts';
import { ReleaseStore } from '../item-bank/releases/store.ts';
import type { SessionTerms } from '../delivery/sessions/session.ts';
import { type Regime, regimes } from '../scoring/regimes/regime.ts';
import type { Configuration } from './configuration.ts';
import { type Content, readContent } from './content.ts';
import type { OpenedStorage } from './open-storage.ts';

/** What can be read without the secret, too. */
export interface Stores {
  readonly storage: Storage;
  readonly agencies: Agencies;
  readonly bank: ReleaseStore;
  readonly engine: string;
  readonly content: Content | undefined;
  /** Those that ship, and those of the content folder. */
  readonly regimes: readonly Regime[];
  readonly pinnedTest: (terms: SessionTerms) => PinnedTest;
}

/** With the secret: the keys are open, and so is what they encrypt. */
export interface OpenStores extends Stores {
  readonly wrapping: Wrapping;
  readonly dataKeys: DataKeys;
  readonly cipher: PersonCipher;
}

export async function storesOf(storage: Storage, { contentFolder }: Configuration): Promise<Stores> {
  const bank = await ReleaseStore.open(storage);
  const content = contentFolder === undefined ? undefined : await readContent(contentFolder);
  return {
    storage,
    bank,
    agencies: await storage.collection(agencies),
    engine: engineVersion,
    content,
    regimes: [...regimes, ...(content?.regimes ?? [])],
    pinnedTest: ({ test, specification, releases }) => bank.pinnedTest(test, specification, releases),
  };
}

export async function openedStores(
  { storage, wrapping }: OpenedStorage,
  configuration: Configuration,
  ports: { readonly now: () => Instant; readonly random: Random },
): Promise<OpenStores> {
  const dataKeys = await DataKeys.open({ storage, wrapping, ...ports });
  const cipher = new PersonCipher({ dataKeys, ...ports });
  return { ...(await storesOf(storage, configuration)), wrapping, dataKeys, cipher };
}
