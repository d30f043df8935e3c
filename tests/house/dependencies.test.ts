/** What is installed is what was locked, by its hash, and few may run anything while they are installed. */
import { describe, expect, it } from 'vitest';
import { read } from './sources.ts';

interface Locked {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
  readonly license?: string;
  readonly dev?: boolean;
}
const lock: { packages: Record<string, Locked> } = JSON.parse(read('package-lock.json'));
const foreign = Object.entries(lock.packages).filter(([path]) => path.startsWith('node_modules/'));
const installed = foreign.filter(([, { link }]) => link !== true);

/** Each of these was looked at. */
const mayRunAtInstall = ['node_modules/esbuild', 'node_modules/lmdb', 'node_modules/msgpackr-extract'];
const licences = /^(MIT|Apache-2\.0|BSD-[23]-Clause|ISC|0BSD|Unlicense)$/;

describe('the lockfile', () => {
  it('names every package by its hash, and none from elsewhere than the registry', () => {
    expect(installed.length).toBeGreaterThan(100);
    const wrong = installed.filter(
      ([, { resolved = 'https://registry.npmjs.org/', integrity = '' }]) =>
        !resolved.startsWith('https://registry.npmjs.org/') || !integrity.startsWith('sha512-'),
    );
    expect(wrong.map(([path]) => path)).toEqual([]);
  });

  it('lets no package run anything while it is installed but those that were looked at', () => {
    expect(installed.filter(([, { hasInstallScript }]) => hasInstallScript === true).map(([path]) => path)).toEqual(
      mayRunAtInstall,
    );
  });

  it('has what ships under free licences that ask for nothing more', () => {
    const shipped = installed.filter(([, { dev }]) => dev !== true);
    expect(shipped.filter(([, { license = '' }]) => !licences.test(license)).map(([path]) => path)).toEqual([]);
  });
});
