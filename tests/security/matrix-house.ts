/**
 * A running program with two agencies, two centres, people of every role, and something of everything for the matrix.
 */
import { randomBytes } from 'node:crypto';
import { agencies, installation } from '../../people/agencies/agency.ts';
import { type Role, accounts } from '../../people/staff/account.ts';
import { type StaffAct, StaffLog } from '../../people/staff/staff-log.ts';
import { hashPassword } from '../../people/staff/passwords.ts';
import { readConfiguration } from '../../server/configuration.ts';
import { openSealed } from '../../server/open-storage.ts';
import { toInstant } from '../../storage/document/instant.ts';
import { ServerProcess } from '../server-process.ts';
import { expiredTokens } from './expired-tokens.ts';
import { Candidate, Staff, person } from '../session-client.ts';

interface CallerOf {
  readonly kind: 'nobody' | 'candidate' | 'seat' | 'staff';
  readonly role?: Role;
  /** What they got in with was good once. */
  readonly lapsed?: 'token-expired' | 'not-logged-in';
}
const callers = {
  nobody: { kind: 'nobody' },
  candidate: { kind: 'candidate' },
  'other candidate': { kind: 'candidate' },
  'fenced candidate': { kind: 'candidate' },
  'candidate whose session is closed': { kind: 'candidate' },
  seat: { kind: 'seat' },
  invigilator: { kind: 'staff', role: 'invigilator' },
  'invigilator of another centre': { kind: 'staff', role: 'invigilator' },
  'invigilator of another agency': { kind: 'staff', role: 'invigilator' },
  examiner: { kind: 'staff', role: 'examiner' },
  'examiner who does not hold it': { kind: 'staff', role: 'examiner' },
  'examiner of another agency': { kind: 'staff', role: 'examiner' },
  designer: { kind: 'staff', role: 'designer' },
  'designer of another agency': { kind: 'staff', role: 'designer' },
  office: { kind: 'staff', role: 'office' },
  'office of another agency': { kind: 'staff', role: 'office' },
  'candidate whose token expired': { kind: 'candidate', lapsed: 'token-expired' },
  'seat whose token expired': { kind: 'seat', lapsed: 'token-expired' },
  'invigilator whose token expired': { kind: 'staff', role: 'invigilator', lapsed: 'token-expired' },
  'invigilator who logged out': { kind: 'staff', role: 'invigilator', lapsed: 'not-logged-in' },
} as const satisfies Record<string, CallerOf>;
export type Caller = keyof typeof callers;
export const everybody = Object.keys(callers).filter((name): name is Caller => name in callers);
export const callerOf = (caller: Caller): CallerOf => callers[caller];

export interface House {
  /** Of the API. */
  readonly url: string;
  readonly openSession: string;
  readonly closedSession: string;
  /** For today; one that is cancelled; one more for today. */
  readonly registration: string;
  readonly cancelledRegistration: string;
  readonly otherRegistration: string;
  readonly performance: string;
  readonly criteria: readonly string[];
  readonly calibration: string;
  /** A file of responses. */
  readonly responses: string;
  /** Handle of a clip that the candidate may hear now. */
  readonly media: string;
  /** A recording that was begun, and one that is sealed. */
  readonly upload: string;
  readonly sealed: string;
  readonly seat: string;
  readonly fence: number;
  /** Somebody to register. */
  readonly person: () => object;
  /** What nobody of another centre or agency may read. */
  readonly secrets: readonly string[];
  headers(caller: Caller): Readonly<Record<string, string>>;
  rightful(access: string): Caller;
  /** Heads of the streams, and the documents, that a refused request must leave as they are. */
  written(): Promise<unknown>;
  readonly writtenAtFirst: unknown;
  /** What was recorded of the staff so far, refused log-ins aside. */
  staffActs(): Promise<readonly StaffAct[]>;
  /** What somebody's browser was told to keep, with the flags. */
  readonly cookies: readonly string[];
  /** Everything that the program said: its log. */
  output(): string;
  /** Names of people and what lets somebody in: what no log may say. */
  readonly unsaid: readonly string[];
  end(): Promise<void>;
}

const password = 'a password of the matrix';
const colleagues: Readonly<Record<string, { tenant: string; centre: string; role: Role }>> = {
  'invigilator of another centre': { tenant: 'demo', centre: 'brugge', role: 'invigilator' },
  'invigilator of another agency': { tenant: 'other', centre: 'gent', role: 'invigilator' },
  'examiner who does not hold it': { tenant: 'demo', centre: 'gent', role: 'examiner' },
  'examiner of another agency': { tenant: 'other', centre: 'gent', role: 'examiner' },
  'designer of another agency': { tenant: 'other', centre: 'gent', role: 'designer' },
  office: { tenant: 'demo', centre: 'gent', role: 'office' },
  'office of another agency': { tenant: 'other', centre: 'gent', role: 'office' },
};
const accountOf = (name: string, tenant: string): string => `${name.replace(/ /g, '-')}@${tenant}`;

const ports = {
  now: () => toInstant(Date.now()),
  random: (bytes: number) => new Uint8Array(randomBytes(bytes)),
};

