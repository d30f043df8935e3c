/**
 * Response files of any size, read as a stream straight into sparse rows: wide CSV (a row for each person), long CSV
 * (person, item, response, in any order), or journal rows as JSON lines (session, item, version, category). A name that
 * ends in .gz is unpacked.
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CsvError, parse } from 'csv-parse';
import type { ResponseMatrix } from 'itemresponsetheory/calibration';
import { z } from 'zod';
import { ChoiceRows, type ResponseChoices } from './choices.ts';
import { withoutDuplicates } from './duplicate-responses.ts';
import { ResponseFileError } from './response-file-error.ts';
import { Names, ResponseRows } from './response-rows.ts';

/** What was done with the data, by code; the catalogues put it in words. */
export interface Remark {
  readonly code: string;
  readonly count: number;
  readonly names?: readonly string[];
}

export interface ResponseData {
  readonly persons: readonly string[];
  readonly items: readonly string[];
  readonly matrix: ResponseMatrix;
  /** Group of each person, where a column of groups was named. */
  readonly groups?: readonly string[];
  /** What else is known of each person, where columns were named. */
  readonly covariates?: readonly { readonly name: string; readonly values: readonly string[] }[];
  /** Options chosen, where the file tells them. */
  readonly choices?: ResponseChoices;
  readonly remarks: readonly Remark[];
}

export interface ReadOptions {
  /** Column that names each person's group: it is no item. */
  readonly groups?: string;
  /** Columns of what else is known of the persons: they are no items. */
  readonly covariates?: readonly string[];
  /** Two responses of one person to one item: refused (default), or the first is kept. */
  readonly duplicates?: 'refuse' | 'first';
  /**
   * Lines (long) or columns (wide) of a CSV stand in the order in which the answers were given; journal rows always do.
   */
  readonly inOrder?: boolean;
  /** Highest score that there can be; default 63. */
  readonly highest?: number;
  /** More responses than this are refused. */
  readonly mostResponses?: number;
  /** Called every 50,000 lines. */
  readonly onLines?: (lines: number) => void;
}

const highestCategory = 63;
const notGiven = new Set(['', 'NA', 'na', '.']);

/** A whole number from 0 to the highest, or null for not given. */
function categoryOf(
  cell: string,
  line: number,
  item: string,
  { highest = highestCategory }: ReadOptions,
): number | null {
  const text = cell.trim();
  if (notGiven.has(text)) return null;
  if (/^\d{1,2}$/.test(text) && Number(text) <= highest) return Number(text);
  throw new ResponseFileError(
    'unknown-category',
    `line ${line}, ${item}: "${text}" is no score: a whole number from 0 to ${highest}, ` +
      'or empty or NA for not given; a column of groups is named by --groups',
    { line, item, value: text, highest },
  );
}

/** A letter from A, or a whole number from 0; null where none was chosen. */
function optionOf(cell: string, line: number, item: string): number | null {
  const text = cell.trim();
  if (notGiven.has(text)) return null;
  if (/^[A-Za-z]$/.test(text)) return text.toUpperCase().charCodeAt(0) - 65;
  if (/^\d{1,2}$/.test(text) && Number(text) <= highestCategory) return Number(text);
  throw new ResponseFileError(
    'unknown-choice',
    `line ${line}, ${item}: "${text}" is no option: a letter, or a whole number from 0 to ${highestCategory}`,
    { line, item, value: text },
  );
}

interface Gathering {
  readonly persons: Names;
  readonly items: Names;
  readonly rows: ResponseRows;
  readonly choices: ChoiceRows;
  /** The groups first, where there are any, then the covariates. */ readonly facts: PersonFact[];
  readonly options: ReadOptions;
  notScored: number;
}

/** A column that says the same of a person in every row. */
interface PersonFact {
  readonly name: string;
  readonly values: string[];
}

const isPersonColumn = (name: string): boolean => /^(person|persoon|id|candidate|kandidaat)$/i.test(name);
const positionOf = (header: readonly string[], name: string): number =>
  header.findIndex((column) => column.toLowerCase() === name);

type TakeLine = (cells: readonly string[], line: number) => void;

/** Where in the header the facts of the persons stand. */
function factColumns(
  header: readonly string[],
  { facts }: Gathering,
): readonly (PersonFact & { readonly at: number })[] {
  return facts.map((fact) => {
    const at = header.indexOf(fact.name);
    if (at < 0) {
      const columns = `${header.slice(0, 12).join(', ')}${header.length > 12 ? ', …' : ''}`;
      throw new ResponseFileError('unknown-column', `no column is called "${fact.name}"; there are ${columns}`, {
        column: fact.name,
        columns,
      });
    }
    return { ...fact, at };
  });
}

