/** Ties every floor together, with the clock, randomness, ids and timers of `machine.ts`. */
import { createHmac } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Express } from 'express';
import { type Logger, pino } from 'pino';
import type { Instant } from '../storage/document/instant.ts';
import type { CheckpointMemory } from '../storage/journal/checkpoint.ts';
import type { DataKeys } from '../storage/keys/data-keys.ts';
import { SigningKeys } from '../storage/keys/signing-keys.ts';
import { leases } from '../storage/journal/lease.ts';
import type { Collection, Storage } from '../storage/port.ts';
import { admissionCodes } from '../people/access/codes.ts';
import { Tokens } from '../people/access/tokens.ts';
import { accounts } from '../people/staff/account.ts';
import { Passwords } from '../people/staff/passwords.ts';
import { staffSessions } from '../people/staff/staff-sessions.ts';
import { type AdmissionPorts, followRegistration } from '../delivery/registrations/admit.ts';
import { examDaySettings } from '../delivery/proctoring/exam-day.ts';
import { markStream } from '../delivery/sessions/clip-mark.ts';
import { sessionList } from '../delivery/sessions/session-list.ts';
import { type Live, openLive } from '../delivery/live/live.ts';
import { folderLibrary } from '../item-bank/items/media.ts';
import { type ItemCountPorts, countedItems, itemCounts } from '../delivery/responses/item-counts.ts';
import { type FollowUpPorts, follow } from '../scoring/follow-up/follow.ts';
import { guardedFetch } from '../scoring/trajectory/guarded-fetch.ts';
import { loadDemonstration } from '../demonstration/bank.ts';
import {
  type Credentials,
  type DemonstrationPorts,
  makeCredentials,
  seedDemonstration,
} from '../demonstration/people.ts';
import { candidateEndpoints } from './api/candidate/routes.ts';
import { designerEndpoints } from './api/designer/routes.ts';
import { examinerEndpoints } from './api/examiner/routes.ts';
import { invigilatorEndpoints } from './api/invigilator/routes.ts';
import { officeEndpoints } from './api/office/routes.ts';
import { publicEndpoints } from './api/public/routes.ts';
import { certificateCheck, resultView } from './api/public/view.ts';
import { staffEndpoints } from './api/staff/routes.ts';
import type { Configuration } from './configuration.ts';
import { fileMemory, goOnFromRemembered, memoryFile } from './checkpoint-memory.ts';
import { mediaFolders, publishContent } from './content.ts';
import { createApplication } from './http/application.ts';
import type { Endpoint } from './http/endpoint.ts';
import { metrics } from './http/metrics.ts';
import { CalibrationFiles } from './jobs/calibration-files.ts';
import { calibrationJobs } from './calibration-job.ts';
import { Calibrations, startWorker } from './jobs/calibrations.ts';
import { ClockWatch, clockJob } from './jobs/clock-watch.ts';
import { consequencesJob } from './jobs/consequences.ts';
import { itemCountsJob } from './jobs/item-counts.ts';
import { Leadership } from './jobs/leadership.ts';
import { livenessJobs, measureOutage } from './jobs/liveness.ts';
import { type Liveness, lastAlive, livenessDefinition } from './last-alive.ts';
import { findOpen, sessionJobs } from './jobs/open-sessions.ts';
import { recordJobs } from './jobs/records.ts';
import { retentionJob } from './jobs/retention.ts';
import { UploadFolder } from './jobs/upload-folder.ts';
import type { Job } from './jobs/job.ts';
import { openSealed } from './open-storage.ts';
import { upgradedStores } from './privacy/upgrade.ts';
import { passwordThread } from './password-threads.ts';
import { ownFolder } from './own-folder.ts';
import { type Refusing, refusing } from './refusing.ts';
import { CappedExposures } from './capped-exposures.ts';
import { greeting } from './greeting.ts';
import { keptFile } from './kept-file.ts';
import { ProcessTimers, demonstrationFolder, makeId, processClock, programVersion, random } from './machine.ts';
import type { Program } from './program.ts';
import { openRooms } from './rooms.ts';
import type { CommandVoice } from '../words/commands.ts';
import { type Stores, openedStores } from './stores.ts';
import { fileWitness, urlWitness } from './witness.ts';
import type { Timers } from '../storage/document/timers.ts';

