/**
 * The measurement package: no dependency, small, and the same bits in any JavaScript engine that a browser or server
 * runs.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { hasBrowser, launchBrowser } from '../e2e/browser.ts';
import { engineVersion } from '../../engine/adaptive/policy.ts';
import { recordedRun } from './recorded-run.ts';
import { recordedSessions } from './recorded-sessions.ts';
import { recordedRuns } from './recorded-runs.ts';

const root = join(import.meta.dirname, '../..');
const source = join(root, 'engine/itemresponsetheory/src');

async function bundled(
  entry: string,
  options: { readonly minify: boolean; readonly globalName?: string },
): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    platform: 'browser',
    target: 'es2022',
    alias: { itemresponsetheory: source },
    logLevel: 'silent',
    ...(options.globalName === undefined ? { format: 'esm' } : { format: 'iife', globalName: options.globalName }),
    minify: options.minify,
  });
  return outputFiles[0]?.text ?? '';
}

describe('the package itemresponsetheory', () => {
  it('depends on nothing, and every entry bundles by itself', async () => {
    const manifest: unknown = JSON.parse(readFileSync(join(source, '../package.json'), 'utf8'));
    expect(manifest).not.toHaveProperty('dependencies');
    expect(manifest).not.toHaveProperty('peerDependencies');
    const entries = Object.keys(
      manifest !== null && typeof manifest === 'object' && 'exports' in manifest && typeof manifest.exports === 'object'
        ? (manifest.exports ?? {})
        : {},
    );
    expect(entries.length).toBeGreaterThan(3);
    for (const entry of entries)
      expect(await bundled(join(source, entry, 'index.ts'), { minify: true })).not.toMatch(/(^|;)import\b|\brequire\(/);
  });

  it('is at most 60 kB minified at its main entry', async () => {
    expect(Buffer.byteLength(await bundled(join(source, 'index.ts'), { minify: true }))).toBeLessThanOrEqual(60_000);
  });

  it('changes no number without another engineVersion', () => {
    const now = createHash('sha256').update(recordedRun()).update(recordedSessions()).digest('hex');
    expect(
      { engineVersion, run: now },
      'The engine gives other numbers. If that is meant: raise engineVersion, and add a line for it to ' +
        'recorded-runs.ts.',
    ).toEqual({ engineVersion, run: recordedRuns[engineVersion] });
  });

  it.skipIf(!hasBrowser)(
    'gives the same bits in a browser, minified or not',
    async () => {
      const here = recordedRun();
      const browser = await launchBrowser();
      try {
        const page = await browser.newPage();
        await page.goto('about:blank');
        for (const minify of [true, false]) {
          await page.addScriptTag({
            content: await bundled(join(import.meta.dirname, 'recorded-run.ts'), { minify, globalName: 'recorded' }),
          });
          const there = await page.evaluate(() =>
            (globalThis as { recorded?: { recordedRun(): string } }).recorded?.recordedRun(),
          );
          expect(there === here).toBe(true);
        }
      } finally {
        await browser.close();
      }
    },
    60_000,
  );
});
