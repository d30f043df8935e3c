import { createServer } from 'node:http';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileMemory } from './checkpoint-memory.ts';
import { guardedFetch } from '../scoring/trajectory/guarded-fetch.ts';
import { fileWitness, urlWitness } from './witness.ts';

const anchor = (number: number) => ({ number, hash: String(number % 10).repeat(64) });

describe('what is remembered of checkpoints outside of the database', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'meetlat-witness-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is in a file for the next start, and a damaged file is no empty memory', async () => {
    const file = join(folder, 'last.json');
    const memory = fileMemory(file);
    expect(await memory.recall()).toBeUndefined();
    await memory.remember(anchor(7));
    expect(await memory.recall()).toEqual(anchor(7));
    expect(await fileMemory(file).recall()).toEqual(anchor(7));
    await fileMemory(`${file}.other`).remember(anchor(8));
    await rm(file);
    await rm(`${file}.other`);
    expect(await fileMemory(file).recall()).toBeUndefined();
    await fileMemory(file).remember(anchor(9));
    const damaged = fileMemory(join(folder, '.'));
    await expect(damaged.recall()).rejects.toThrow('not what this program wrote');
  });

  it('is told to the witness once, line by line in order; a file that cannot be written is said', async () => {
    const file = join(folder, 'witness');
    const failures: unknown[] = [];
    const ports = { now: () => '2026-11-27T09:00:00.000Z', failed: (error: unknown) => failures.push(error) };
    const memory = fileMemory(join(folder, 'last.json'), fileWitness(file, ports));
    for (const number of [1, 1, 2, 3]) await memory.remember(anchor(number));
    const lines = async () => (await readFile(file, 'utf8')).trimEnd().split('\n');
    await expect.poll(lines).toEqual([1, 2, 3].map((n) => `${n}:${anchor(n).hash} 2026-11-27T09:00:00.000Z`));
    fileWitness(join(folder, 'absent', 'witness'), ports)(anchor(4));
    await expect.poll(() => failures).toHaveLength(1);
  });

  it('is posted to a witness at an address, signed and in order; one that is away is asked again', async () => {
    const taken: string[] = [];
    let isAway = true;
    const witness = createServer((request, response) => {
      request.setEncoding('utf8');
      request.on('data', (body: string) => {
        if (!isAway) taken.push(body);
      });
      request.on('end', () => response.writeHead(isAway ? 503 : 204).end());
    });
    await new Promise<void>((resolve) => witness.listen(0, '127.0.0.1', resolve));
    const address = witness.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const failures: unknown[] = [];
    const waits: number[] = [];
    const told = urlWitness(`http://127.0.0.1:${port}/checkpoints`, {
      now: () => '2026-11-27T09:00:00.000Z',
      failed: (error) => failures.push(error),
      fetch: guardedFetch(),
      sign: (payload) => Promise.resolve(`signed ${payload}`),
      timers: {
        after: (ms, run) => {
          waits.push(ms);
          isAway = waits.length < 2;
          setImmediate(run);
          return () => undefined;
        },
      },
    });
    for (const number of [1, 2, 3]) told(anchor(number));
    await expect.poll(() => taken).toHaveLength(3);
    const bodies = [1, 2, 3].map((n) => ({ ...anchor(n), at: '2026-11-27T09:00:00.000Z' }));
    expect(taken).toEqual(bodies.map((body) => `signed ${JSON.stringify(body)}`));
    expect([waits, failures.length]).toEqual([[5_000, 30_000], 2]);
    await new Promise((resolve) => witness.close(resolve));
  });
});
