/**
 * The reference folder: the project's own copies, or another of the same layout. Which data sets, items, raters and
 * counts there are is read here, never written into a test.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const referenceFolder = process.env.MEETLAT_REFERENCE ?? import.meta.dirname;

export function readReference<T>(path: string): T {
  const data: T = JSON.parse(readFileSync(join(referenceFolder, path), 'utf8'));
  return data;
}

/** Names of the JSON files of a room of the folder, without their ending. */
export function fixturesOf(room: string): string[] {
  const folder = join(referenceFolder, room);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .sort();
}

export interface Csv {
  readonly header: readonly string[];
  readonly cells: readonly (readonly string[])[];
}
export function readCsv(path: string): Csv {
  const [header = '', ...lines] = readFileSync(join(referenceFolder, path), 'utf8').trim().split(/\r?\n/);
  return { header: header.split(','), cells: lines.map((line) => line.split(',').map((cell) => cell.trim())) };
}

export interface Answers {
  readonly ids: readonly string[];
  readonly rows: readonly (number | null)[][];
  /** The first column where it is called `group`. */
  readonly group?: readonly string[];
}

/** A response table: empty is not answered; categories begin at the least one seen (some data count from 1). */
export function readAnswers(path: string): Answers {
  const { header, cells } = readCsv(path);
  const first = header[0] === 'group' ? 1 : 0;
  const seen = cells.map((row) => row.slice(first).map((cell) => (cell === '' ? null : Number(cell))));
  const ids = header.slice(first);
  const least = ids.map((_, n) => seen.reduce((least, row) => Math.min(least, row[n] ?? Infinity), Infinity));
  const rows = seen.map((row) => row.map((value, n) => (value === null ? null : value - (least[n] ?? 0))));
  return { ids, rows, ...(first === 1 ? { group: cells.map(([label = '']) => label) } : {}) };
}

/** The answers of complete rows; a missing one is a fault of the folder. */
export function completeRows({ rows }: Answers): number[][] {
  return rows.map((row, person) =>
    row.map((value) => {
      if (value === null) throw new Error(`person ${person} has not answered every item`);
      return value;
    }),
  );
}
