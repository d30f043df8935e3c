/** Every program of examples/ runs, and says what it should. */
import { execFile, spawn } from 'node:child_process';
import { cpSync, readdirSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { Webhook } from 'standardwebhooks';
import { beforeAll, describe, expect, it } from 'vitest';
import type { InstalledPackage } from './installed-package.ts';

const root = join(import.meta.dirname, '../..');
const programs = readdirSync(join(root, 'examples')).filter((name) => name.endsWith('.mjs'));

/** The package is packed once for all tests that need it. */
export function testExamples(installed: () => InstalledPackage): void {
  const at = (name: string): string => join(installed().folder, name);
  describe('examples', () => {
    beforeAll(() => {
      cpSync(join(root, 'examples'), installed().folder, { recursive: true });
      for (const library of ['jose', 'standardwebhooks', '@stablelib', 'fast-sha256'])
        symlinkSync(join(root, 'node_modules', library), at(`node_modules/${library}`));
    });

    function run(name: string, parameters: readonly string[], input = ''): Promise<string> {
      return new Promise((resolve) => {
        const child = execFile(process.execPath, [at(name), ...parameters], (_error, stdout) => resolve(stdout));
        child.stdin?.end(input);
      });
    }

    it('knows every program', () => {
      expect(programs).toEqual([
        'adaptive-test.mjs',
        'calibrate-file.mjs',
        'receive-push.mjs',
        'verify-certificate.mjs',
      ]);
    });

    it('adaptive-test', async () => {
      expect((await run('adaptive-test.mjs', [])).trim().split('\n').at(-1)).toMatch(
        /^item-\d+ (right|wrong) {2}θ 0\.\d\d ± 0\.3\d/,
      );
    });

    it('calibrate-file', async () => {
      const output = await run('calibrate-file.mjs', [join(root, 'tests/reference/calibration/lsat6-2pl.csv')]);
      expect(output).toContain('Item_1,0.826,-3.359');
      expect(output).toContain('log-likelihood -2466.653, converged');
    });

    it('verify-certificate', async () => {
      const { publicKey, privateKey } = await generateKeyPair('EdDSA');
      const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'EdDSA' }] });
      const server = createServer((_, response) => response.setHeader('content-type', 'application/json').end(keys));
      await new Promise<void>((resolve) => server.listen(0, resolve));
      try {
        const address = server.address();
        const issuer = `http://localhost:${typeof address === 'object' ? address?.port : ''}`;
        const sign = (name: string): Promise<string> =>
          new SignJWT({ credentialSubject: { achievement: { name } } })
            .setProtectedHeader({ alg: 'EdDSA', kid: 'k1', typ: 'vc+jwt' })
            .setIssuer(issuer)
            .sign(privateKey);
        const certificate = await sign('B1');
        expect(await run('verify-certificate.mjs', [issuer], certificate)).toContain('valid: B1');
        const [head, , signature] = certificate.split('.');
        const [, other] = (await sign('B2')).split('.');
        expect(await run('verify-certificate.mjs', [issuer], [head, other, signature].join('.'))).toContain(
          'not valid',
        );
      } finally {
        server.close();
      }
    });

    it('receive-push', async () => {
      const secret = `whsec_${Buffer.from('an example secret of 32 bytes ...').toString('base64')}`;
      const child = spawn(process.execPath, [at('receive-push.mjs')], {
        env: { ...process.env, MEETLAT_TRAJECTORY_SECRET: secret, PORT: '0' },
      });
      try {
        const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
        const port = /\d+$/.exec(String((await lines.next()).value))?.[0] ?? '';
        const push = (body: string, signed = body): Promise<number> => {
          const sentAt = new Date();
          const headers = {
            'webhook-id': 'event-1',
            'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
            'webhook-signature': new Webhook(secret).sign('event-1', sentAt, signed),
          };
          return fetch(`http://localhost:${port}/`, { method: 'POST', body, headers }).then(({ status }) => status);
        };
        expect(await push('{"passed":true}', '{"passed":false}')).toBe(401);
        expect(await push('{"passed":true}')).toBe(204);
        expect(await push('{"passed":true}')).toBe(204);
        expect((await lines.next()).value).toBe('event-1: {"passed":true}');
      } finally {
        child.kill();
      }
    });
  });
}
