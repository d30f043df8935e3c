/** The oral test of the demonstration, shortened: a folder of content with the test `short`. */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Specification, type TestPart } from '../../item-bank/specifications/specification.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): unknown => JSON.parse(readFileSync(join(root, path), 'utf8'));

export interface ShortTest {
  /** Of the listening part. */
  readonly items: number;
  readonly itemLimitMs?: number;
  readonly parts: readonly ('listening' | 'speaking')[];
  /** Of the speaking part; all of them when not said. */
  readonly tasks?: number;
}

export function shortTest({ items, itemLimitMs, parts, tasks }: ShortTest): string {
  const oral = Specification.parse(read('demonstration/specifications/nt2-oral.json'));
  const short = {
    ...oral,
    id: 'short',
    version: 1,
    practice: oral.practice.filter((id) => id !== 'PRACTICE-S' || parts.includes('speaking')),
    parts: oral.parts.flatMap((part): TestPart[] => {
      if (!parts.some((id) => id === part.id)) return [];
      if (part.kind === 'speaking') return [{ ...part, tasks: part.tasks.slice(0, tasks) }];
      if (part.kind !== 'adaptive') return [part];
      const policy = { ...part.policy, minimumItems: items, maximumItems: items, pretestPositions: [] };
      return [{ ...part, policy, itemLimitMs: itemLimitMs ?? part.itemLimitMs }];
    }),
  };
  const folder = mkdtempSync(join(tmpdir(), 'meetlat-short-'));
  const content = { specifications: short, regimes: read('scoring/regimes/nt2-oral-b1.json') };
  for (const [kind, value] of Object.entries(content)) {
    mkdirSync(join(folder, kind));
    writeFileSync(join(folder, kind, 'short.json'), JSON.stringify(value));
  }
  for (const kind of ['releases', 'media']) mkdirSync(join(folder, kind));
  return folder;
}
