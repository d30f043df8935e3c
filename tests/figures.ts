/**
 * Figures measured at full counts, kept in docs/figures/ so that a reader sees what was reached, and with what. Reduced
 * counts write nothing.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const isFull = process.env['MEETLAT_FULL'] === '1';

export function recordFigures(name: string, figures: object): void {
  if (!isFull) return;
  const folder = join(import.meta.dirname, '../docs/figures');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(figures, null, 2)}\n`);
}
