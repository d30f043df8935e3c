/**
 * Everything that is kept of one person, for that person: what they did, what was said and decided about them, and in
 * which role somebody had to do with it. Staff is named by role and number alone, and questions by their place.
 */
import type { Accounts } from '../../people/staff/account.ts';
import type { Candidates, Person } from '../../people/candidates/candidate.ts';
import type { TypedTexts } from '../../people/candidates/typed-text.ts';
import { withTypedTexts } from '../../delivery/monitoring/typed-texts.ts';
import { type LogLine, proctoringLog } from '../../delivery/monitoring/log.ts';
import { recordingId } from '../../delivery/recordings/upload.ts';
import type { ReleaseStore } from '../../item-bank/releases/store.ts';
import type { SessionList } from '../../delivery/sessions/session-list.ts';
import { type Sessions, sessionKind, sessionStream } from '../../delivery/sessions/run.ts';
import type { SessionState } from '../../delivery/sessions/session.ts';
import type { RegistrationState } from '../../delivery/registrations/registration.ts';
import type { Registrations } from '../../delivery/registrations/run.ts';
import type { Certificates } from '../../scoring/certificates/issue.ts';
import { ratingKind, ratingStream } from '../../scoring/rating/run.ts';
import { performanceId, tasksOf } from '../../scoring/rating/performances-of.ts';
import { type ResultContent, countingResult } from '../../scoring/results/result.ts';
import type { Results } from '../../scoring/results/run.ts';
import type { Deliveries } from '../../scoring/trajectory/deliveries.ts';
import { defined } from '../../storage/document/defined.ts';
import { eventsOf } from '../../storage/journal/stream.ts';
import { everyDocument } from '../../storage/pages.ts';
import type { Blobs, Journal, Key } from '../../storage/port.ts';
import type { ArchivedFile } from './zip-archive.ts';

export interface ExportPorts {
  readonly journal: Journal;
  readonly blobs: Blobs;
  readonly accounts: Accounts;
  readonly bank: Pick<ReleaseStore, 'allSpecifications'>;
  readonly candidates: Candidates;
  readonly registrations: Registrations;
  readonly typed: TypedTexts;
  readonly sessionList: SessionList;
  readonly sessions: Sessions;
  readonly results: Results;
  readonly certificates: Certificates;
  readonly deliveries: Deliveries;
}

export interface ExportedRating {
  readonly task: string;
  readonly by: string;
  readonly at: string;
  readonly scores: object;
  readonly remark?: string;
}
/** Somebody was given a recording to hear. */
export interface ExportedHearing {
  readonly task: string;
  readonly by: string;
  readonly at: string;
}
/** Whether or not it led to a session. */
export interface ExportedRegistration {
  readonly test: string;
  readonly status: RegistrationState['status'];
  readonly registeredAt: string;
  readonly day?: string;
  readonly centre?: string;
  /** Why it was cancelled, as it was typed. */
  readonly reason?: string;
  /** Who registered, planned or let in. */
  readonly staff: readonly string[];
}
export interface ExportedSession {
  readonly session: string;
  readonly title: Readonly<Record<string, string>>;
  readonly centre: string;
  readonly language: string;
  readonly receipt: string;
  readonly registeredAt: string;
  readonly admittedAt?: string;
  readonly closedAt?: string;
  readonly answers: readonly { readonly question: number; readonly option: number }[];
  readonly log: readonly LogLine[];
  readonly hearings: readonly ExportedHearing[];
  readonly ratings: readonly ExportedRating[];
  readonly result?: ResultContent;
  readonly annulledAt?: string;
  /** Names of files in the archive. */
  readonly recordings: readonly string[];
  readonly certificate?: string;
}
export interface ExportedPerson {
  readonly agency: string;
  readonly pseudonym: string;
  readonly person: Person;
  readonly registrations: readonly ExportedRegistration[];
  readonly sessions: readonly ExportedSession[];
  readonly pushes: readonly { readonly file: string; readonly status: string; readonly at: string }[];
}
export interface PersonExport {
  readonly exported: ExportedPerson;
  /** Recordings, certificates, pushes. */
  readonly files: readonly ArchivedFile[];
}

/** Undefined for who is unknown or was erased. */
export async function exportPerson(ports: ExportPorts, key: Key): Promise<PersonExport | undefined> {
  const person = await ports.candidates.person(key);
  if (person === undefined) return undefined;
  const { tenant, id } = key;
  const files: ArchivedFile[] = [];
  const roles = new RoleNames(ports.accounts, tenant);
  const sessions: ExportedSession[] = [];
  for await (const listed of everyDocument(ports.sessionList, tenant, { index: 'candidate', equal: [id] })) {
    const session = await exportSession(ports, { tenant, id: listed.id }, roles, files);
    if (session !== undefined) sessions.push({ ...session, registeredAt: listed.value.registeredAt });
  }
  const pushes = [];
  for await (const { id: event, value } of everyDocument(ports.deliveries, tenant, {
    index: 'candidate',
    equal: [id],
  })) {
    const file = `pushes/${event}.json`;
    if (value.body !== undefined) files.push({ name: file, bytes: Buffer.from(value.body) });
    pushes.push({ file, status: value.status, at: value.createdAt });
  }
  const registrations = await exportRegistrations(ports, key, roles);
  return { exported: { agency: tenant, pseudonym: id, person, registrations, sessions, pushes }, files };
}

