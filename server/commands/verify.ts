/**
 * `meetlat verify`: chain, item path, θ and score of one session or all, recomputed from the journal alone, in a
 * process of its own; and the checkpoints, seals and keys that they stand on.
 */
import { readFile } from 'node:fs/promises';
import type { JSONWebKeySet } from 'jose';
import { z } from 'zod';
import { sessionKind } from '../../delivery/sessions/run.ts';
import { type Verification, verifySession } from '../../delivery/sessions/verify.ts';
import { tenants } from '../../people/agencies/agency.ts';
import { acceptedStorage, unansweredStarts } from '../../storage/journal/backup.ts';
import { isDamage } from '../../storage/journal/damage.ts';
import type { Anchor } from '../../storage/journal/checkpoint.ts';
import { secretRotations } from '../../storage/keys/rotation.ts';
import { publicKeys } from '../../storage/keys/signing-keys.ts';
import { forgedDocuments } from '../../storage/keys/sealed-storage.ts';
import type { Wrapping } from '../../storage/keys/wrapping.ts';
import { everyStream } from '../../storage/pages.ts';
import type { Storage } from '../../storage/port.ts';
import { unlessCorrupt } from '../../storage/readable.ts';
import { fileMemory, memoryFile } from '../checkpoint-memory.ts';
import { now } from '../machine.ts';
import { openStores } from '../open-stores.ts';
import { type Stores, storesOf } from '../stores.ts';
import { readConfiguration } from '../configuration.ts';
import { openEngine, sealedCollections, sealedLater, verifyEverything } from '../open-storage.ts';
import { RefusedDocuments } from '../refused-documents.ts';
import { openRooms } from '../rooms.ts';
import { checkpointMark, readCheckpointMark } from '../../words/checkpoint-mark.ts';
import { type CommandVoice, commandVoice } from '../../words/commands.ts';
import { command } from './command.ts';
import { type OpenedRooms, type WalkRooms, type WalkStep, roomsWithoutSecret, walkResult } from './result-walk.ts';
import { flag, text } from './options.ts';
import { removedDocuments } from './removed-documents.ts';
import { UsageError } from './usage-error.ts';
import { WalkCounts } from './walk-counts.ts';

const engineLine = ({ recorded, present }: Verification['engine'], say: CommandVoice): string =>
  say(recorded === present ? 'verify.engine' : 'verify.other-engine', { recorded, present });

function report(session: string, verification: Verification, say: CommandVoice): string[] {
  const { commits, events, recomputed, differences, engine, estimate, score, head } = verification;
  return [
    say('verify.session', { session }),
    say('verify.chain', { commits, events, head }),
    engineLine(engine, say),
    say('verify.recomputed', { recomputed, differences: differences.length }),
    ...(estimate === undefined
      ? []
      : [say('verify.listening', { theta: estimate.theta, error: estimate.standardError })]),
    ...(score === undefined ? [] : [say('verify.score', { right: score.right, of: score.of })]),
    ...differences.flatMap(({ version, type, recorded, recomputed: computed }) => [
      say('verify.difference', { version, type }),
      say('verify.was-recorded', { value: recorded }),
      say('verify.was-recomputed', { value: computed }),
    ]),
  ];
}

/** What the checks stand on: the keys and the seals that were used, and the newest checkpoint that was found. */
interface Grounds {
  readonly storage: Storage;
  /** Undefined: the keys that the storage itself holds. */
  readonly keys: JSONWebKeySet | undefined;
  /** What this machine remembers, and what somebody kept elsewhere. */
  readonly anchors: readonly Anchor[];
  /** Undefined without the secret. */
  readonly wrapping: Wrapping | undefined;
  /** Those that were met and are none of ours. */
  readonly refused: RefusedDocuments;
  readonly sessions: WalkRooms['sessions'];
  /** Of one session alone nobody looks what is gone. */
  readonly isAll: boolean;
}

/** Before the first start of this version some carry none yet. */
const sealedIn = ({ isStorageBound }: Wrapping) =>
  sealedCollections.filter((one) => isStorageBound || !sealedLater.includes(one));

/** Documents that decide something: the accounts, codes, keys, publications and what else is sealed. */
async function documentLines({ storage, sessions, wrapping, refused, isAll }: Grounds, say: CommandVoice) {
  const isChecked = wrapping !== undefined && wrapping.isStorageSealed;
  const found = isChecked ? await forgedDocuments(storage, wrapping, sealedIn(wrapping)) : undefined;
  const forged = [...new Set([...(found?.forged ?? []), ...refused.places])].sort();
  const gone = isAll ? await removedDocuments({ storage, sessions, now }) : [];
  return {
    isSound: forged.length + gone.length === 0,
    lines: [
      ...(found === undefined ? [] : [say('verify.documents', { documents: found.documents, forged: forged.length })]),
      ...forged.map((place) => say('verify.document-forged', { place })),
      ...gone.map((place) => say('verify.document-removed', { place })),
    ],
  };
}

