/**
 * The program as an operator meets it: a clear line for a wrong setting, a clean end, HTTPS, the same keys after a
 * restart.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ServerProcess } from '../server-process.ts';

const launcher = join(import.meta.dirname, '../../bin/meetlat.mjs');

describe('start and stop', () => {
  it('a wrong setting ends the start with one line and code 2', () => {
    const run = spawnSync(process.execPath, [launcher, 'start'], {
      env: { PATH: process.env['PATH'] ?? '', MEETLAT_NO_BUILD: '1', MEETLAT_COLOUR: 'red' },
      encoding: 'utf8',
    });
    expect(run.status).toBe(2);
    expect(run.stderr.trim().split('\n')).toEqual(['meetlat: MEETLAT_COLOUR: is not a setting of Meetlat']);
  });
  it('another secret than the one that wrapped the keys is refused in one line', async () => {
    const server = await ServerProcess.start({ MEETLAT_SECRET: 'the-first-secret-of-all' });
    try {
      await server.stop();
      const run = spawnSync(process.execPath, [launcher, 'start'], {
        env: {
          PATH: process.env['PATH'] ?? '',
          MEETLAT_NO_BUILD: '1',
          MEETLAT_DATA: server.folder,
          PORT: '0',
          HOST: '127.0.0.1',
          MEETLAT_SECRET: 'quite-another-secret',
        },
        encoding: 'utf8',
      });
      expect(run.status).toBe(2);
      expect(run.stderr.trim().split('\n')).toHaveLength(1);
      expect(run.stderr).toContain('MEETLAT_SECRET');
    } finally {
      await server.dispose();
    }
  }, 60_000);
  it('SIGTERM ends cleanly, even with an open event stream; keys and accounts are the same afterwards', async () => {
    const server = await ServerProcess.start();
    try {
      const keys = await (await fetch(`${server.url}/.well-known/jwks.json`)).json();
      const account = await server.account('examiner');
      const seat: { seatToken: string } = await (
        await fetch(`${server.url}/api/v1/candidate/seats`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{}',
        })
      ).json();
      const stream = await fetch(`${server.url}/api/v1/candidate/seats/events`, {
        headers: { authorization: `Bearer ${seat.seatToken}` },
      });
      expect(stream.status).toBe(200);
      expect(await server.stop()).toBe(0);
      await server.launch();
      expect(await (await fetch(`${server.url}/.well-known/jwks.json`)).json()).toEqual(keys);
      expect(await server.account('examiner')).toEqual(account);
    } finally {
      await server.dispose();
    }
  }, 60_000);
  it('serves HTTPS with the given certificate', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'meetlat-tls-'));
    const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    const openssl = spawnSync('openssl', ['version']);
    if (openssl.status !== 0) {
      console.log('HTTPS not tried: no openssl to make a certificate with');
      return;
    }
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-keyout',
        key,
        '-out',
        cert,
        '-days',
        '2',
        '-subj',
        '/CN=localhost',
        '-addext',
        'subjectAltName=IP:127.0.0.1',
      ],
      { stdio: 'ignore' },
    );
    const server = await ServerProcess.start({ MEETLAT_TLS_CERT: cert, MEETLAT_TLS_KEY: key });
    try {
      const asked = execFileSync(
        process.execPath,
        [
          '-e',
          `fetch(${JSON.stringify(`${server.url.replace('http:', 'https:')}/health`)}).then((r) => ` +
            'r.text()).then(console.log)',
        ],
        { env: { ...process.env, NODE_EXTRA_CA_CERTS: cert }, encoding: 'utf8' },
      );
      expect(asked).toContain('"status":"ok"');
    } finally {
      await server.dispose();
      rmSync(folder, { recursive: true, force: true });
    }
  }, 60_000);
});
