/** Ratings from CSV: long (person, facets…, score) or wide (person, facets…, one column a criterion). An empty cell is not rated. */
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse';
import { type Anchor, type RatingRow, type RatingTable, ratingTable } from 'itemresponsetheory/facets';
import { ResponseFileError } from './response-file-error.ts';

const score = (cell: string, line: number, column: string): number | undefined => {
  const text = cell.trim();
  if (text === '' || text === 'NA' || text === 'NR') return undefined;
  if (!/^\d{1,2}$/.test(text)) throw new ResponseFileError('unknown-category', `line ${line}, ${column}: "${text}" is neither a whole number nor empty`);
  return Number(text);
};

export interface RatingFile { readonly table: RatingTable; /** Window of time of each rating, when a column of them was named. */ readonly windows?: readonly string[] }

/** Other columns are left out; those named in `ignore`, too. `window`: a column that is no facet but a time. Throws ResponseFileError naming line and column. */
export async function readRatings(path: string, { criteria, ignore = [], window }: { readonly criteria?: readonly string[]; readonly ignore?: readonly string[]; readonly window?: string } = {}): Promise<RatingFile> {
  const file = createReadStream(path);
  const parser = (path.endsWith('.gz') ? file.pipe(createGunzip()) : file).pipe(parse({ bom: true, skip_empty_lines: true }));
  file.on('error', (error) => parser.destroy(error));
  const records: AsyncIterable<string[]> = parser;
  let header: string[] | undefined;
  let layout: { readonly person: number; readonly facets: readonly number[]; readonly scores: readonly number[] } | undefined;
  const rows: RatingRow[] = [];
  const windows: string[] = [];
  let windowAt = -1;
  let line = 0;
  for await (const record of records) {
    line += 1;
    if (header === undefined || layout === undefined) { header = record.map((name) => name.trim()); windowAt = window === undefined ? -1 : columnOf(header, '--window', window); layout = layoutOf(header, criteria, [...ignore, ...(window === undefined ? [] : [window])]); continue; }
    const { person, facets, scores } = layout;
    for (const column of scores) {
      const value = score(record[column] ?? '', line, header[column] ?? '');
      if (value === undefined) continue;
      const elements = facets.map((facet) => record[facet]?.trim() ?? '');
      rows.push({ person: record[person]?.trim() ?? '', elements: scores.length > 1 ? [header[column] ?? '', ...elements] : elements, score: value });
      windows.push(record[windowAt]?.trim() ?? '');
    }
  }
  if (header === undefined || layout === undefined || rows.length === 0) throw new ResponseFileError('no-responses', `${path} has no ratings`);
  const table = ratingTable([...(layout.scores.length > 1 ? ['criterion'] : []), ...layout.facets.map((facet) => header?.[facet] ?? '')], rows);
  return { table, ...(window === undefined ? {} : { windows }) };
}

function columnOf(header: readonly string[], option: string, name: string): number {
  const at = header.indexOf(name);
  if (at < 0) throw new ResponseFileError('unknown-column', `${option} ${name}: the header has ${header.join(', ')}`);
  return at;
}

/** Anchors from CSV: facet, element, measure; elements joined by | share the measure as their mean. */
export async function readAnchors(path: string): Promise<Anchor[]> {
  const file = createReadStream(path);
  const parser = file.pipe(parse({ bom: true, skip_empty_lines: true, columns: (names: string[]) => names.map((name) => name.trim()) }));
  file.on('error', (error) => parser.destroy(error));
  const records: AsyncIterable<Record<string, string>> = parser;
  const anchors: Anchor[] = [];
  for await (const { facet, element, measure } of records) {
    if (facet === undefined || element === undefined || measure === undefined) throw new ResponseFileError('unknown-column', `${path}: the header must be facet,element,measure`);
    const mean = Number(measure);
    if (measure.trim() === '' || !Number.isFinite(mean)) throw new ResponseFileError('unknown-category', `${path}, line ${anchors.length + 2}, measure: "${measure}" is no number`);
    anchors.push({ facet: facet.trim(), elements: element.split('|').map((name) => name.trim()), mean });
  }
  if (anchors.length === 0) throw new ResponseFileError('no-responses', `${path} has no anchors`);
  return anchors;
}

/** "score" makes it long; otherwise the criteria named, or every column that is neither person, rater nor task. */
function layoutOf(header: readonly string[], criteria: readonly string[] | undefined, ignore: readonly string[]): { person: number; facets: number[]; scores: number[] } {
  const person = header.findIndex((name) => /^(person|candidate|id)$/i.test(name));
  if (person < 0) throw new ResponseFileError('no-person', `the header names no person column: ${header.join(', ')}`);
  const unknown = criteria?.find((name) => !header.includes(name));
  if (unknown !== undefined) throw new ResponseFileError('unknown-column', `--criteria ${unknown}: the header has ${header.join(', ')}`);
  const others = header.flatMap((name, n) => (n === person || ignore.includes(name) ? [] : [n]));
  const single = header.findIndex((name) => /^(score|rating)$/i.test(name));
  if (single >= 0 && criteria === undefined) return { person, facets: others.filter((n) => n !== single), scores: [single] };
  const facets = others.filter((n) => (criteria === undefined ? /^(rater|examiner|site|window)$/i.test(header[n] ?? '') : !criteria.includes(header[n] ?? '')));
  const scores = others.filter((n) => !facets.includes(n));
  if (scores.length === 0) throw new ResponseFileError('no-scores', `the header names no column of scores: ${header.join(', ')}`);
  return { person, facets, scores };
}