/** The signed checkpoints of the whole journal: a removed stream, a cut tail or an edited commit shows here. */
async function checkpointLines({ storage, keys, anchors, wrapping }: Grounds, say: CommandVoice) {
  const { checkpoints, streams, findings, newest } = await verifyEverything(storage, {
    keys: keys ?? (await publicKeys(storage)),
    at: now(),
    anchors,
  });
  const unanswered = (await unlessCorrupt(unansweredStarts(storage), ignored)) ?? [];
  return {
    isSound: findings.length === 0 && unanswered.length === 0,
    lines: [
      say(wrapping === undefined ? 'verify.seals-unchecked' : 'verify.seals-checked'),
      say(keys === undefined ? 'verify.keys-own' : 'verify.keys-given'),
      say('verify.checkpoints', { checkpoints, streams, findings: findings.length }),
      ...(newest === undefined ? [] : [say('verify.newest', { number: newest.number, hash: newest.hash })]),
      ...(await acceptedLines(storage, say)),
      ...((await unlessCorrupt(secretRotations(storage), ignored)) ?? []).map((one) =>
        say('verify.secret', { ...one }),
      ),
      ...unanswered.map(({ at, found }) => say('verify.memory-missing', { at, ...found })),
      ...findings.map(({ code, where, why }) => say('verify.finding', { code, where, why })),
    ],
  };
}

/** Somebody's word for the storage: a backup was put back, or nothing was remembered. None where it cannot be read. */
async function acceptedLines(storage: Storage, say: CommandVoice): Promise<string[]> {
  return ((await unlessCorrupt(acceptedStorage(storage), ignored)) ?? []).map(({ at, accepted }) => {
    const { by, reason } = accepted;
    const until = accepted.found === undefined ? '0' : checkpointMark(accepted.found);
    return accepted.type === 'backup-accepted'
      ? say('verify.backup', { at, by, reason, found: until, known: checkpointMark(accepted.known) })
      : say('verify.memory-accepted', { at, by, reason, found: until });
  });
}

/** The checkpoints name it. */
const ignored = (): void => undefined;

async function readKeys(file: string | undefined): Promise<JSONWebKeySet | undefined> {
  if (file === undefined) return undefined;
  return keySet.parse(JSON.parse(await readFile(file, 'utf8')));
}
const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });

/** What this machine remembers is read before the storage is: a server at work writes on. */
async function readAnchors(text: string | undefined): Promise<readonly Anchor[]> {
  const { dataFolder } = readConfiguration(process.env, process.cwd(), false);
  const remembered = await fileMemory(memoryFile(dataFolder)).recall();
  return [remembered, text === undefined ? undefined : readAnchor(text)].filter((anchor) => anchor !== undefined);
}

function readAnchor(text: string): Anchor {
  const anchor = readCheckpointMark(text);
  if (anchor === undefined) throw new UsageError('verify.no-anchor', { given: text });
  return anchor;
}

interface Checked {
  readonly tenant: string;
  readonly session: string;
  /** Undefined where the stream cannot be read; `why` says so. */
  readonly verification?: Verification;
  readonly why?: string;
}

async function check(stores: Stores, tenant: string, session: string): Promise<Checked | undefined> {
  try {
    const commits = await stores.storage.journal.read({ tenant, kind: sessionKind, id: session });
    if (commits.length === 0) return undefined;
    return { tenant, session, verification: verifySession(commits, stores.pinnedTest, stores.engine) };
  } catch (error) {
    if (!isDamage(error)) throw error;
    return { tenant, session, why: error.message };
  }
}

/** The sessions of that name, or all, of every agency. */
async function* checked(stores: Stores, session: string | undefined): AsyncGenerator<Checked> {
  for (const tenant of await tenants(stores.agencies)) {
    const ids = session === undefined ? everyStream(stores.storage.journal, tenant, sessionKind) : [session];
    for await (const id of ids) {
      const found = await check(stores, tenant, id);
      if (found !== undefined) yield found;
    }
  }
}

const isSound = ({ verification }: Checked): boolean => verification?.differences.length === 0;

interface Opened {
  readonly stores: Stores;
  readonly rooms: WalkRooms;
  readonly opened: OpenedRooms | undefined;
  readonly wrapping: Wrapping | undefined;
  readonly refused: RefusedDocuments;
}

