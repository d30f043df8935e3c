/**
 * A process that races others for the same unique values and the same stream in an LMDB folder, and says at its end
 * what it won. Arguments: folder, name, count.
 */
import { DuplicateKey, VersionConflict, genesisHash } from '../../storage/port.ts';
import { openLmdb } from '../../storage/lmdb/open.ts';

const [folder = '', name = '', count = '0'] = process.argv.slice(2);
const storage = await openLmdb({ directory: folder });
const people = await storage.collection<{ readonly reference: string }, 'reference'>({
  name: 'people',
  indexes: { reference: { fields: ['reference'], unique: true } },
});
const stream = { tenant: 'agency', kind: 'session', id: 'shared' };
let [won, conflicts] = [0, 0];

for (let n = 0; n < Number(count); n += 1) {
  try {
    await people.insert({ tenant: 'agency', id: `${name}-${n}` }, { reference: `r${n}` });
    won += 1;
  } catch (error) {
    if (!(error instanceof DuplicateKey)) throw error;
  }
  for (let appended = false; !appended;) {
    const last = (await storage.journal.read(stream)).at(-1);
    try {
      await storage.journal.append(stream, {
        expectedVersion: last?.version ?? 0,
        previousHash: last?.hash ?? genesisHash,
        at: '2026-11-23T09:00:00.000Z',
        events: [{ name, n }],
      });
      appended = true;
    } catch (error) {
      if (!(error instanceof VersionConflict)) throw error;
      conflicts += 1;
    }
  }
}
await storage.close();
console.log(JSON.stringify({ won, conflicts }));
