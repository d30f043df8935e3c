/** A MongoDB database changed past the program, by somebody without the secret; for tests. */
import type { Db } from 'mongodb';
import type { Tampering } from '../port.suite.ts';

export function tamperingMongo(db: Db): Tampering {
  const commits = db.collection('journal.commits');
  return {
    editCommit: async (stream, version, edit) => {
      const stored = await commits.findOne<{ bytes: Buffer }>({ ...stream, version });
      if (stored === null) throw new Error('no such commit');
      await commits.updateOne({ ...stream, version }, { $set: { bytes: Buffer.from(edit(stored.bytes)) } });
    },
    forgeCommit: async (stream, version, bytes, hash) => {
      await commits.updateOne({ ...stream, version }, { $set: { bytes: Buffer.from(bytes), hash } });
    },
    setPending: async (stream, version, text) => {
      await commits.updateOne({ ...stream, version }, { $set: { pending: text } });
    },
    removeCommits: async (stream, from) => {
      await commits.deleteMany({ ...stream, version: { $gte: from } });
    },
    spoilDocument: async (collection, { tenant, id }) => {
      await db.collection(collection).updateOne({ tenant, id }, { $set: { revision: 'no number' } });
    },
    editChunk: async (upload, n) => {
      const chunks = db.collection('blobs.chunks');
      const stored = await chunks.findOne<{ sealed: Buffer }>({ ...upload, n });
      if (stored === null) throw new Error('no such chunk');
      stored.sealed.writeUInt8(stored.sealed.readUInt8(3) ^ 1, 3);
      await chunks.updateOne({ ...upload, n }, { $set: { sealed: stored.sealed } });
    },
  };
}
