/**
 * What names a person in data of before is encrypted once, at the server's start: candidates, certificates, pushes, and
 * the registration of every session, whose stream gets other hashes by it (storage/journal/rewritten.ts). Safe in
 * several processes and again after a kill; only when all is done the wrapping record says so.
 */
import { type Agencies, tenants } from '../../people/agencies/agency.ts';
import { Candidates } from '../../people/candidates/candidate.ts';
import { encryptCandidates } from '../../people/candidates/clear-candidates.ts';
import { type RegisteredPerson, RegisteredPersons, resultKeyHash } from '../../delivery/sessions/personal.ts';
import { readSessionEvent, writeSessionEvent } from '../../delivery/sessions/recorded.ts';
import { sessionKind } from '../../delivery/sessions/run.ts';
import type { EventOf, SessionEvent } from '../../delivery/sessions/session.ts';
import { certificates } from '../../scoring/certificates/issue.ts';
import { deliveries } from '../../scoring/trajectory/deliveries.ts';
import type { Instant } from '../../storage/document/instant.ts';
import { type JsonObject, jsonObject } from '../../storage/document/json.ts';
import { CommitSeals } from '../../storage/journal/commit-seal.ts';
import { bindRewrittenStreams, rewriteStream } from '../../storage/journal/rewritten.ts';
import { type PersonCipher, PersonErased, erasedText, isSealedText } from '../../storage/keys/person-cipher.ts';
import { PersonalCollection, type Personal } from '../../storage/keys/personal-collection.ts';
import type { Wrapping } from '../../storage/keys/wrapping.ts';
import { everyStream } from '../../storage/pages.ts';
import { type Collection, CorruptStorage, type Key, type Storage, type Stored } from '../../storage/port.ts';
import { unlessRaced } from '../../storage/raced.ts';

export interface EncryptingPorts {
  /** Sealed. */
  readonly storage: Storage;
  readonly wrapping: Wrapping;
  readonly cipher: PersonCipher;
  readonly agencies: Agencies;
  readonly now: () => Instant;
}

export interface EncryptedData {
  readonly candidates: number;
  readonly sessions: number;
  /** Streams that cannot be read, and stay as they are. */
  readonly damaged: readonly string[];
}

/** Undefined when all was encrypted before. */
export async function encryptOldData(ports: EncryptingPorts): Promise<EncryptedData | undefined> {
  const { storage, wrapping, now } = ports;
  if (wrapping.isStorageEncrypted) return undefined;
  const people = await Candidates.open(ports);
  const encrypted = await encryptCandidates(storage, people);
  const owners = new Map<string, string>();
  const damaged: string[] = [];
  let sessions = 0;
  for (const tenant of await tenants(ports.agencies))
    for await (const id of everyStream(storage.journal, tenant, sessionKind))
      try {
        const { candidate, isRewritten } = await encryptSession(ports, people, { tenant, id });
        owners.set(JSON.stringify([tenant, id]), candidate);
        if (isRewritten) sessions += 1;
      } catch (error) {
        if (!(error instanceof CorruptStorage)) throw error;
        damaged.push(error.where);
      }
  await bindRewrittenStreams(storage, now);
  await encryptTexts(ports, await storage.collection(certificates), 'credential', ({ tenant, id }) =>
    owners.get(JSON.stringify([tenant, id])),
  );
  await encryptTexts(ports, await storage.collection(deliveries), 'body', ({ value }) => value.candidate);
  await wrapping.storageIsEncrypted();
  return { candidates: encrypted, sessions, damaged };
}

type Registered = EventOf<'registered'>;
const isRegistered = (event: SessionEvent): event is Registered => event.type === 'registered';

/** Throws CorruptStorage. */
async function encryptSession(ports: EncryptingPorts, people: Candidates, { tenant, id }: Key) {
  const { storage, wrapping, cipher } = ports;
  const stream = { tenant, kind: sessionKind, id };
  const persons = new RegisteredPersons(cipher);
  const rewriting = { storage, seals: new CommitSeals(wrapping.derive('journal')) };
  const isRewritten = await rewriteStream(rewriting, stream, async (recorded) => {
    const events = recorded.map(readSessionEvent);
    if (!events.some((event) => isRegistered(event) && typeof event.personal !== 'string')) return undefined;
    return Promise.all(
      events.map(async (event): Promise<JsonObject> => {
        const kept = isRegistered(event) ? await encryptRegistration(persons, people, tenant, event) : event;
        return jsonObject(writeSessionEvent(kept));
      }),
    );
  });
  const [first] = (await storage.journal.read(stream))[0]?.events ?? [];
  return { candidate: String(first?.['candidate']), isRewritten };
}

/** A registration of before recorded name and key alone; birth date and reference are the candidate's. */
async function encryptRegistration(
  persons: RegisteredPersons,
  people: Candidates,
  tenant: string,
  event: Registered,
): Promise<Registered> {
  const { candidate, personal } = event;
  if (typeof personal === 'string') return event;
  const { candidateName, resultKey } = personal;
  const known = await people.person({ tenant, id: candidate });
  const person: RegisteredPerson = {
    birthDate: known?.birthDate ?? '',
    reference: known?.reference ?? '',
    name: candidateName,
    resultKey,
  };
  try {
    return { ...event, schema: 2, ...(await persons.seal(tenant, candidate, person)) };
  } catch (error) {
    if (!(error instanceof PersonErased)) throw error;
    return { ...event, schema: 2, personal: erasedText, resultKeyHash: resultKeyHash(resultKey) };
  }
}

/** `ownerOf`: whose a document is; it stays as it is where nobody is known. */
async function encryptTexts<M extends string, T extends Personal<M>, I extends string>(
  { cipher }: EncryptingPorts,
  inner: Collection<T, I>,
  member: M,
  ownerOf: (stored: Stored<T>) => string | undefined,
): Promise<void> {
  const encrypting = new PersonalCollection(inner, member, cipher);
  let after: Key | undefined;
  do {
    const batch = await inner.every(after);
    for (const stored of batch) {
      const [text, candidate] = [stored.value[member], ownerOf(stored)];
      if (text === undefined || isSealedText(text) || candidate === undefined) continue;
      await unlessRaced(encryptOne({ encrypting, inner, member }, stored, { ...stored.value, candidate }));
    }
    after = batch.at(-1);
  } while (after !== undefined);
}

/** Of a person whose key was destroyed before, nothing is kept. */
async function encryptOne<M extends string, T extends Personal<M>, I extends string>(
  {
    encrypting,
    inner,
    member,
  }: { readonly encrypting: Collection<T, I>; readonly inner: Collection<T, I>; readonly member: M },
  { revision, ...key }: Stored<T>,
  value: T,
): Promise<void> {
  try {
    await encrypting.replace(key, revision, value);
  } catch (error) {
    if (!(error instanceof PersonErased)) throw error;
    const { ...rest } = value;
    delete rest[member];
    await inner.replace(key, revision, rest);
  }
}
