/** What the program leaves on the disk is its owner's alone, whatever the machine would allow. */
import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServerProcess } from '../server-process.ts';
import { Candidate, Staff } from '../session-client.ts';

let outside = '';
let server: ServerProcess;
let umask = 0;
beforeAll(async () => {
  umask = process.umask(0o022);
  outside = await mkdtemp(join(tmpdir(), 'meetlat-rest-'));
  // Made by hand, as an operator would, or by an earlier version.
  server = await ServerProcess.start({ MEETLAT_WITNESS: join(outside, 'witness') }, (folder) => chmod(folder, 0o755));
}, 60_000);
afterAll(async () => {
  process.umask(umask);
  await server?.dispose();
  await rm(outside, { recursive: true, force: true });
});

/** Each file and folder below that group or others may touch. */
async function openToOthers(folder: string): Promise<{ seen: number; open: string[] }> {
  const all = await readdir(folder, { recursive: true, withFileTypes: true });
  const open: string[] = [];
  for (const entry of all) {
    const path = join(entry.parentPath, entry.name);
    const mode = (await stat(path)).mode & 0o777;
    if (mode !== (entry.isDirectory() ? 0o700 : 0o600)) open.push(`${path.slice(folder.length)} ${mode.toString(8)}`);
  }
  return { seen: all.length, open };
}

describe.skipIf(process.platform === 'win32')('on the disk, where the machine lets everybody read', () => {
  it('database, keys, recordings, uploads and the folder around them are their owner’s alone', async () => {
    const invigilator = await Staff.login(server.url, await server.account('invigilator'));
    const candidate = await Candidate.admitted(invigilator);
    await candidate.listen(await candidate.toFirstPart());
    const { view } = await candidate.ask({ kind: 'start-part' });
    await candidate.speak(view);
    const { seen, open } = await openToOthers(server.folder);
    expect(seen).toBeGreaterThan(20);
    expect(open).toEqual([]);
    expect((await stat(server.folder)).mode & 0o777).toBe(0o700);
    // A checkpoint is written at the start, where there is something to write.
    await server.stop();
    await server.launch();
    await expect.poll(async () => (await openToOthers(outside)).seen).toBe(1);
    expect((await openToOthers(outside)).open).toEqual([]);
  }, 60_000);

  it('so is what a command writes', async () => {
    const [responses, out] = [join(outside, 'responses.csv'), join(outside, 'report')];
    const bit = (person: number, item: number): number => ((person * 7 + item * 5) % 11 > 3 + item ? 1 : 0);
    const rows = Array.from({ length: 60 }, (_, n) => [`P${n}`, ...[0, 1, 2, 3].map((item) => bit(n, item))].join());
    await writeFile(responses, ['person,A,B,C,D', ...rows].join('\n'), { mode: 0o600 });
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, '../../bin/meetlat.mjs'), 'calibrate', responses, '--model', 'rasch', '--out', out],
      { env: { PATH: process.env['PATH'] ?? '', MEETLAT_NO_BUILD: '1' } },
    );
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
    const { seen, open } = await openToOthers(outside);
    expect(seen).toBeGreaterThan(4);
    expect(open).toEqual([]);
  }, 60_000);
});
