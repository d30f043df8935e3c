/**
 * The tarball of the package in somebody else's folder: types, Node and a browser without a bundler; every code block
 * of the README and every `@example` gives what it says it prints.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { hasBrowser, launchBrowser } from '../e2e/browser.ts';
import { exampleBlocks, markdownBlocks } from './code-blocks.ts';
import { testExamples } from './examples.suite.ts';
import { installPackage, type InstalledPackage } from './installed-package.ts';

const root = join(import.meta.dirname, '../..');
const source = join(root, 'engine/itemresponsetheory');
const blocks = [...markdownBlocks(join(source, 'README.md'), 'README'), ...exampleBlocks(join(source, 'src'))];
const fileOf = (n: number): string => `blocks/${n}.js`;
const isForNode = ({ code }: { readonly code: string }): boolean => code.includes("from 'node:");

/** Imports the blocks one after the other and gives what each printed. Runs as it is in Node and in a page. */
const runner = `
  const textOf = (value) => (typeof value === 'object' ? JSON.stringify(value) : String(value));
const shown = (value) => (typeof value === 'string' ? value : textOf(value));
  export async function run(files) {
    const [print, printed] = [console.log, []];
    for (const file of files) {
      const lines = [];
      console.log = (...values) => lines.push(...values.map(shown).join(' ').split('\\n'));
      try {
        await import(file);
      } catch (error) {
        lines.push(String(error));
      } finally {
        console.log = print;
      }
      printed.push(lines);
    }
    return printed;
  }`;
const printedLines = z.array(z.array(z.string()));

let installed: InstalledPackage;
beforeAll(() => {
  installed = installPackage();
  const { folder } = installed;
  mkdirSync(join(folder, 'blocks'));
  blocks.forEach(({ code }, n) => {
    writeFileSync(join(folder, fileOf(n).replace('.js', '.ts')), code);
    writeFileSync(join(folder, fileOf(n)), transformSync(code, { loader: 'ts' }).code);
  });
  writeFileSync(join(folder, 'runner.js'), runner);
  // What the README calibrates.
  copyFileSync(join(root, 'tests/reference/calibration/lsat6-2pl.csv'), join(folder, 'answers.csv'));
}, 120_000);
afterAll(() => installed.remove());

const { exports: entries }: { readonly exports: Readonly<Record<string, unknown>> } = JSON.parse(
  readFileSync(join(source, 'package.json'), 'utf8'),
);
const named = Object.keys(entries).filter((entry) => !entry.endsWith('.json'));
it.each(named)('every function of the entry %s has an example', async (entry) => {
  const exported: Readonly<Record<string, unknown>> = await import(`itemresponsetheory${entry.slice(1)}`);
  const functions = Object.entries(exported).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []));
  const imported = exampleBlocks(join(source, 'src')).map(({ code }) => code);
  expect(functions.filter((name) => !imported.some((code) => new RegExp(`\\b${name}\\b`).test(code)))).toEqual([]);
});

describe('the tarball', () => {
  it('holds what was built, its README and its licence, no source and no test', () => {
    const strange = installed.files.filter((path) => !/^dist\/.*\.(js|d\.ts)$/.test(path));
    expect(strange.sort()).toEqual(['LICENSE', 'README.md', 'package.json']);
    expect(installed.files.filter((path) => /\.(test|suite)\./.test(path))).toEqual([]);
  });

  it('has every entry, and each loads in Node', () => {
    expect(installed.entries.size).toBeGreaterThanOrEqual(9);
    for (const file of installed.entries.values()) expect(existsSync(join(installed.folder, file))).toBe(true);
    const imports = [...installed.entries.keys()].map((name) => `await import('${name}');`);
    execFileSync(process.execPath, ['--input-type=module', '--eval', imports.join('\n')], { cwd: installed.folder });
  });

  it('types every code block, for the strictest compiler', () => {
    const options = {
      compilerOptions: {
        target: 'ES2022',
        lib: ['ES2023'],
        module: 'NodeNext',
        strict: true,
        noEmit: true,
        skipLibCheck: false,
        types: ['node'],
        typeRoots: [join(root, 'node_modules/@types')],
      },
      include: ['blocks/*.ts'],
    };
    writeFileSync(join(installed.folder, 'tsconfig.json'), JSON.stringify(options));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    let faults = '';
    try {
      execFileSync(process.execPath, [tsc, '-p', installed.folder], { encoding: 'utf8' });
    } catch (error) {
      faults = error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error);
    }
    expect(faults).toBe('');
  }, 120_000);

  it('runs every code block in Node', () => {
    const files = JSON.stringify(blocks.map((_, n) => `./${fileOf(n)}`));
    const script = `import { run } from './runner.js'; console.log(JSON.stringify(await run(${files})));`;
    const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: installed.folder,
      encoding: 'utf8',
    });
    const printed = printedLines.parse(JSON.parse(output));
    expect(blocks.map(({ name }, n) => ({ name, prints: printed[n] }))).toEqual(
      blocks.map(({ name, prints }) => ({ name, prints })),
    );
  }, 60_000);

  it.skipIf(!hasBrowser)(
    'runs every code block in a browser, without a bundler',
    async () => {
      const ofPages = blocks.map((block, n) => ({ ...block, n })).filter((block) => !isForNode(block));
      const site = 'http://somebody-else.test';
      const imports = Object.fromEntries([...installed.entries].map(([name, file]) => [name, `/${file}`]));
      const page = `<!doctype html><script type="importmap">${JSON.stringify({ imports })}</script>`;
      const browser = await launchBrowser();
      try {
        const tab = await browser.newPage();
        await tab.route(`${site}/**`, (route) => {
          const { pathname } = new URL(route.request().url());
          return pathname === '/'
            ? route.fulfill({ contentType: 'text/html', body: page })
            : route.fulfill({ contentType: 'text/javascript', body: readFileSync(join(installed.folder, pathname)) });
        });
        await tab.goto(`${site}/`);
        const files = JSON.stringify(ofPages.map(({ n }) => `/${fileOf(n)}`));
        const printed = printedLines.parse(await tab.evaluate(`import('/runner.js').then(({ run }) => run(${files}))`));
        expect(ofPages.map(({ name }, n) => ({ name, prints: printed[n] }))).toEqual(
          ofPages.map(({ name, prints }) => ({ name, prints })),
        );
      } finally {
        await browser.close();
      }
    },
    60_000,
  );
});

testExamples(() => installed);