/** Log-ins that may wait for one of the two password threads: about a second. */
const waitingPasswords = 16;

/** With what only the designer's routes and its own job use. */
interface WholeProgram extends Program {
  readonly calibrations: Calibrations;
}

export interface Composed {
  readonly program: Program;
  readonly application: Express;
  /** Served at an address of its own. */
  readonly metrics: Express;
  readonly jobs: readonly Job[];
  /** Told once the server listens: the address that people reach. */
  reachableAt(url: string): void;
  /** Calls `end` once the storage opens with another secret: what this process writes nobody would read any more. */
  whenSecretChanges(end: () => void): void;
  /** Lines to print when the server is up. */
  greeting(publicUrl: string, localUrl: string, say: CommandVoice): string[];
  /** No job and no heartbeat begins any more. */
  endTimers(): void;
  close(): Promise<void>;
}

/** A process that was killed while it decided about open sessions is succeeded after this time, ms. */
const leadershipMs = 5_000;

/** What is in force on the day that a session pins it. */
const pinnedToday = ({ bank, engine }: Stores): Pick<AdmissionPorts, 'currentTest' | 'engine'> => ({
  currentTest: (test) => bank.currentTest(test),
  engine,
});

export async function compose(configuration: Configuration): Promise<Composed> {
  await ownFolder(configuration.dataFolder);
  const log: Logger = pino(
    { level: 'info', base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  );
  const clock = processClock();
  const timers = new ProcessTimers();
  const surroundings = { log, timers, now: clock.now, ...refusing(log), cappedExposures: new CappedExposures(log) };
  const keeping = await openKeeping(configuration, surroundings);
  const { storage, stores, signing } = keeping;
  const people = await openPeople(storage);
  await publishContent(stores.bank, stores.content);
  const credentials = await demonstrate(configuration, { ...stores, accounts: people.accounts });
  let publicUrl = configuration.publicUrl ?? '';
  const memory = memoryOf(configuration, surroundings, (payload) => signing.sign(payload));
  const program: WholeProgram = {
    ...(await programOf(configuration, surroundings, keeping, people)),
    publicUrl: () => publicUrl,
    examSettings: (day) => examDaySettings(keeping.examKey, publicUrl, day),
    newestCheckpoint: () => memory.recall(),
  };
  const counts = { counts: await storage.collection(countedItems), ...program };
  const stopFollowing = stores.bank.follow((error) => {
    log.error({ err: error }, 'a publication of another process was not read');
  });
  const liveness = await storage.collection(livenessDefinition);
  const watch = await ClockWatch.begin({
    ...{ clock, log, stops: program.live.clock },
    lastAlive: () => lastAlive(liveness),
    isAnyUnderWay: async () => (await findOpen(program)).length > 0,
  });
  const measured = metrics(surroundings);
  await goOnFromRemembered(program, memory);
  await program.banks.applyAll(program.refusedStreams.unlessDamaged);
  return {
    program,
    application: createApplication(program, {
      endpoints: endpointsOf(program, signing, counts),
      interfaceFolder: join(import.meta.dirname, 'interface'),
      jwks: () => signing.jwks(),
      measure: measured.measure,
    }),
    metrics: measured.application,
    jobs: [...(await jobsOf(program, { memory, watch, liveness, ...keeping })), itemCountsJob(counts)],
    reachableAt: (url) => {
      publicUrl = url;
    },
    whenSecretChanges: (end) => whenSecretChanges(keeping, log, end),
    greeting: (address, local, say) => greeting(program, credentials, address, local, say),
    endTimers: () => timers.stopAll(),
    close: async () => {
      stopFollowing();
      program.live.close();
      await program.calibrations.stop();
      await storage.close();
    },
  };
}

interface Surroundings extends Refusing {
  readonly cappedExposures: CappedExposures;
  readonly log: Logger;
  readonly timers: Timers;
  readonly now: () => Instant;
}

/** Storage opened by the secret, with the keys that sign and encrypt. */
async function openKeeping(configuration: Configuration, { log, timers, now, refusedDocuments }: Surroundings) {
  const watchFailed = (error: Error): void =>
    log.warn({ err: error }, 'changes made by other processes are not seen for a while');
  const watching = { timers, watchFailed };
  const ports = { now, random, upgrade: true, watching, refused: refusedDocuments.tell };
  const opened = async () => openedStores(await openSealed(configuration, ports), configuration, ports);
  const stores = await upgradedStores(opened, { ...configuration, now, log });
  const { storage, wrapping, dataKeys } = stores;
  const signing = await SigningKeys.open({ storage, wrapping, random, now });
  const examKey = wrapping.derive('safe exam browser');
  return { storage, wrapping, signing, dataKeys, examKey, blobs: storage.blobs(dataKeys.dataKeyOf), stores };
}
type Keeping = Awaited<ReturnType<typeof openKeeping>>;

function whenSecretChanges({ wrapping }: Keeping, log: Logger, end: () => void): void {
  wrapping.whenChanged(
    () => {
      log.fatal('the secret of this storage was changed: this process ends');
      end();
    },
    (error) => log.error({ err: error }, 'whether the secret is still the same is not known'),
  );
}

const openPeople = async (storage: Storage) => ({
  accounts: await storage.collection(accounts),
  staffSessions: await storage.collection(staffSessions),
  codes: await storage.collection(admissionCodes),
  sessionList: await storage.collection(sessionList),
});
type People = Awaited<ReturnType<typeof openPeople>>;

async function programOf(
  configuration: Configuration,
  surroundings: Surroundings,
  keeping: Keeping,
  people: People,
): Promise<Omit<WholeProgram, 'publicUrl' | 'examSettings' | 'newestCheckpoint'>> {
  const { log, timers, now, refusedStreams } = surroundings;
  const { storage, wrapping, signing, blobs, stores } = keeping;
  const { bank, agencies } = stores;
  const rooms = await openRooms({ ...stores, now, damaged: refusedStreams.tell });
  const clipKey = wrapping.derive('clips');
  const thread = () => passwordThread(join(import.meta.dirname, 'password-worker.mjs'));
  return {
    configuration,
    log,
    now,
    makeId,
    random,
    timers,
    storage,
    refusedStreams,
    blobs,
    agencies,
    bank,
    ...people,
    ...rooms,
    version: programVersion,
    tokens: new Tokens(wrapping.derive('tokens'), now),
    // Never all cores.
    passwords: new Passwords(availableParallelism() > 2 ? [thread(), thread()] : [thread()], waitingPasswords),
    live: await liveState(storage, wrapping.derive('failed attempts'), surroundings),
    calibrations: await openCalibrations(configuration, surroundings, keeping),
    media: folderLibrary(mediaFolders(stores.content, configuration.demonstration ? demonstrationFolder : undefined)),
    clipMark: (session) => markStream(clipKey, session),
    regimes: stores.regimes,
    admission: {
      ...rooms,
      sessionList: people.sessionList,
      ...pinnedToday(stores),
      now,
      makeId,
      random,
      capped: surroundings.cappedExposures.tell,
    },
    sign: (payload, header) => signing.sign(payload, header),
    signBytes: (payload) => signing.sign(payload),
  };
}

/** What this machine remembers of the newest checkpoint, and whom it tells. */
function memoryOf(
  { dataFolder, witnessFile, witnessUrl }: Configuration,
  { log, now, timers }: Surroundings,
  sign: (payload: string) => Promise<string>,
): CheckpointMemory {
  const failed = (error: unknown) => log.error({ err: error }, 'the witness of checkpoints could not be written');
  const file = memoryFile(dataFolder);
  if (witnessUrl !== undefined)
    return fileMemory(file, urlWitness(witnessUrl, { now, failed, timers, sign, fetch: guardedFetch() }));
  return fileMemory(file, witnessFile === undefined ? undefined : fileWitness(witnessFile, { now, failed }));
}

async function openCalibrations(
  { dataFolder }: Configuration,
  { log, timers, now }: Surroundings,
  { storage, blobs, dataKeys, stores }: Keeping,
): Promise<Calibrations> {
  const uploads = new UploadFolder(join(dataFolder, 'uploads'));
  await uploads.tidy(now());
  return new Calibrations(
    { now, makeId, timers, log, agencies: stores.agencies },
    await storage.collection(calibrationJobs),
    new CalibrationFiles({ blobs, destroyDataKey: (tenant, person) => dataKeys.destroyDataKey(tenant, person) }),
    startWorker(join(import.meta.dirname, 'calibration-worker.mjs')),
    uploads,
  );
}

interface JobPorts {
  readonly memory: CheckpointMemory;
  readonly watch: ClockWatch;
  readonly liveness: Collection<Liveness, never>;
  readonly dataKeys: DataKeys;
}

async function jobsOf(program: WholeProgram, { memory, watch, liveness, dataKeys }: JobPorts): Promise<Job[]> {
  const followUp: FollowUpPorts = {
    ...program,
    deliveries: program.configuration.trajectory === undefined ? undefined : program.deliveries,
    heldBack: ({ tenant, id }, differences) =>
      program.log.error({ tenant, session: id, differences }, 'the two scorers differ: the result is held back'),
    registrationChanged: (id) => followRegistration(program.admission, id),
    sessionClosed: (id) => {
      program.live.presence.forget(id);
      program.live.delivered.forget(id);
    },
  };
  return [
    clockJob(watch),
    ...(await startLive(program, liveness, watch)),
    consequencesJob({ ...program, follow: (consequence, origin) => follow(followUp, consequence, origin) }),
    ...recordJobs(program, guardedFetch(), memory),
    program.calibrations.sweep(),
    retentionJob({ ...program, dataKeys }),
  ];
}

/** Says that this process is there, measures how long none was, and begins to watch over the sessions under way. */
async function startLive(program: WholeProgram, liveness: JobPorts['liveness'], watch: ClockWatch): Promise<Job[]> {
  const { storage, live } = program;
  await measureOutage(program, liveness);
  const leadership = new Leadership({
    leases: await storage.collection(leases),
    name: 'open-sessions',
    terms: { holder: live.process, lifeMs: leadershipMs },
    now: program.now,
  });
  return [...livenessJobs(program, liveness), ...sessionJobs(program, leadership, watch)];
}

const liveState = (storage: Storage, key: Uint8Array, { log, now }: Surroundings): Promise<Live> =>
  openLive({
    storage,
    process: makeId(),
    now,
    keyedHash: (text) => createHmac('sha256', key).update(text).digest('hex'),
    failed: (error) => log.error({ err: error }, 'live state not shared; it is tried again'),
  });

function endpointsOf(program: WholeProgram, signing: SigningKeys, counts: ItemCountPorts): Endpoint[] {
  return [
    ...staffEndpoints(program),
    ...candidateEndpoints(program),
    ...invigilatorEndpoints(program),
    ...examinerEndpoints(program),
    ...designerEndpoints(program, (tenant) => itemCounts(counts, tenant)),
    ...officeEndpoints(program),
    ...publicEndpoints({
      ...program,
      engine: program.admission.engine,
      isDemonstration: program.configuration.demonstration,
      failures: program.live.failures,
      result: (key) => resultView(program, key),
      check: (credential) => certificateCheck({ ...program, jwks: () => signing.jwks() }, credential),
    }),
  ];
}

/**
 * Publishes the demonstration, where it is on, and makes its accounts; the passwords are kept in the data folder, to be
 * printed at every start.
 */
async function demonstrate(
  { dataFolder, demonstration }: Configuration,
  ports: DemonstrationPorts,
): Promise<Credentials | undefined> {
  if (!demonstration) return undefined;
  const make = (): string => `${JSON.stringify(makeCredentials(random), null, 2)}\n`;
  const file = join(dataFolder, 'demonstration-accounts.json');
  const credentials: Credentials = JSON.parse(await keptFile(file, make, random));
  await seedDemonstration(ports, await loadDemonstration(demonstrationFolder), credentials);
  return credentials;
}
