/** The server is killed again and again while it encrypts data of before; whoever starts it last finds all done. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { oldNames } from '../fixtures/old-data.ts';
import { openOldLmdb, openOldMongo } from '../fixtures/open-old-data.ts';
import { hasMongo } from '../mongo.ts';
import { rewrittenStreams } from '../../storage/journal/rewritten.ts';
import type { Storage } from '../../storage/port.ts';

const launcher = join(import.meta.dirname, '../../bin/meetlat.mjs');
const run = (environment: Readonly<Record<string, string>>, ...argv: string[]) =>
  spawn(process.execPath, [launcher, ...argv], {
    env: { PATH: process.env['PATH'] ?? '', MEETLAT_NO_BUILD: '1', HOST: '127.0.0.1', PORT: '0', ...environment },
  });

/** Starts the program, and ends it with SIGKILL as soon as so many streams are recorded as rewritten. */
async function killAt(environment: Readonly<Record<string, string>>, database: Storage, count: number): Promise<void> {
  const records = await database.collection(rewrittenStreams);
  const child = run(environment, 'start');
  const gone = new Promise((resolve) => child.once('exit', resolve));
  await expect
    .poll(async () => (await records.every()).length, { timeout: 60_000, interval: 1 })
    .toBeGreaterThanOrEqual(count);
  child.kill('SIGKILL');
  await gone;
}
async function told(environment: Readonly<Record<string, string>>, ...argv: string[]): Promise<string> {
  const child = run(environment, ...argv);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => {
      output += data.toString();
    });
  return new Promise((resolve) => child.once('close', () => resolve(output)));
}

describe.each([
  ['LMDB', true, openOldLmdb],
  ['MongoDB', hasMongo(true), openOldMongo],
] as const)('a server that is killed while it encrypts old data, on %s', (_, isThere, open) => {
  it.skipIf(!isThere)(
    'leaves nothing half-done',
    async () => {
      const opened = await open(async (environment, database) => {
        for (let count = 1; count <= oldNames.length; count += 2) await killAt(environment, database, count);
      });
      try {
        expect(await opened.inClear(opened.words)).toEqual([]);
        const verified = await told(opened.environment, 'verify', '--all');
        expect(verified).toMatch(/^VERIFIED$/m);
        expect(verified).toMatch(/, 0 findings/);
        expect(Number(/^sessions +(\d+), 0 not/m.exec(verified)?.[1])).toBeGreaterThanOrEqual(oldNames.length);
      } finally {
        await opened.end();
      }
    },
    300_000,
  );
});
