/** `meetlat doctor`, against a data folder that an earlier version wrote: each thing that is wrong is told. */
import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { accounts } from '../../people/staff/account.ts';
import { toInstant } from '../../storage/document/instant.ts';
import { livenessDefinition } from '../last-alive.ts';
import { configuration, inRooms, meetlat, upgradeFolder, useFolder, useOldFolder } from './called.suite.ts';

const doctor = () => meetlat('doctor');
const told = async (): Promise<string> => (await doctor()).lines;

describe('doctor, of an installation', () => {
  useOldFolder();
  beforeEach(async () => {
    await upgradeFolder();
    chmodSync(configuration().dataFolder, 0o700);
    vi.stubEnv('MEETLAT_PUBLIC_URL', 'https://exam.example');
    vi.stubEnv('HOST', '127.0.0.1');
  });

  it('that is well says so, line by line, and ends with 0', async () => {
    const { code, lines } = await doctor();
    expect([code, lines]).toEqual([0, expect.stringMatching(/^well {2}storage: up to date/m)]);
    expect(lines).not.toMatch(/^BAD/m);
    for (const line of ['folder', 'secret', 'disk', 'engine', 'keys', 'clock', 'accounts', 'address'])
      expect(lines).toMatch(new RegExp(`^(well|LOOK) +${line}: `, 'm'));
    expect(lines).toMatch(/^LOOK {2}backup: none/m);
    expect(lines).toMatch(/^LOOK {2}retention: demo keep everything/m);
    expect(lines).toMatch(/^LOOK {2}demonstration: its accounts/m);
    expect(lines).toMatch(/^well {2}address: a proxy of this machine/m);
  });
  it('knows when it was last copied', async () => {
    const { dataFolder } = configuration();
    const write = (days: number) =>
      writeFileSync(
        join(dataFolder, 'last-backup.json'),
        JSON.stringify({ id: 'x', madeAt: toInstant(Date.now() - days * 24 * 3_600_000) }),
      );
    write(2);
    expect(await told()).toMatch(/^well {2}backup: the last one is of/m);
    write(9);
    expect(await told()).toMatch(/^LOOK {2}backup: the last one is 9 days old/m);
    rmSync(join(dataFolder, 'last-backup.json'));
    const [folder, keys] = [`${dataFolder}.copy`, `${dataFolder}.keys`];
    await meetlat('backup', folder, '--keys', keys);
    for (const place of [folder, keys]) rmSync(place, { recursive: true });
    expect(await told()).toMatch(/^well {2}backup: the last one is of/m);
  });
  it('says that others can read the secret or the folder, and that an address has no TLS', async () => {
    const { dataFolder } = configuration();
    writeFileSync(join(dataFolder, 'secret'), `${configuration().secret ?? ''}\n`);
    vi.stubEnv('MEETLAT_SECRET', '');
    chmodSync(join(dataFolder, 'secret'), 0o644);
    chmodSync(dataFolder, 0o755);
    vi.stubEnv('MEETLAT_PUBLIC_URL', 'http://exam.example');
    const { code, lines } = await doctor();
    expect(code).toBe(1);
    expect(lines).toMatch(/^BAD {3}secret: others/m);
    expect(lines).toMatch(/^LOOK {2}folder: others/m);
    expect(lines).toMatch(/^BAD {3}address: http:/m);
    chmodSync(join(dataFolder, 'secret'), 0o600);
    expect(await told()).toMatch(/^LOOK {2}secret: lies beside/m);
  });
  it('says that the secret is another one, and goes on', async () => {
    vi.stubEnv('MEETLAT_SECRET', 'another secret altogether');
    const { code, lines } = await doctor();
    expect(code).toBe(1);
    expect(lines).toMatch(/^BAD {3}storage: cannot be opened/m);
    expect(lines).toMatch(/^well {2}address/m);
  });
  it('says that the clock was set back, and that nobody can log in', async () => {
    await inRooms(async (_rooms, { storage }) => {
      const alive = await storage.collection(livenessDefinition);
      for (const stored of await alive.every())
        await alive.replace(stored, stored.revision, { at: toInstant(Date.now() + 3_600_000) });
      const all = await storage.collection(accounts);
      for (const stored of await all.every())
        await all.replace(stored, stored.revision, { ...stored.value, lockedAt: toInstant(0) });
    });
    const { code, lines } = await doctor();
    expect(code).toBe(1);
    expect(lines).toMatch(/^BAD {3}clock: .* is before what was written/m);
    expect(lines).toMatch(/^BAD {3}accounts: nobody/m);
  });
  it('reads the certificate: its name, its end, its key', async () => {
    const { dataFolder } = configuration();
    const file = (name: string): string => join(dataFolder, name);
    const make = (name: string, subject: string, days: string): void => {
      execFileSync(
        'openssl',
        [
          ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', days],
          ...['-subj', `/CN=${subject}`, '-addext', `subjectAltName=DNS:${subject}`],
          ...['-keyout', file(`${name}.key`), '-out', file(`${name}.crt`)],
        ],
        { stdio: 'ignore' },
      );
    };
    make('good', 'exam.example', '200');
    make('soon', 'exam.example', '10');
    make('other', 'elsewhere.example', '200');
    const use = async (certificate: string, key = certificate): Promise<string> => {
      vi.stubEnv('MEETLAT_TLS_CERT', file(`${certificate}.crt`));
      vi.stubEnv('MEETLAT_TLS_KEY', file(`${key}.key`));
      return told();
    };
    expect(await use('good')).toMatch(/^well {2}certificate: good until/m);
    expect(await use('soon')).toMatch(/^LOOK {2}certificate: ends on .* in (9|10) days/m);
    expect(await use('other')).toMatch(/^BAD {3}certificate: is not for exam.example/m);
    expect(await use('good', 'other')).toMatch(/^BAD {3}certificate: the key/m);
    expect(await use('absent')).toMatch(/^BAD {3}certificate: cannot be read/m);
  });
});

describe('doctor, where nothing is installed', () => {
  useFolder();
  it('says so, and makes nothing', async () => {
    const { code, lines } = await doctor();
    expect(code).toBe(1);
    expect(lines).toMatch(/^BAD {3}storage: there is nothing/m);
    expect(readdirSync(configuration().dataFolder)).toEqual([]);
    expect(statSync(configuration().dataFolder).isDirectory()).toBe(true);
  });
});
