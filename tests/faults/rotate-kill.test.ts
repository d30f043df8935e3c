/**
 * The secret is changed by a process that is killed again and again: nobody opens the storage half-way, and whoever
 * calls it to its end finds everything under the next secret. A server that still works with the former one ends.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Wrapping } from '../../storage/keys/wrapping.ts';
import { oldSecret } from '../fixtures/old-data.ts';
import { type OldDataOpened, openOldLmdb, openOldMongo } from '../fixtures/open-old-data.ts';
import { hasMongo } from '../mongo.ts';

const kills = process.env['MEETLAT_FULL'] === '1' ? 30 : 3;
const next = 'the next secret of this installation, 32 and more';
/** Longer than the walk over so few streams, ms. */
const spreadMs = 600;

const serves = /http:\/\/127\.0\.0\.1:\d+/;

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** @param endAt ends the process by the signal, so long after it said that */
function meetlat(
  environment: Readonly<Record<string, string>>,
  argv: readonly string[],
  endAt?: { readonly said: RegExp; readonly signal: 'SIGKILL' | 'SIGTERM'; readonly afterMs: number },
): Promise<Ended> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../bin/meetlat.mjs'), ...argv], {
    env: {
      ...{ PATH: process.env['PATH'] ?? '', MEETLAT_NO_BUILD: '1', MEETLAT_LANG: 'en', HOST: '127.0.0.1', PORT: '0' },
      ...environment,
    },
  });
  let [output, isEnding] = ['', false];
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => {
      output += data.toString();
      if (endAt === undefined || isEnding || !endAt.said.test(output)) return;
      isEnding = true;
      setTimeout(() => child.kill(endAt.signal), endAt.afterMs);
    });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
}

/** Nobody can reach it any more. */
async function expectEnded({ server }: OldDataOpened): Promise<void> {
  const isThere = () =>
    fetch(`${server.url}/health`).then(
      () => true,
      () => false,
    );
  await expect.poll(isThere, { timeout: 30_000 }).toBe(false);
  expect(server.output).toContain('the secret of this storage was changed');
}

describe.each([
  ['LMDB', true, openOldLmdb],
  ['MongoDB', hasMongo(true), openOldMongo],
] as const)('a change of the secret on %s', (_, isThere, open) => {
  it.skipIf(!isThere)(
    'is refused beside a server, ends one that was not seen, and is whole however often it is killed',
    async () => {
      const opened = await open();
      try {
        const { environment } = opened;
        const file = join(opened.server.folder, 'next');
        writeFileSync(file, next);
        const rotate = ['rotate-secret', '--by', 'An', '--reason', 'a test', '--new-secret', file];
        expect(await meetlat(environment, rotate)).toMatchObject({
          code: 2,
          output: expect.stringContaining('a server is at work'),
        });
        // As if it had been asleep while the command looked.
        const storage = await opened.storage();
        await Wrapping.rotate({ storage, secret: oldSecret, random: (bytes) => randomBytes(bytes) }, next);
        await storage.close();
        await expectEnded(opened);

        for (let n = 0; n < kills; n += 1) {
          const endAt = { said: /No server is at work/, signal: 'SIGKILL', afterMs: (n * spreadMs) / kills } as const;
          await meetlat(environment, rotate, endAt);
          for (const MEETLAT_SECRET of n === 0 ? [oldSecret, next] : [])
            expect((await meetlat({ ...environment, MEETLAT_SECRET }, ['start'])).output).toContain('is being changed');
        }
        expect((await meetlat(environment, rotate)).output).toMatch(/^SECRET CHANGED|opens with that secret already/m);

        const changed = { ...environment, MEETLAT_SECRET: next };
        expect((await meetlat(environment, ['verify', '--all'])).output).toContain('not the secret');
        const served = await meetlat(changed, ['start'], { said: serves, signal: 'SIGKILL', afterMs: 0 });
        expect(served.output).toMatch(serves);
        const verified = await meetlat(changed, ['verify', '--all']);
        expect(verified.output).toMatch(/^VERIFIED$/m);
        expect(verified.output).toMatch(/^secret {6}changed on .* by An: a test$/m);
      } finally {
        await opened.end();
      }
    },
    300_000,
  );
});
