/** The guides speak of what is there: what they set as code is held to commands, options, settings and files. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commands } from '../../server/commands/commands.ts';
import { read, root } from './sources.ts';

const guides = ['README.md', 'docs/operating.md', 'docs/data-protection.md', 'docs/centre.md'];

/** What stands as code: spans, and the lines of blocks with their continuations joined. */
function codeOf(guide: string): string[] {
  const text = read(guide);
  const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block]) =>
    (block ?? '').replace(/\\\n\s*/g, ' ').split('\n'),
  );
  const spans = [...text.replace(/```[\s\S]*?```/g, '').matchAll(/`([^`\n]+)`/g)].map(([, span]) => span ?? '');
  return [...blocks, ...spans];
}

const optionsIn = (words: readonly string[]): string[] => words.filter((word) => /^--[a-z]/.test(word));

describe.each(guides)('%s', (guide) => {
  it('calls commands by their names, with options that they have', async () => {
    const wrong: string[] = [];
    for (const code of codeOf(guide)) {
      const [, called] = /\bmeetlat (.*)$/.exec(code) ?? [];
      if (called === undefined) continue;
      const [name = '', ...words] = called.split(/[\s,=]+/);
      const load = Object.entries(commands).find(([known]) => known === name)?.[1];
      if (load === undefined) {
        if (/^[a-z]/.test(name)) wrong.push(code);
        continue;
      }
      const known = new Set((await load()).options.map((option) => `--${option.name}`));
      wrong.push(...optionsIn(words).filter((option) => option !== '--help' && !known.has(option)));
    }
    expect(wrong).toEqual([]);
  });

  it('names settings that the program reads', () => {
    const source = read('server/configuration.ts');
    const named = codeOf(guide).flatMap((code) => code.match(/\bMEETLAT_[A-Z_]+\b/g) ?? []);
    expect(named.filter((setting) => !source.includes(setting.replace('MEETLAT_', '')))).toEqual([]);
  });

  it('names files that are there', () => {
    const files = codeOf(guide).filter((code) => /^[\w.-]+(\/[\w.-]+)*\.(md|ts|mjs)$/.test(code));
    const folder = guide.includes('/') ? 'docs' : '.';
    expect(files.filter((file) => !existsSync(join(root, file)) && !existsSync(join(root, folder, file)))).toEqual([]);
  });
});

describe('docs/centre.md', () => {
  const guide = read('docs/centre.md');

  it('names buttons, marks and states as they stand on the page', () => {
    const texts: Record<string, string> = JSON.parse(read('words/catalogues/staff/nl.json'));
    const onThePage = new Set(
      Object.values(texts).map((text) => text.replace(/\{\{\w+\}\}/g, '…').replace(' (…)', '')),
    );
    const named = [...guide.matchAll(/\*\*([^*]+)\*\*/g)].flatMap(([, label]) => label ?? []);
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((label) => label !== 'vet' && !onThePage.has(label))).toEqual([]);
  });

  it('shows pictures that are there', () => {
    const pictures = [...guide.matchAll(/\]\((pictures\/[^)]+)\)/g)].flatMap(([, picture]) => picture ?? []);
    expect(pictures.length).toBeGreaterThan(0);
    expect(pictures.filter((picture) => !existsSync(join(root, 'docs', picture)))).toEqual([]);
  });
});
