/**
 * A genuine MongoDB replica set for tests: MONGODB_URI when set; otherwise the `mongod` that MONGOMS_SYSTEM_BINARY
 * names or that is on the path. Undefined when there is none: the suite is then skipped, and says so in one line.
 */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { MongoClient } from 'mongodb';
import { MongoMemoryReplSet } from 'mongodb-memory-server-core';

export interface TestMongo {
  readonly uri: string;
  readonly stop: () => Promise<void>;
  /**
   * SIGKILL to the member that is primary now; absent when the server is not ours. The returned call starts it again on
   * its data.
   */
  readonly killPrimary?: () => Promise<() => Promise<void>>;
}

export const withoutMongo =
  'MongoDB suites are skipped: set MONGODB_URI, or MONGOMS_SYSTEM_BINARY to a mongod, or put mongod on the path.';

/** The mongod to start; undefined when there is none. */
export function findMongod(): string | undefined {
  const named = process.env['MONGOMS_SYSTEM_BINARY'];
  if (named !== undefined && named !== '') return named;
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'mongod'))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** True when `startMongo` can give a server. */
export const hasMongo = (own = false): boolean =>
  (!own && Boolean(process.env['MONGODB_URI'])) || findMongod() !== undefined;

export interface StartOptions {
  /** 1 or 3; default 1. */
  readonly members?: number;
  /** Never MONGODB_URI: the test kills what it starts. */
  readonly own?: boolean;
}

export async function startMongo({ members = 1, own = false }: StartOptions = {}): Promise<TestMongo | undefined> {
  const given = process.env['MONGODB_URI'];
  if (!own && given !== undefined && given !== '') return { uri: given, stop: () => Promise.resolve() };
  const systemBinary = findMongod();
  if (systemBinary === undefined) {
    console.warn(withoutMongo);
    return undefined;
  }
  process.env['MONGOMS_SYSTEM_BINARY_VERSION_CHECK'] = 'false';
  process.env['MONGOMS_RUNTIME_DOWNLOAD'] = 'false';
  const set = await startSet(systemBinary, members);
  const uri = set.getUri();
  return {
    uri,
    stop: async () => {
      await set.stop({ doCleanup: true, force: true });
    },
    killPrimary: () => killPrimary(set, uri),
  };
}

/** A port that was free when it was chosen may be taken when the server opens it: another test began meanwhile. */
async function startSet(systemBinary: string, members: number, triesLeft = 3): Promise<MongoMemoryReplSet> {
  try {
    return await MongoMemoryReplSet.create({
      binary: { systemBinary },
      // One that was killed first reads its journal.
      instanceOpts: Array.from({ length: members }, () => ({ launchTimeout: 60_000 })),
      replSet: {
        count: members,
        storageEngine: 'wiredTiger',
        args: ['--wiredTigerCacheSizeGB', '0.25'],
        configSettings: { electionTimeoutMillis: 2000 },
      },
    });
  } catch (error) {
    if (triesLeft === 1 || !/already in use/.test(String(error))) throw error;
    return startSet(systemBinary, members, triesLeft - 1);
  }
}

async function killPrimary(set: MongoMemoryReplSet, uri: string): Promise<() => Promise<void>> {
  const client = await MongoClient.connect(uri);
  try {
    const { primary } = await client.db('admin').command({ hello: 1 });
    const port = Number(String(primary).split(':').at(-1));
    const server = set.servers.find((member) => member.instanceInfo?.port === port);
    const mongod = server?.instanceInfo?.instance.mongodProcess;
    if (server === undefined || mongod === undefined) throw new Error(`No member of the set listens on port ${port}`);
    const ended = new Promise((resolve) => mongod.once('exit', resolve));
    mongod.kill('SIGKILL');
    await ended;
    return async () => {
      await server.stop({ doCleanup: false });
      await server.start(true);
    };
  } finally {
    await client.close();
  }
}
