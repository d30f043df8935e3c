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
import { defined } from '../../storage/document/defined.ts';
import type { Anchor } from '../../storage/journal/checkpoint.ts';
import { publicKeys } from '../../storage/keys/signing-keys.ts';
import { everyStream } from '../../storage/pages.ts';
import { CorruptStorage, type Storage } from '../../storage/port.ts';
import { now, openStores } from '../compose.ts';
import { type Stores, storesOf } from '../stores.ts';
import { readConfiguration } from '../configuration.ts';
import { openEngine, verifyEverything } from '../open-storage.ts';
import { openRooms } from '../rooms.ts';
import { readCheckpointMark } from '../../words/checkpoint-mark.ts';
import { commandVoice } from '../../words/commands.ts';
import { command } from './command.ts';
import { type OpenedRooms, type WalkRooms, type WalkStep, roomsWithoutSecret, walkResult } from './result-walk.ts';
import { flag, text } from './options.ts';
import { UsageError } from './usage-error.ts';

function report(session: string, verification: Verification): string[] {
  const { commits, events, recomputed, differences, engine, estimate, score, head } = verification;
  return [
    `session     ${session}`,
    `chain       ${commits} commits, ${events} events, unbroken; head ${head}`,
    `engine      recorded ${engine.recorded}, present ${engine.present}` +
      `${engine.recorded === engine.present ? '' : ' (another version: differences may come from that)'}`,
    `recomputed  ${recomputed} choices and scores, ${differences.length} differences`,
    ...(estimate === undefined ? [] : [`listening   theta ${estimate.theta}, SE ${estimate.standardError}`]),
    ...(score === undefined ? [] : [`score       ${score.right} of ${score.of}`]),
    ...differences.flatMap(({ version, type, recorded, recomputed: computed }) => [
      `DIFFERENCE  commit ${version}, ${type}`,
      `  recorded   ${recorded}`,
      `  recomputed ${computed}`,
    ]),
  ];
}

/** What the checks stand on: the keys and the seals that were used, and the newest checkpoint that was found. */
interface Grounds {
  readonly storage: Storage;
  /** Undefined: the keys that the storage itself holds. */
  readonly keys: JSONWebKeySet | undefined;
  readonly anchor: Anchor | undefined;
  readonly hasSecret: boolean;
}

/** The signed checkpoints of the whole journal: a removed stream, a cut tail or an edited commit shows here. */
async function checkpointLines({ storage, keys, anchor, hasSecret }: Grounds) {
  const { checkpoints, streams, findings, newest } = await verifyEverything(storage, {
    keys: keys ?? (await publicKeys(storage)),
    at: now(),
    ...defined({ anchor }),
  });
  return {
    isSound: findings.length === 0,
    lines: [
      `seals       ${hasSecret ? 'checked on all that was read' : 'not checked: that needs the secret'}`,
      `keys        ${keys === undefined ? 'those of the storage itself' : 'as given'}`,
      `checkpoints ${checkpoints} signed, ${streams} streams, ${findings.length} findings`,
      ...(newest === undefined ? [] : [`newest      ${newest.number}:${newest.hash}`]),
      ...findings.map(({ code, where, why }) => `FINDING     ${code}: ${where}: ${why}`),
    ],
  };
}

async function readKeys(file: string | undefined): Promise<JSONWebKeySet | undefined> {
  if (file === undefined) return undefined;
  return keySet.parse(JSON.parse(await readFile(file, 'utf8')));
}
const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });

function readAnchor(text: string | undefined): Anchor | undefined {
  if (text === undefined) return undefined;
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
    if (!(error instanceof CorruptStorage)) throw error;
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
}

/** With the secret, or without: then what is kept under persons' keys stays closed. */
async function open(withoutSecret: boolean): Promise<Opened> {
  const configuration = readConfiguration(process.env, process.cwd(), !withoutSecret);
  if (withoutSecret) {
    const stores = await storesOf(await openEngine(configuration), configuration);
    return { stores, rooms: await roomsWithoutSecret(stores, now), opened: undefined };
  }
  const stores = await openStores(configuration);
  const rooms = await openRooms({ ...stores, now });
  return { stores, rooms, opened: rooms };
}

/** The way of one result; of many, only their sessions are looked at. */
async function walk(from: Opened, keys: JSONWebKeySet | undefined, sessions: readonly Checked[]): Promise<WalkStep[]> {
  const ports = { ...from, keys: keys ?? (await publicKeys(from.stores.storage)), now };
  const readable = sessions.filter(({ verification }) => verification !== undefined);
  const walked = await Promise.all(readable.map(({ tenant, session }) => walkResult(ports, { tenant, id: session })));
  return walked.flat();
}

const linesOf = ({ session, verification, why }: Checked): string[] =>
  verification === undefined ? [`session     ${session}`, `CORRUPT     ${why}`] : report(session, verification);

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
  run: async ({ all, anchor, keys, 'without-secret': withoutSecret, json }, [session]) => {
    if ((session === undefined) !== all) throw new UsageError('verify.no-session-given');
    const grounds = { anchor: readAnchor(anchor), keys: await readKeys(keys), hasSecret: !withoutSecret };
    const from = await open(withoutSecret);
    const { stores } = from;
    try {
      const sessions: Checked[] = [];
      for await (const one of checked(stores, session)) sessions.push(one);
      if (!all && sessions.length === 0) throw new UsageError('verify.unknown-session', { session: session ?? '' });
      const checkpoints = await checkpointLines({ storage: stores.storage, ...grounds });
      const steps = all ? [] : await walk(from, grounds.keys, sessions);
      const walked = steps.map(({ says, values }) => commandVoice('en')(says, values));
      const isVerified = sessions.every(isSound) && checkpoints.isSound && !steps.some(({ isFinding }) => isFinding);
      const told = all ? sessions.filter((one) => !isSound(one)) : sessions;
      console.log(
        json
          ? JSON.stringify({
              ...(all ? { sessions } : sessions[0]?.verification),
              ...(all ? {} : { walked }),
              checkpoints: checkpoints.lines,
              isVerified,
            })
          : [
              ...(all ? [`sessions    ${sessions.length}, ${told.length} not as recorded`] : []),
              ...told.flatMap(linesOf),
              ...walked,
              ...checkpoints.lines,
              isVerified ? 'VERIFIED' : 'NOT VERIFIED',
            ].join('\n'),
      );
      return isVerified ? 0 : 1;
    } finally {
      await stores.storage.close();
    }
  },
});
