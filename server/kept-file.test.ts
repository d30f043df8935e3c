import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keptFile } from './kept-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meetlat-kept-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('a file that is made once', () => {
  it('is the same for all who start at the same time, and nothing else is left', async () => {
    const file = join(folder, 'secret');
    const made = Array.from({ length: 30 }, (_, n) => `secret ${n}\n`);
    const got = await Promise.all(made.map((text) => keptFile(file, () => text, randomBytes)));
    expect(new Set(got).size).toBe(1);
    expect(made).toContain(got[0]);
    expect(await readdir(folder)).toEqual(['secret']);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('is not made again', async () => {
    const file = join(folder, 'secret');
    await writeFile(file, 'of before');
    expect(await keptFile(file, () => 'of now', randomBytes)).toBe('of before');
  });
});