/** The other agency has a centre of the same name: the tenant alone tells them apart. */
async function hire(folder: string): Promise<void> {
  const { storage } = await openSealed(readConfiguration({ MEETLAT_DATA: folder }, folder), ports);
  const [allAgencies, allAccounts] = [await storage.collection(agencies), await storage.collection(accounts)];
  const centres = [{ id: 'gent', name: 'Gent' }];
  await allAgencies.insert({ tenant: installation, id: 'other' }, { name: 'Other', centres, demonstration: true });
  const passwordHash = hashPassword(password);
  for (const [name, { tenant, centre, role }] of Object.entries(colleagues))
    await allAccounts.insert(
      { tenant, id: accountOf(name, tenant) },
      { name, passwordHash, roles: [role], centre, demonstration: true },
    );
  await storage.close();
}

async function actsIn(folder: string): Promise<readonly StaffAct[]> {
  const { storage } = await openSealed(readConfiguration({ MEETLAT_DATA: folder }, folder), ports);
  const log = new StaffLog({ journal: storage.journal, now: ports.now });
  const acts: StaffAct[] = [];
  for (const tenant of ['demo', 'other'])
    for (const day of (await log.days(tenant)).reverse()) acts.push(...(await log.of(tenant, day)));
  await storage.close();
  return acts.filter(({ type }) => type !== 'login-refused').sort((a, b) => (a.at < b.at ? -1 : 1));
}

const rasch = (items: readonly string[]): string => {
  const bits = randomBytes(400 * items.length);
  const row = (p: number): string =>
    [`P${p}`, ...items.map((_, n) => ((bits[p * items.length + n] ?? 0) > 60 + 15 * n ? 1 : 0))].join();
  return [`person,${items.join()}`, ...Array.from({ length: 400 }, (_, p) => row(p))].join('\n');
};

