/**
 * What the world is told of a result: a certificate where one is earned, and a push where somebody wants it. Every verb
 * looks at the result as the commit left it that it follows from, not at what was written since.
 */
import { defined } from '../../storage/document/defined.ts';
import type { Anchor } from '../../storage/journal/checkpoint.ts';
import type { Instant } from '../../storage/document/instant.ts';
import { type Agencies, agencyOf } from '../../people/agencies/agency.ts';
import type { RegisteredPersons } from '../../delivery/sessions/personal.ts';
import type { SessionId, Sessions } from '../../delivery/sessions/run.ts';
import {
  type CertificateFacts,
  type Certificates,
  issueCertificate,
  replaceCertificate,
  revokeCertificate,
} from '../certificates/issue.ts';
import type { Sign } from '../certificates/sign.ts';
import type { WithdrawnCertificates } from '../certificates/status.ts';
import { type Regime, regimeById } from '../regimes/regime.ts';
import { reportingScale } from '../regimes/reporting-scale.ts';
import type { ResultContent, ResultState } from '../results/result.ts';
import type { Results } from '../results/run.ts';
import { type Deliveries, enqueue } from '../trajectory/deliveries.ts';
import { type PushFacts, type PushType, eventId, resultEvent } from '../trajectory/event.ts';

export interface PronouncePorts {
  readonly sessions: Pick<Sessions, 'load' | 'pinnedTest'>;
  readonly results: Pick<Results, 'loadAt' | 'recompute'>;
  readonly persons: Pick<RegisteredPersons, 'of'>;
  readonly agencies: Agencies;
  readonly certificates: Certificates;
  readonly withdrawn: WithdrawnCertificates;
  readonly sign: Sign;
  readonly regimes: readonly Regime[];
  /** Address that people reach us at: the issuer of certificates and the source of pushes. */
  readonly publicUrl: () => string;
  readonly now: () => Instant;
  /** Goes out with every push, so that it is known outside of this house. */
  readonly newestCheckpoint: () => Promise<Anchor | undefined>;
  /** Undefined where no trajectory system is told. */
  readonly deliveries: Deliveries | undefined;
}

/** A result that counts, or counted until it was annulled, and whose it is. */
interface Pronounced {
  readonly id: SessionId;
  readonly version: number;
  readonly state: ResultState;
  readonly released: NonNullable<ResultState['released']>;
  readonly candidate: string;
  readonly reference: string;
  readonly facts: CertificateFacts;
}

const levelsOf = ({ regimes }: PronouncePorts, family: string, { regime }: ResultContent): string[] =>
  reportingScale(regimeById(family, regime.id, regimes))?.levels.map(({ name }) => name) ?? [];

/** Undefined when there is no such result or its person is gone: then nobody is left to tell of. */
async function pronouncedAt(ports: PronouncePorts, id: SessionId, version: number): Promise<Pronounced | undefined> {
  const [session, { state }] = [await ports.sessions.load(id), await ports.results.loadAt(id, version)];
  if (session === undefined || state?.released === undefined) return undefined;
  const { released } = state;
  const { terms } = session.state;
  const { candidate, synthetic } = terms;
  // From the session itself, never from a collection: what is signed is what the chain binds.
  const person = await ports.persons.of(id.tenant, terms);
  if (person === undefined) return undefined;
  const { name, birthDate, reference } = person;
  const { specification } = ports.sessions.pinnedTest(session.state);
  const facts: CertificateFacts = {
    id: id.id,
    candidate,
    issuer: ports.publicUrl(),
    issuerName: (await agencyOf(ports.agencies, id.tenant))?.name ?? 'Meetlat',
    holder: { name, birthDate },
    result: released.result,
    levels: levelsOf(ports, specification.regime, released.result),
    title: specification.title,
    releasedAt: released.at,
    synthetic,
  };
  return { id, version, state, released, candidate, reference, facts };
}

/** A released result that does not follow from its session and ratings: nothing is signed or told of it. */
export class NotRecomputed extends Error {
  readonly code = 'not-recomputed';
  constructor({ tenant, id }: SessionId, members: readonly string[]) {
    super(`result ${tenant}/${id}: ${members.join(', ')} do not follow from the session and its ratings`);
    this.name = 'NotRecomputed';
  }
}

/** What a certificate or a push says of a result. */
const said: ReadonlySet<string> = new Set([
  'outcome',
  'test',
  'testDate',
  'level',
  'scale',
  'required',
  'score',
  'max',
]);

async function requireRecomputed({ results }: PronouncePorts, id: SessionId, version: number): Promise<void> {
  const differs = (await results.recompute(id, version))?.differs.filter((member) => said.has(member)) ?? [];
  if (differs.length > 0) throw new NotRecomputed(id, differs);
}

/** A released result becomes a certificate and a push. Throws NotRecomputed. */
export async function released(ports: PronouncePorts, id: SessionId, version: number): Promise<void> {
  const result = await pronouncedAt(ports, id, version);
  if (result === undefined) return;
  await requireRecomputed(ports, id, version);
  const credential = await issueCertificate(ports.certificates, id.tenant, result.facts, ports.sign);
  await push(ports, 'released', result, { at: result.released.at, ...defined({ credential }) });
}

/**
 * A corrected result follows from the session's answers and the amendment that it names, or it is a named person's
 * word. It gets a certificate of its own, where it earns one; the one before counts no more. Throws NotRecomputed.
 */
export async function corrected(ports: PronouncePorts, id: SessionId, version: number): Promise<void> {
  const [before, result] = [await ports.results.loadAt(id, version - 1), await pronouncedAt(ports, id, version)];
  if (result === undefined) return;
  if (!result.released.isByHand) await requireRecomputed(ports, id, version);
  const credential = await replaceCertificate(
    ports.certificates,
    ports.withdrawn,
    { key: id, version, facts: { ...result.facts, id: `${id.id}-${version}` } },
    ports.sign,
  );
  const replaces = before.state?.released?.version;
  await push(ports, 'corrected', result, { at: result.released.at, ...defined({ replaces, credential }) });
}

/** An annulled result has no certificate any more, and whoever was told of it is told so. */
export async function annulled(ports: PronouncePorts, id: SessionId, version: number): Promise<void> {
  const result = await pronouncedAt(ports, id, version);
  const at = result?.state.annulled?.at;
  if (result === undefined || at === undefined) return;
  await revokeCertificate(ports.certificates, ports.withdrawn, id, at);
  await push(ports, 'annulled', result, { at, replaces: result.released.version });
}

async function push(
  { deliveries, publicUrl, now, newestCheckpoint }: PronouncePorts,
  type: PushType,
  { id, version, released: { result }, candidate, reference, facts: { synthetic } }: Pronounced,
  more: Pick<PushFacts, 'at' | 'replaces' | 'credential'>,
): Promise<void> {
  if (deliveries === undefined) return;
  const facts = { source: publicUrl(), tenant: id.tenant, session: id.id, version, reference, result, synthetic };
  const checkpoint = await newestCheckpoint();
  const body = JSON.stringify(resultEvent(type, { ...facts, ...more, ...defined({ checkpoint }) }));
  await enqueue(deliveries, id.tenant, eventId(id.tenant, id.id, version), candidate, body, now());
}
