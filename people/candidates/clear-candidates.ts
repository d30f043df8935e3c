/** Candidates as they were kept before what names them was encrypted, and how they come to be encrypted. */
import { PersonErased } from '../../storage/keys/person-cipher.ts';
import type { Collection, CollectionDefinition, Key, Storage } from '../../storage/port.ts';
import { unlessRaced } from '../../storage/raced.ts';
import { type Candidate, type CandidateFacts, type Candidates, type Person, candidates } from './candidate.ts';

type ClearCandidate = Person & CandidateFacts;
type AnyCandidate = Candidate & { readonly reference?: string };

/** With the index of then, so that its entries go with the clear documents. */
const withClearIndex: CollectionDefinition<AnyCandidate, 'reference' | 'referenceHash'> = {
  ...candidates,
  indexes: { ...candidates.indexes, reference: { fields: ['reference'], unique: true } },
};

const isClear = (value: Candidate | ClearCandidate): value is ClearCandidate => 'name' in value;

/** Of a person whose key was destroyed before nothing is left that names them. */
async function sealedOr(people: Candidates, key: Key, clear: ClearCandidate): Promise<Candidate> {
  try {
    return await people.sealed(key, clear, clear);
  } catch (error) {
    if (!(error instanceof PersonErased)) throw error;
    const { contactLanguage, synthetic, registeredAt } = clear;
    return { contactLanguage, synthetic, registeredAt };
  }
}

/**
 * Encrypts every candidate that is still kept in clear; returns how many. Safe in several processes, and again after a
 * kill: each document is whole before and after.
 */
export async function encryptCandidates(storage: Storage, people: Candidates): Promise<number> {
  const all: Collection<AnyCandidate, string> = await storage.collection(withClearIndex);
  let encrypted = 0;
  let after: Key | undefined;
  do {
    const batch = await all.every(after);
    for (const stored of batch) {
      const { value } = stored;
      if (!isClear(value)) continue;
      const { tenant, id, revision } = stored;
      const sealed = await sealedOr(people, { tenant, id }, value);
      if ((await unlessRaced(all.replace({ tenant, id }, revision, sealed))) !== undefined) encrypted += 1;
    }
    after = batch.at(-1);
  } while (after !== undefined);
  return encrypted;
}
