/** An LMDB folder changed past the program, by somebody without the secret; for tests. */
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../document/hash.ts';
import { canonicalJson } from '../document/json.ts';
import type { StreamId } from '../port.ts';
import type { Tampering } from '../port.suite.ts';
import type { Database } from './database.ts';

const nameOf = ({ tenant, kind, id }: StreamId): [string, string, string] => [tenant, kind, id];

export const tamperingLmdb = (directory: string, database: Database): Tampering => ({
  editCommit: (stream, version, edit) =>
    database.transact(() => {
      const value = database.get(['j', ...nameOf(stream), version]) ?? new Uint8Array(0);
      database.put(['j', ...nameOf(stream), version], Buffer.concat([value.slice(0, 32), edit(value.slice(32))]));
    }),
  forgeCommit: (stream, version, bytes, hash) =>
    database.transact(() => {
      database.put(['j', ...nameOf(stream), version], Buffer.concat([Buffer.from(hash, 'hex'), bytes]));
      const head = Buffer.from(database.get(['h', ...nameOf(stream)]) ?? []).toString();
      if (head.startsWith(`${version} `)) database.put(['h', ...nameOf(stream)], `${version} ${hash}`);
    }),
  setPending: (stream, version, text) =>
    database.transact(() => {
      database.put(['p', ...nameOf(stream), version], text);
    }),
  removeCommits: (stream, from) =>
    database.transact(() => {
      for (const key of [...database.keys({ prefix: ['j', ...nameOf(stream)], from })])
        database.remove(['j', ...key.slice(1)]);
      const before = database.get(['j', ...nameOf(stream), from - 1]);
      if (before === undefined) database.remove(['h', ...nameOf(stream)]);
      else database.put(['h', ...nameOf(stream)], `${from - 1} ${Buffer.from(before.slice(0, 32)).toString('hex')}`);
    }),
  spoilDocument: (collection, { tenant, id }) =>
    database.transact(() => {
      database.put(['d', collection, tenant, id], 'no document');
    }),
  editChunk: async ({ tenant, person, id }, n) => {
    const name = sha256(canonicalJson([tenant, person, id]));
    const folder = join(directory, 'blobs', name.slice(0, 2), name.slice(2));
    const file = (await readdir(folder)).find((entry) => entry.startsWith(`${n}-`));
    if (file === undefined) throw new Error(`no file of chunk ${n}`);
    const bytes = await readFile(join(folder, file));
    bytes.writeUInt8(bytes.readUInt8(3) ^ 1, 3);
    await writeFile(join(folder, file), bytes);
  },
});