async function exportSession(
  ports: ExportPorts,
  id: Key,
  roles: RoleNames,
  files: ArchivedFile[],
): Promise<Omit<ExportedSession, 'registeredAt'> | undefined> {
  const loaded = await ports.sessions.load(id);
  if (loaded === undefined) return undefined;
  const { state } = loaded;
  const { terms, admittedAt, closed } = state;
  const result = (await ports.results.load(id)).state;
  const credential = (await ports.certificates.get(id))?.value.credential;
  const certificate = credential === undefined ? undefined : `certificates/${id.id}.jwt`;
  if (credential !== undefined) files.push({ name: `certificates/${id.id}.jwt`, bytes: Buffer.from(credential) });
  return {
    session: id.id,
    title: ports.sessions.pinnedTest(state).specification.title,
    centre: terms.centre,
    language: terms.language,
    receipt: terms.reference,
    ...defined({ admittedAt, closedAt: closed?.at, certificate }),
    answers: answersOf(state),
    log: await exportLog(ports, id, terms.candidate, roles),
    ...(await exportRatings(ports, id, state, roles)),
    ...defined({ result: countingResult(result)?.result, annulledAt: result?.annulled?.at }),
    recordings: await exportRecordings(ports, id, state, files),
  };
}

/** As it was shown: the first option of the screen is 1. */
const answersOf = (state: SessionState): ExportedSession['answers'] =>
  state.items.flatMap(({ position, answer, optionOrder }) =>
    answer === undefined ? [] : [{ question: position, option: optionOrder.indexOf(answer.choice) + 1 }],
  );

async function exportLog(ports: ExportPorts, id: Key, candidate: string, roles: RoleNames): Promise<LogLine[]> {
  const commits = await ports.journal.read({ ...id, kind: sessionKind });
  const events = commits.flatMap((commit) => eventsOf(sessionStream, commit));
  const lines = proctoringLog(await withTypedTexts(ports.typed, { tenant: id.tenant, candidate }, events));
  const named: LogLine[] = [];
  for (const { by, ...line } of lines)
    named.push(by === undefined ? line : { ...line, by: by.includes('@') ? await roles.of(by) : by });
  return named;
}

async function exportRegistrations(
  { bank, registrations, typed }: ExportPorts,
  { tenant, id: person }: Key,
  roles: RoleNames,
): Promise<ExportedRegistration[]> {
  const exported: ExportedRegistration[] = [];
  for (const test of new Set(bank.allSpecifications().map(({ id }) => id)))
    for (const terms of (await registrations.of(tenant, { person, test })).values()) {
      const { status, registeredAt } = terms;
      const staff: string[] = [];
      for (const account of terms.staff) staff.push(await roles.of(account));
      const plan = 'plan' in terms ? terms.plan : undefined;
      const kept = 'reason' in terms ? terms.reason : undefined;
      const reason = kept === undefined ? undefined : await typed.read(tenant, person, kept);
      exported.push({ test, status, registeredAt, staff, ...plan, ...defined({ reason }) });
    }
  return exported.sort((a, b) => (a.registeredAt < b.registeredAt ? -1 : 1));
}

/** Every time that somebody was given a recording to hear, and what they said of it. */
async function exportRatings(
  ports: ExportPorts,
  id: Key,
  state: SessionState,
  roles: RoleNames,
): Promise<Pick<ExportedSession, 'hearings' | 'ratings'>> {
  const hearings: ExportedHearing[] = [];
  const ratings: ExportedRating[] = [];
  for (const task of tasksOf(state)) {
    const commits = await ports.journal.read({ ...performanceId(id, state, task), kind: ratingKind });
    for (const event of commits.flatMap((commit) => eventsOf(ratingStream, commit))) {
      if (event.type === 'claimed') hearings.push({ task, by: await roles.of(event.by), at: event.at });
      if (event.type !== 'rated') continue;
      const { at, scores, remark: kept } = event;
      const person = state.terms.candidate;
      const remark = kept === undefined ? undefined : await ports.typed.read(id.tenant, person, kept);
      ratings.push({ task, by: await roles.of(event.by), at, scores, ...defined({ remark }) });
    }
  }
  return { hearings, ratings };
}

async function exportRecordings(
  { blobs }: ExportPorts,
  { tenant, id }: Key,
  state: SessionState,
  files: ArchivedFile[],
): Promise<string[]> {
  const names: string[] = [];
  for (const { sealed, task, turn } of state.turns) {
    if (sealed === undefined) continue;
    const owner = { tenant, session: id, person: state.terms.candidate };
    const bytes = await blobs.read(recordingId(owner, sealed.upload));
    if (bytes === undefined) continue;
    const kind = /^audio\/([a-z0-9]+)/.exec(sealed.contentType)?.[1] ?? 'bin';
    const name = `audio/${id}/${task}-${turn + 1}.${kind}`;
    files.push({ name, bytes });
    names.push(name);
  }
  return names;
}

/** `examiner 1`, `invigilator 2`: the same for the same account in the whole export, and no name. */
class RoleNames {
  private readonly names = new Map<string, string>();

  constructor(
    private readonly accounts: Accounts,
    private readonly tenant: string,
  ) {}

  async of(account: string): Promise<string> {
    const known = this.names.get(account);
    if (known !== undefined) return known;
    const role = (await this.accounts.get({ tenant: this.tenant, id: account }))?.value.roles[0] ?? 'staff';
    const number = [...this.names.values()].filter((name) => name.startsWith(`${role} `)).length + 1;
    this.names.set(account, `${role} ${number}`);
    return `${role} ${number}`;
  }
}
