// The interface: one HTML entry for each kind of person, built to dist/interface. Every folder of delivery-ui with an
// index.html is a place of its own; so a new place needs no line here.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { cpSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

const root = join(import.meta.dirname, 'delivery-ui');
const out = join(import.meta.dirname, 'dist', 'interface');

function places(): Record<string, string> {
  const folders = readdirSync(root, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && existsSync(join(root, entry.name, 'index.html')),
  );
  return {
    candidate: join(root, 'index.html'),
    ...Object.fromEntries(folders.map(({ name }) => [name, join(root, name, 'index.html')])),
  };
}

/** The clips of the interface's voices are shipped as they are: /voices/LANGUAGE/index.json and its files. */
function shippedVoices(): Plugin {
  const voices = join(root, 'public', 'voices');
  return {
    name: 'shipped-voices',
    apply: 'build',
    closeBundle: () => {
      if (existsSync(voices)) cpSync(voices, join(out, 'voices'), { recursive: true });
    },
  };
}

/**
 * Script that a candidate loads on a bad line before the first screen: entry, what it imports, one catalogue. Gzipped
 * bytes.
 */
const candidateLimit = 60_000;

function candidateBudget(): Plugin {
  return {
    name: 'candidate-budget',
    apply: 'build',
    generateBundle(_options, bundle) {
      const chunks = Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? [file] : []));
      const sizes = new Map(chunks.map(({ fileName, code }) => [fileName, gzipSync(code).length]));
      const needed = new Set<string>();
      const follow = (fileName: string): void => {
        if (needed.has(fileName)) return;
        needed.add(fileName);
        chunks.find((chunk) => chunk.fileName === fileName)?.imports.forEach(follow);
      };
      const entry = chunks.find(({ isEntry, name }) => isEntry && name === 'candidate');
      if (entry === undefined) return;
      follow(entry.fileName);
      const catalogue = Math.max(0, ...entry.dynamicImports.map((fileName) => sizes.get(fileName) ?? 0));
      const bytes = [...needed].reduce((sum, fileName) => sum + (sizes.get(fileName) ?? 0), catalogue);
      if (bytes > candidateLimit)
        this.error(
          `The candidate's pages load ${bytes} bytes of script gzipped; at most ${candidateLimit} are allowed.`,
        );
      this.info(`candidate's pages: ${bytes} bytes of script gzipped, at most ${candidateLimit}`);
    },
  };
}

export default defineConfig({
  root,
  publicDir: false,
  plugins: [svelte({ configFile: false }), shippedVoices(), candidateBudget()],
  resolve: { alias: { itemresponsetheory: join(import.meta.dirname, 'engine/itemresponsetheory/src') } },
  build: {
    outDir: out,
    emptyOutDir: true,
    target: 'es2022',
    // The content security policy allows no inline code: nothing may become a data: script or style.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: places() },
  },
});
