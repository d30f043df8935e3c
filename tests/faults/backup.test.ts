/**
 * Backups of a folder while people sit tests, and back: whole and verified, or nothing. Who was erased is in no byte of
 * a backup made after, and unreadable in an older one that is restored with newer keys.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, cp, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inFolder } from '../security/named.ts';
import { ServerProcess } from '../server-process.ts';
import { Candidate, Staff } from '../session-client.ts';

const kills = process.env['MEETLAT_FULL'] === '1' ? 50 : 3;
const who = { name: 'Kopie Voorbeeld-Reserve', birthDate: '1979-02-03', reference: 'KBI-2026-KOPIE-1' };
const words = Object.values(who);

let server: ServerProcess;
let place: string;
let candidate: Candidate;
const at = (name: string): string => join(place, name);
const keysOf = (name: string): string => at(`${name}.keys`);

interface Called {
  readonly code: number | null;
  readonly output: string;
}
/** @param killAfterMs kills it then, unless it ended before */
function meetlat(folder: string, argv: readonly string[], killAfterMs?: number): Promise<Called> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../bin/meetlat.mjs'), ...argv], {
    env: { PATH: process.env['PATH'] ?? '', MEETLAT_NO_BUILD: '1', MEETLAT_DATA: folder, MEETLAT_LANG: 'en' },
  });
  let output = '';
  const take = (data: Buffer): void => {
    output += data.toString();
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const killing = killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  return new Promise((resolve) =>
    child.once('close', (code) => {
      clearTimeout(killing);
      resolve({ code, output });
    }),
  );
}
const backup = (name: string) => meetlat(server.folder, ['backup', at(name), '--keys', keysOf(name)]);
const restore = (name: string, to: string, keys = name) =>
  meetlat(at(to), ['restore', at(name), '--keys', keysOf(keys)]);

/** Of persons who were not erased, as the keys file has them. */
async function wrappedKeys(name: string): Promise<string[]> {
  const { keys }: { keys: readonly { readonly entry: string }[] } = JSON.parse(await readFile(keysOf(name), 'utf8'));
  return keys.flatMap(({ entry }) => {
    const [, wrapped] = /"wrapped":"([\w-]+)"/.exec(Buffer.from(entry, 'base64').toString()) ?? [];
    return wrapped === undefined ? [] : [wrapped];
  });
}

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'meetlat-backup-'));
  server = await ServerProcess.start();
  const invigilator = await Staff.login(server.url, await server.account('invigilator'));
  candidate = await Candidate.admitted(invigilator, { ...who, test: 'mo', language: 'nl' });
}, 60_000);
afterAll(async () => {
  await server?.dispose();
  await rm(place, { recursive: true, force: true });
});

describe('a backup', () => {
  it('is made while somebody answers: names nobody, and has its keys apart', async () => {
    let view = await candidate.toFirstPart();
    let [isDone, acknowledged] = [false, 0];
    const made = backup('one').finally(() => {
      isDone = true;
    });
    for (let turn = 1; !isDone && view.screen.name === 'linear-item'; turn += 1) {
      const { item, total } = view.screen;
      const option = item.options[turn % item.options.length]?.handle ?? '';
      ({ view } = await candidate.ask(
        { kind: 'answer', handle: item.handle, option },
        { kind: 'go', position: (turn % total) + 1 },
      ));
      acknowledged += 1;
    }
    expect(await made).toMatchObject({ code: 0, output: expect.stringContaining('and the secret') });
    expect(acknowledged).toBeGreaterThan(0);
    expect((await stat(keysOf('one'))).mode & 0o077).toBe(0);
    const secret = (await readFile(join(server.folder, 'secret'), 'utf8')).trim();
    const wrapped = await wrappedKeys('one');
    expect(wrapped).toHaveLength(1);
    expect(await inFolder(server.folder, wrapped)).not.toEqual([]);
    expect(await inFolder(at('one'), [...words, secret, ...wrapped])).toEqual([]);
    expect((await backup('one')).output).toContain('already');
  }, 120_000);

  it('is restored whole or not at all, however often it is killed', async () => {
    for (let n = 0; n < kills; n += 1) {
      // Spread over the whole way; where the machine is slower, some never begin, which leaves nothing either.
      const killed = await meetlat(
        at('killed'),
        ['restore', at('one'), '--keys', keysOf('one')],
        150 + (n * 2_500) / kills,
      );
      if (killed.code === 0) await rm(at('killed'), { recursive: true });
      expect(existsSync(at('killed')), killed.output).toBe(false);
    }
    expect(await restore('one', 'killed')).toMatchObject({ code: 0, output: expect.stringContaining('RESTORED') });
    const verified = await meetlat(at('killed'), ['verify', '--all']);
    expect(verified.output).toMatch(/^VERIFIED$/m);
    const exported = await meetlat(at('killed'), ['export', '--reference', who.reference, at('person.zip')]);
    expect(exported.output).toContain('1 sessions');
    expect((await restore('one', 'killed')).output).toContain('is not empty');
  }, 300_000);

  it('has no byte of who was erased before it, and an older one with newer keys names them no more', async () => {
    const invigilator = await Staff.login(server.url, await server.account('invigilator'));
    await invigilator.post(`/invigilator/sessions/${candidate.session}/end`, { reason: 'a test' });
    const erased = await meetlat(server.folder, [
      'erase',
      '--reference',
      who.reference,
      ...(await server.signatories()),
    ]);
    expect(erased.output).toMatch(/^ERASED$/m);
    expect(await backup('two')).toMatchObject({ code: 0 });
    const wrapped = await wrappedKeys('one');
    expect(await inFolder(at('two'), [...words, ...wrapped])).toEqual([]);
    expect(await wrappedKeys('two')).toEqual([]);
    expect(await restore('one', 'older', 'two')).toMatchObject({ code: 0 });
    const exported = await meetlat(at('older'), ['export', '--reference', who.reference, at('gone.zip')]);
    expect(exported).toMatchObject({ code: 2, output: expect.stringContaining('erased') });
    expect((await meetlat(at('older'), ['verify', '--all'])).output).toMatch(/^VERIFIED$/m);
  }, 300_000);

  it('is refused with files of another, with older keys, and without a part of it', async () => {
    expect((await restore('two', 'refused', 'one')).output).toContain('written before the backup');
    await cp(at('two'), at('mixed'), { recursive: true });
    await copyFile(join(at('one'), 'database', 'data.mdb'), join(at('mixed'), 'database', 'data.mdb'));
    await copyFile(keysOf('two'), keysOf('mixed'));
    expect((await restore('mixed', 'refused')).output).toContain('database/data.mdb');
    await rm(join(at('mixed'), 'backup.json'));
    expect((await restore('mixed', 'refused')).output).toContain('no whole backup');
    expect(existsSync(at('refused'))).toBe(false);
  }, 120_000);
});