function setFact({ name, values }: PersonFact, persons: Names, person: number, value: string, line: number): void {
  const before = values[person];
  if (before !== undefined && before !== value)
    throw new ResponseFileError(
      'two-groups',
      `line ${line}: ${persons.list[person]} is in group "${before}" and in group "${value}" (column ${name})`,
      { line, person: persons.list[person] ?? '', first: before, second: value },
    );
  values[person] = value;
}

function longLines(header: readonly string[], gathering: Gathering): TakeLine {
  const { persons, items, rows, options } = gathering;
  const [person, item, response, choice] = [
    positionOf(header, 'person'),
    positionOf(header, 'item'),
    positionOf(header, 'response'),
    positionOf(header, 'choice'),
  ];
  const facts = factColumns(header, gathering);
  return (cells, line) => {
    const [who, what] = [(cells[person] ?? '').trim(), (cells[item] ?? '').trim()];
    if (who === '' || what === '')
      throw new ResponseFileError('no-name', `line ${line}: ${who === '' ? 'the person' : 'the item'} has no name`, {
        line,
      });
    const row = persons.of(who);
    const column = items.of(what);
    for (const fact of facts) setFact(fact, persons, row, (cells[fact.at] ?? '').trim(), line);
    const category = categoryOf(cells[response] ?? '', line, what, options);
    if (category === null) return;
    rows.add(row, column, category);
    const option = choice < 0 ? null : optionOf(cells[choice] ?? '', line, what);
    if (option !== null) gathering.choices.add(row, column, option, category);
  };
}

function wideLines(header: readonly string[], gathering: Gathering): TakeLine {
  const { persons, items, rows, options } = gathering;
  const facts = factColumns(header, gathering);
  const person = isPersonColumn(header[0] ?? '') ? 0 : -1;
  const columns = header.flatMap((name, n) => (n === person || facts.some(({ at }) => at === n) ? [] : [{ name, n }]));
  const nameless = columns.find(({ name }) => name === '');
  if (nameless !== undefined)
    throw new ResponseFileError('no-name', `column ${nameless.n + 1} of the header has no name`, {
      column: nameless.n + 1,
    });
  columns.forEach(({ name }, n) => {
    if (items.of(name) < n)
      throw new ResponseFileError('duplicate-item', `the header names ${name} twice`, { item: name });
  });
  return (cells, line) => {
    const name = person === 0 ? (cells[0] ?? '').trim() : String(line - 1);
    const before = persons.list.length;
    const row = persons.of(name);
    if (row < before)
      throw new ResponseFileError('duplicate-person', `line ${line}: person "${name}" has a row already`, {
        line,
        person: name,
      });
    for (const fact of facts) setFact(fact, persons, row, (cells[fact.at] ?? '').trim(), line);
    columns.forEach((column, n) => {
      const category = categoryOf(cells[column.n] ?? '', line, column.name, options);
      if (category !== null) rows.add(row, n, category);
    });
  };
}

const isLong = (header: readonly string[]): boolean =>
  ['person', 'item', 'response'].every((name) => positionOf(header, name) >= 0);

function requireRoom({ rows, options: { mostResponses = Infinity } }: Gathering): void {
  if (rows.length > mostResponses)
    throw new ResponseFileError('too-many-responses', `there are more than ${mostResponses} responses`, {
      most: mostResponses,
    });
}

/** A header of thousands of items with long names, characters; more is no table. */
const longestRecord = 4 * 1024 * 1024;

/** The CSV reader's own complaint, by code. */
function malformed(error: CsvError): ResponseFileError {
  const [line, record, columns]: readonly unknown[] = [error['lines'], error['record'], error['columns']];
  const at = typeof line === 'number' ? line : 0;
  if (error.code === 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH' && Array.isArray(record)) {
    const expected = /expect (\d+)/.exec(error.message)?.[1] ?? (Array.isArray(columns) ? columns.length : '');
    return new ResponseFileError('row-length', error.message, { line: at, cells: record.length, expected });
  }
  return new ResponseFileError('malformed-csv', error.message, { line: at });
}

async function readCsv(source: Readable, gathering: Gathering): Promise<void> {
  try {
    await readRecords(source, gathering);
  } catch (error) {
    throw error instanceof CsvError ? malformed(error) : error;
  }
}

async function readRecords(source: Readable, gathering: Gathering): Promise<void> {
  const parser = source.pipe(
    parse({ bom: true, skip_empty_lines: true, delimiter: [',', ';', '\t'], max_record_size: longestRecord }),
  );
  source.on('error', (error) => parser.destroy(error));
  const records: AsyncIterable<string[]> = parser;
  let take: TakeLine | undefined;
  let line = 0;
  for await (const record of records) {
    line += 1;
    if (take === undefined) {
      const header = record.map((name) => name.trim());
      take = isLong(header) ? longLines(header, gathering) : wideLines(header, gathering);
    } else take(record, line);
    requireRoom(gathering);
    if (line % 50_000 === 0) gathering.options.onLines?.(line);
  }
}

