/**
 * A process that writes to an LMDB folder and says on its output what was acknowledged, until it is killed:
 * `commit <stream> <version> <hash>` and `document <id>`. Arguments: folder, name of this writer.
 */
import { writeSync } from 'node:fs';
import { DuplicateKey, genesisHash } from '../../storage/port.ts';
import { openLmdb } from '../../storage/lmdb/open.ts';

const [folder = '', name = ''] = process.argv.slice(2);
const storage = await openLmdb({ directory: folder });
const people = await storage.collection<{ readonly reference: string }, 'reference'>({
  name: 'people',
  indexes: { reference: { fields: ['reference'], unique: true } },
});
const at = '2026-11-23T09:00:00.000Z';
/** Not buffered: what is said was acknowledged, what was acknowledged is said. */
const say = (line: string): void => {
  writeSync(1, `${line}\n`);
};

async function writeStream(id: string): Promise<never> {
  let previousHash = genesisHash;
  for (let version = 0; ; version += 1) {
    const commit = await storage.journal.append(
      { tenant: 'agency', kind: 'session', id },
      {
        expectedVersion: version,
        previousHash,
        at,
        events: [{ type: 'answered', text: 'x'.repeat(200), version }],
        pending: [{ kind: 'rate', data: { version } }],
      },
    );
    previousHash = commit.hash;
    say(`commit ${id} ${commit.version} ${commit.hash}`);
  }
}

async function writePeople(): Promise<never> {
  for (let n = 0; ; n += 1) {
    const id = `${name}-${n}`;
    await people.insert({ tenant: 'agency', id }, { reference: `r ${id}` });
    say(`document ${id}`);
    await people.insert({ tenant: 'agency', id: `${id} again` }, { reference: `r ${id}` }).catch((error: unknown) => {
      if (!(error instanceof DuplicateKey)) throw error;
    });
  }
}

await Promise.all([writePeople(), ...Array.from({ length: 8 }, (_, n) => writeStream(`${name}-${n}`))]);