/** With the secret, or without: then what is kept under persons' keys stays closed. */
async function open(withoutSecret: boolean): Promise<Opened> {
  const configuration = readConfiguration(process.env, process.cwd(), !withoutSecret);
  const refused = new RefusedDocuments();
  if (withoutSecret) {
    const stores = await storesOf(await openEngine(configuration, { refused: refused.tell }), configuration);
    return { stores, rooms: await roomsWithoutSecret(stores, now), opened: undefined, wrapping: undefined, refused };
  }
  const stores = await openStores(configuration, refused.tell);
  const rooms = await openRooms({ ...stores, now });
  return { stores, rooms, opened: rooms, wrapping: stores.wrapping, refused };
}

interface Looked {
  readonly sessions: number;
  /** Those to tell of: the one that was asked for, or of all only those that are not sound. */
  readonly told: readonly Checked[];
  readonly areSound: boolean;
  readonly steps: readonly WalkStep[];
  readonly counts: WalkCounts;
}

/** Session after session, and the way of its result; of all, only counts and findings are kept. */
async function look(from: Opened, keys: JSONWebKeySet | undefined, session: string | undefined): Promise<Looked> {
  const ports = { ...from, keys: keys ?? (await publicKeys(from.stores.storage)), now };
  const counts = new WalkCounts();
  const steps: WalkStep[] = [];
  const told: Checked[] = [];
  let [sessions, areSound] = [0, true];
  for await (const one of checked(from.stores, session)) {
    const isTold = session !== undefined || !isSound(one);
    sessions += 1;
    areSound &&= isSound(one);
    if (isTold) told.push(one);
    if (one.verification === undefined) continue;
    const walked = await walkResult(ports, { tenant: one.tenant, id: one.session });
    counts.add(walked);
    if (session !== undefined) steps.push(...walked);
  }
  return { sessions, told, areSound, steps: session === undefined ? counts.findings : steps, counts };
}

const linesOf = ({ session, verification, why = '' }: Checked, say: CommandVoice): string[] =>
  verification === undefined
    ? [say('verify.session', { session }), say('verify.corrupt', { why })]
    : report(session, verification, say);

export const verifyCommand = command({
  name: 'verify',
  calls: ['SESSION [OPTIONS]', '--all [OPTIONS]'],
  says: 'verify.says',
  examples: [
    'meetlat verify 2f6c1c1e-8a57-4f0e-9c38-0f9d5f3b7a11 --json',
    'meetlat verify --all --without-secret --keys jwks.json --anchor 12:9f86-d081-884c-7d65',
  ],
  options: {
    all: flag('verify.all'),
    anchor: text('NUMBER:HASH', 'verify.anchor'),
    keys: text('FILE', 'verify.keys'),
    'without-secret': flag('verify.without-secret'),
    json: flag('verify.json'),
  },
  run: async ({ all, anchor, keys, 'without-secret': withoutSecret, json }, [session], voice) => {
    if ((session === undefined) !== all) throw new UsageError('verify.no-session-given');
    const grounds = { anchors: await readAnchors(anchor), keys: await readKeys(keys) };
    // Other programs read what is JSON: it is the same in every language.
    const say = json ? commandVoice('en') : voice;
    const from = await open(withoutSecret);
    const { stores } = from;
    try {
      const { sessions, told, areSound, steps, counts } = await look(from, grounds.keys, session);
      if (!all && sessions === 0) throw new UsageError('verify.unknown-session', { session: session ?? '' });
      const { wrapping, refused, rooms } = from;
      const { sessions: loaded } = rooms;
      const on: Grounds = { storage: stores.storage, wrapping, refused, sessions: loaded, isAll: all, ...grounds };
      const kept = [await checkpointLines(on, say), await documentLines(on, say)];
      const walked = [...(all ? counts.lines() : []), ...steps].map(({ says, values }) => say(says, values));
      const isVerified = areSound && kept.every((one) => one.isSound) && !steps.some(({ isFinding }) => isFinding);
      console.log(
        json
          ? JSON.stringify({
              ...(all ? { sessions, notAsRecorded: told } : told[0]?.verification),
              walked,
              checkpoints: kept.flatMap(({ lines }) => lines),
              isVerified,
            })
          : [
              ...(all ? [say('verify.sessions', { sessions, different: told.length })] : []),
              ...told.flatMap((one) => linesOf(one, say)),
              ...walked,
              ...kept.flatMap(({ lines }) => lines),
              say(isVerified ? 'verify.verified' : 'verify.not-verified'),
            ].join('\n'),
      );
      return isVerified ? 0 : 1;
    } finally {
      await stores.storage.close();
    }
  },
});