/** A calibration that is over, with its files. */
async function calibrate(designer: Staff, responses: string): Promise<string> {
  const query = 'source=file&model=rasch&anchors=none&name=responses.csv';
  const response = await fetch(`${designer.url}/api/v1/designer/banks/nt2-listening/calibrations?${query}`, {
    method: 'POST',
    headers: { cookie: designer.cookie, 'content-type': 'application/octet-stream' },
    body: responses,
  });
  const { id }: { id: string } = await response.json();
  for (;;) {
    const { state } = await designer.get<{ state: string }>(`/designer/calibrations/${id}`);
    if (state === 'finished') return id;
    if (state !== 'running') throw new Error(`the calibration ended ${state}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function expected(invigilator: Staff, names: readonly string[]): Promise<string[]> {
  const { today } = await invigilator.get<{ today: string }>('/invigilator/registrations');
  const made: string[] = [];
  for (const name of names) {
    const form = { ...person({ name }), day: today };
    made.push((await invigilator.post<{ registration: string }>('/invigilator/registrations', form)).registration);
  }
  return made;
}

interface Claim {
  readonly performance: string;
  readonly criteria: readonly string[];
}
async function claimed(examiner: Staff): Promise<Claim> {
  for (;;) {
    const claim = await examiner.post<Claim | null>('/examiner/claims');
    if (claim !== null) return claim;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** At its second speaking turn: the first is sealed, the second begun. */
async function speaking(candidate: Candidate): Promise<Pick<House, 'media' | 'upload' | 'sealed'>> {
  let view = await candidate.listen(await candidate.toFirstPart());
  ({ view } = await candidate.ask({ kind: 'start-part' }));
  if (view.screen.name !== 'speaking-turn') throw new Error(view.screen.name);
  await candidate.ask({ kind: 'play', handle: view.screen.turn.handle });
  const first = await candidate.record(view.screen.turn.handle, new Uint8Array(100).fill(1));
  const sealed = first.view.screen.name === 'speaking-turn' ? (first.view.screen.turn.recorded ?? '') : '';
  ({ view } = await candidate.ask({ kind: 'next', handle: view.screen.turn.handle }));
  if (view.screen.name !== 'speaking-turn') throw new Error(view.screen.name);
  const { handle, prompt: media } = view.screen.turn;
  const upload = 'upload-of-the-matrix';
  await candidate.ask({ kind: 'play', handle }, { kind: 'recording-started', handle, upload });
  return { media, upload, sealed };
}

interface NewSeat {
  readonly seat: string;
  readonly seatToken: string;
}
async function newSeat(url: string): Promise<NewSeat> {
  return (await fetch(`${url}/api/v1/candidate/seats`, { method: 'POST' })).json();
}
/** The device waits there until the returned call. */
async function waitAt(url: string, { seatToken }: NewSeat): Promise<() => void> {
  const waiting = new AbortController();
  const stream = await fetch(`${url}/api/v1/candidate/seats/events`, {
    headers: { authorization: `Bearer ${seatToken}` },
    signal: waiting.signal,
  });
  const read = async (): Promise<void> => {
    for await (const _event of stream.body ?? []);
  };
  read().catch(() => undefined);
  return () => waiting.abort();
}

export async function openHouse(environment: Readonly<Record<string, string>> = {}): Promise<House> {
  const server = await ServerProcess.start(environment);
  const { url } = server;
  await hire(server.folder);
  const staff = new Map<string, Staff>();
  for (const role of ['invigilator', 'examiner', 'designer'] as const)
    staff.set(role, await Staff.login(url, await server.account(role)));
  for (const [name, { tenant }] of Object.entries(colleagues))
    staff.set(name, await Staff.login(url, { account: accountOf(name, tenant), password }));
  const of = (name: string): Staff => {
    const found = staff.get(name);
    if (found === undefined) throw new Error(`nobody is ${name}`);
    return found;
  };
  const invigilator = of('invigilator');
  const names = ['Aaltje Eigen', 'Bram Gesloten'];
  const awaited = ['Dina Verwacht', 'Emre Geannuleerd', 'Fatma Verwacht'];
  const [registration = '', cancelledRegistration = '', otherRegistration = ''] = await expected(invigilator, awaited);
  await invigilator.post(`/invigilator/registrations/${cancelledRegistration}/cancel`, { reason: 'is ill' });
  const closed = await Candidate.admitted(invigilator, { name: names[1] ?? '' });
  let view = await closed.listen(await closed.toFirstPart());
  ({ view } = await closed.ask({ kind: 'start-part' }));
  await closed.speak(view);
  const open = await Candidate.admitted(invigilator, { name: names[0] ?? '' });
  // A newer admission makes the first token worthless.
  const { code } = await invigilator.post<{ code: string }>(`/invigilator/sessions/${open.session}/code`);
  const candidate = await Candidate.arrive(url, code, open.session);
  await invigilator.post(`/invigilator/sessions/${open.session}/admit`);
  await candidate.take();
  const inSession = await speaking(candidate);
  const other = await Candidate.admitted(invigilator, { name: 'Carla Ander' });
  const claim = await claimed(of('examiner'));
  const items = ['L-A1-001', 'L-A1-002', 'L-A1-003', 'L-A1-004', 'L-A1-005', 'L-A1-006'];
  const responses = rasch(items);
  const calibration = await calibrate(of('designer'), responses);
  const [seat, waiting] = [await newSeat(url), await newSeat(url)];
  const leaveSeat = await waitAt(url, waiting);
  const wasIn = await Staff.login(url, await server.account('invigilator'));
  await wasIn.post('/staff/logout');
  const [cookieName = '', inNow = ''] = invigilator.cookie.split('=');
  const expired = await expiredTokens(server.folder, {
    candidate: candidate.token,
    seat: seat.seatToken,
    invigilator: inNow,
  });
  const cookies = new Map<string, string>([
    ...[...staff].map(([name, { cookie }]) => [name, cookie] as const),
    ['invigilator whose token expired', `${cookieName}=${expired.get('invigilator') ?? ''}`],
    ['invigilator who logged out', wasIn.cookie],
  ]);
  const bearers: Partial<Record<Caller, string>> = {
    candidate: candidate.token,
    'other candidate': other.token,
    'fenced candidate': open.token,
    'candidate whose session is closed': closed.token,
    seat: seat.seatToken,
    'candidate whose token expired': expired.get('candidate') ?? '',
    'seat whose token expired': expired.get('seat') ?? '',
  };
  const headers = (caller: Caller): Record<string, string> => {
    const bearer = bearers[caller];
    if (bearer !== undefined) return { authorization: `Bearer ${bearer}` };
    const cookie = cookies.get(caller);
    return cookie === undefined ? {} : { cookie };
  };
  const written = async (): Promise<unknown> => ({
    sessions: await Promise.all(
      [candidate, closed].map(async ({ session }) => {
        const log = await invigilator.get<{ chain: object }>(`/invigilator/sessions/${session}/log`);
        return log.chain;
      }),
    ),
    registrations: await invigilator.get('/invigilator/registrations'),
    claim: await of('examiner').get('/examiner/claims/current'),
    calibrations: await of('designer').get('/designer/calibrations'),
    releases: await of('designer').get('/designer/banks/nt2-listening/releases'),
  });
  return {
    url: `${url}/api/v1`,
    openSession: candidate.session,
    closedSession: closed.session,
    registration,
    cancelledRegistration,
    otherRegistration,
    ...claim,
    calibration,
    responses,
    ...inSession,
    seat: waiting.seat,
    fence: candidate.fence,
    person,
    secrets: [...names, ...awaited, registration, candidate.session, closed.session, claim.performance, calibration],
    headers,
    rightful: (access) => everybody.find((name) => name === access) ?? (access === 'staff' ? 'office' : 'nobody'),
    written,
    writtenAtFirst: await written(),
    staffActs: () => actsIn(server.folder),
    cookies: of('office').setCookies,
    output: () => server.output,
    unsaid: [
      ...names,
      ...awaited,
      'Carla Ander',
      code,
      seat.seatToken,
      ...Object.values(bearers),
      ...[...staff.values()].map(({ cookie }) => cookie.split('=')[1] ?? ''),
    ],
    end: async () => {
      leaveSeat();
      await server.dispose();
    },
  };
}
