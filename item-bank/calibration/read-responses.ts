/** Response data from CSV: wide (one row a person, one column an item) or long (person, item, response). */
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse';

export interface ResponseTable { readonly items: readonly string[]; readonly rows: readonly (readonly (number | null)[])[]; readonly persons: readonly string[] }

export class ResponseFileError extends Error {
  constructor(readonly code: string, message: string) { super(message); this.name = 'ResponseFileError'; }
}

/** A cell: empty or NA is not given; anything else must be 0 or 1. `line` counts from 1, the header included. */
function response(cell: string, line: number, item: string): number | null {
  const text = cell.trim();
  if (text === '' || text === 'NA') return null;
  if (text === '0' || text === '1') return Number(text);
  throw new ResponseFileError('unknown-category', `line ${line}, ${item}: "${text}" is neither 0, 1 nor empty`);
}

const isLong = (header: readonly string[]): boolean => header.length === 3 && header.map((name) => name.trim().toLowerCase()).join() === 'person,item,response';
const isPersonColumn = (name: string): boolean => /^(person|id|candidate)$/i.test(name.trim());

/** Throws ResponseFileError naming line and item. A file whose name ends in .gz is unpacked. */
export async function readResponses(path: string): Promise<ResponseTable> {
  const file = createReadStream(path);
  const parser = (path.endsWith('.gz') ? file.pipe(createGunzip()) : file).pipe(parse({ bom: true, skip_empty_lines: true, relax_column_count: false }));
  file.on('error', (error) => parser.destroy(error));
  const records: AsyncIterable<string[]> = parser;
  const lines: string[][] = [];
  for await (const record of records) lines.push(record);
  const header = lines[0];
  if (header === undefined || lines.length < 2) throw new ResponseFileError('no-responses', `${path} has no rows`);
  return isLong(header) ? fromLong(lines) : fromWide(header, lines);
}

function fromWide(header: readonly string[], lines: readonly (readonly string[])[]): ResponseTable {
  const skip = isPersonColumn(header[0] ?? '') ? 1 : 0;
  const items = header.slice(skip).map((name) => name.trim());
  const twice = items.find((name, n) => items.indexOf(name) !== n);
  if (twice !== undefined) throw new ResponseFileError('duplicate-item', `the header names ${twice} twice`);
  const rows = lines.slice(1).map((line, n) => line.slice(skip).map((cell, item) => response(cell, n + 2, items[item] ?? '')));
  return { items, rows, persons: lines.slice(1).map((line, n) => (skip === 1 ? line[0] ?? '' : String(n + 1))) };
}

function fromLong(lines: readonly (readonly string[])[]): ResponseTable {
  const items = new Map<string, number>();
  const persons = new Map<string, Map<number, number | null>>();
  lines.slice(1).forEach(([person = '', item = '', cell = ''], n) => {
    const index = items.get(item) ?? items.size;
    items.set(item, index);
    const row = persons.get(person) ?? new Map<number, number | null>();
    if (row.has(index)) throw new ResponseFileError('duplicate-response', `line ${n + 2}: ${person} has answered ${item} already`);
    persons.set(person, row.set(index, response(cell, n + 2, item)));
  });
  return { items: [...items.keys()], persons: [...persons.keys()], rows: [...persons.values()].map((row) => Array.from({ length: items.size }, (_, index) => row.get(index) ?? null)) };
}