/** A row of the journal as delivery yields it: category null was not scored (an outage). */
export const JournalRow = z.object({
  session: z.string(),
  item: z.string(),
  version: z.int(),
  category: z.int().min(0).max(highestCategory).nullable(),
  choice: z.int().min(0).max(highestCategory).nullish(),
});
export type JournalRow = z.infer<typeof JournalRow>;

/** Each version of an item is an item of its own. */
export const journalItem = ({ item, version }: Pick<JournalRow, 'item' | 'version'>): string => `${item}@${version}`;

function scoreOf(category: number, line: number, item: string, { highest = highestCategory }: ReadOptions): number {
  if (category > highest)
    throw new ResponseFileError(
      'unknown-category',
      `line ${line}, ${item}: "${category}" is no score: a whole number from 0 to ${highest}`,
      { line, item, value: category, highest },
    );
  return category;
}

async function readJournal(source: Readable, gathering: Gathering): Promise<void> {
  const { persons, items, rows, options } = gathering;
  if (gathering.facts.length > 0)
    throw new ResponseFileError('journal-without-columns', 'journal rows have no column of groups or covariates');
  const lines = createInterface({ input: source, crlfDelay: Infinity });
  source.on('error', () => {
    lines.close();
  });
  let line = 0;
  for await (const text of lines) {
    line += 1;
    if (text.trim() === '') continue;
    const row = parsedRow(text, line);
    const person = persons.of(row.session);
    const item = items.of(journalItem(row));
    if (row.category === null) gathering.notScored += 1;
    else {
      rows.add(person, item, scoreOf(row.category, line, row.item, options));
      if (row.choice !== undefined && row.choice !== null)
        gathering.choices.add(person, item, row.choice, row.category);
    }
    requireRoom(gathering);
    if (line % 50_000 === 0) options.onLines?.(line);
  }
  if (source.errored) throw source.errored;
}

function parsedRow(text: string, line: number): JournalRow {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ResponseFileError('not-json', `line ${line}: is no JSON`, { line });
  }
  const row = JournalRow.safeParse(value);
  if (!row.success) {
    const [issue] = row.error.issues;
    throw new ResponseFileError(
      'unknown-row',
      `line ${line}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is no journal row'}`,
      { line, why: `${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim() },
    );
  }
  return row.data;
}

/** Throws ResponseFileError naming line, person or item; file errors (ENOENT, a damaged gzip) as they are. */
export async function streamResponses(path: string, options: ReadOptions = {}): Promise<ResponseData> {
  const file = createReadStream(path);
  const source = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  if (source !== file) file.on('error', (error) => source.destroy(error));
  const facts = [...(options.groups === undefined ? [] : [options.groups]), ...(options.covariates ?? [])].map(
    (name): PersonFact => ({ name, values: [] }),
  );
  const gathering: Gathering = {
    persons: new Names(),
    items: new Names(),
    rows: new ResponseRows(),
    choices: new ChoiceRows(),
    facts,
    options,
    notScored: 0,
  };
  const isJournal = /\.(jsonl|ndjson)(\.gz)?$/.test(path);
  await (isJournal ? readJournal(source, gathering) : readCsv(source, gathering));
  const { persons, items, rows } = gathering;
  if (rows.length === 0) throw new ResponseFileError('no-responses', `${path} has no responses`);
  const names = { persons: persons.list, items: items.list };
  const { duplicates = 'refuse' } = options;
  const { matrix, dropped } = withoutDuplicates(
    rows.sorted(persons.list.length, items.list.length, isJournal || options.inOrder === true),
    duplicates,
    names,
  );
  const told = gathering.choices.sorted(persons.list.length, items.list.length);
  const remarks: Remark[] = [
    ...(dropped > 0 ? [{ code: 'duplicates-dropped', count: dropped }] : []),
    ...(gathering.notScored > 0 ? [{ code: 'not-scored', count: gathering.notScored }] : []),
  ];
  return {
    ...names,
    matrix,
    remarks,
    ...(told === undefined
      ? {}
      : { choices: { ...told, matrix: withoutDuplicates(told.matrix, duplicates, names).matrix } }),
    ...(options.groups === undefined ? {} : { groups: facts[0]?.values ?? [] }),
    ...(options.covariates === undefined ? {} : { covariates: facts.slice(options.groups === undefined ? 0 : 1) }),
  };
}
