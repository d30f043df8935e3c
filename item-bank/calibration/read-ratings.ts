/**
 * Ratings from CSV: long (person, facets…, score) or wide (person, facets…, one column a criterion). An empty cell is
 * not rated.
 */
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { CsvError, parse } from 'csv-parse';
import {
  type FacetAnchor,
  type RatingRow,
  type RatingTable,
  ratingTable,
  type RatingTableOptions,
  type StepAnchor,
} from 'itemresponsetheory/facets';
import { ResponseFileError } from './response-file-error.ts';

const score = (cell: string, line: number, column: string): number | undefined => {
  const text = cell.trim();
  if (text === '' || text === 'NA' || text === 'NR') return undefined;
  if (!/^\d{1,2}$/.test(text))
    throw new ResponseFileError(
      'unknown-category',
      `line ${line}, ${column}: "${text}" is neither a whole number nor empty`,
    );
  return Number(text);
};

export interface RatingFile {
  readonly table: RatingTable;
  /** Window of time of each rating, when a column of them was named. */ readonly windows?: readonly string[];
}

export interface RatingColumns extends RatingTableOptions {
  readonly criteria?: readonly string[];
  readonly ignore?: readonly string[];
  /** A column that is no facet but a time. */
  readonly window?: string;
  /** A column of how often the scores of a line count; one that is called `weight` is taken without being named. */
  readonly weight?: string;
  /** How often the scores of an element count, times the line's own weight. */
  readonly elementWeights?: ReadonlyMap<string, number>;
}

/** How often a score counts; 0: not at all. */
function weightOf(cell: string, line: number, column: string): number {
  const text = cell.trim();
  const value = Number(text);
  if (text === '' || !(value >= 0 && value < Infinity))
    throw new ResponseFileError('unknown-category', `line ${line}, ${column}: "${text}" is no weight of 0 or more`);
  return value;
}

/**
 * Other columns are left out; those named in `ignore`, too. Scores with weight 0 are left out. Throws ResponseFileError
 * naming line and column.
 */
export async function readRatings(
  path: string,
  { criteria, ignore = [], window, weight, elementWeights, unused }: RatingColumns = {},
): Promise<RatingFile> {
  const file = createReadStream(path);
  const parser = (path.endsWith('.gz') ? file.pipe(createGunzip()) : file).pipe(
    parse({ bom: true, skip_empty_lines: true }),
  );
  file.on('error', (error) => parser.destroy(error));
  const records: AsyncIterable<string[]> = parser;
  let header: string[] | undefined;
  let layout:
    { readonly person: number; readonly facets: readonly number[]; readonly scores: readonly number[] } | undefined;
  const rows: RatingRow[] = [];
  const windows: string[] = [];
  let [windowAt, weightAt] = [-1, -1];
  const unmet = new Set(elementWeights?.keys());
  let line = 0;
  for await (const record of readable(records, path)) {
    line += 1;
    if (header === undefined || layout === undefined) {
      header = record.map((name) => name.trim());
      windowAt = window === undefined ? -1 : columnOf(header, '--window', window);
      weightAt =
        weight === undefined
          ? header.findIndex((name) => /^weight$/i.test(name) && !ignore.includes(name))
          : columnOf(header, '--weight', weight);
      layout = layoutOf(header, criteria, [...ignore, ...[windowAt, weightAt].flatMap((at) => header?.[at] ?? [])]);
      continue;
    }
    const own = weightAt < 0 ? 1 : weightOf(record[weightAt] ?? '', line, header[weightAt] ?? '');
    const { person, facets, scores } = layout;
    for (const column of scores) {
      const value = score(record[column] ?? '', line, header[column] ?? '');
      if (value === undefined) continue;
      const elements = facets.map((facet) => record[facet]?.trim() ?? '');
      if (scores.length > 1) elements.unshift(header[column] ?? '');
      const counts = elements.reduce((product, element) => {
        unmet.delete(element);
        return product * (elementWeights?.get(element) ?? 1);
      }, own);
      if (counts === 0) continue;
      rows.push({ person: record[person]?.trim() ?? '', elements, score: value, weight: counts });
      windows.push(record[windowAt]?.trim() ?? '');
    }
  }
  if (header === undefined || layout === undefined || rows.length === 0)
    throw new ResponseFileError('no-responses', `${path} has no ratings`);
  const table = ratingTable(
    [...(layout.scores.length > 1 ? ['criterion'] : []), ...layout.facets.map((facet) => header?.[facet] ?? '')],
    rows,
    unused === undefined ? {} : { unused },
  );
  if (unmet.size > 0)
    throw new ResponseFileError(
      'unknown-column',
      `--weights ${[...unmet].join(', ')}: nobody and nothing of that name is rated`,
    );
  return { table, ...(window === undefined ? {} : { windows }) };
}

function columnOf(header: readonly string[], option: string, name: string): number {
  const at = header.indexOf(name);
  if (at < 0) throw new ResponseFileError('unknown-column', `${option} ${name}: the header has ${header.join(', ')}`);
  return at;
}

/** What the parser cannot read is named by its line, never repeated: it may be anything. */
async function* readable<T>(records: AsyncIterable<T>, path: string): AsyncGenerator<T> {
  try {
    yield* records;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line: unknown = Reflect.get(error, 'lines');
    throw new ResponseFileError(
      'no-csv',
      `${path}, line ${typeof line === 'number' ? line : '?'}: no CSV as in the lines above (${error.code})`,
    );
  }
}

export interface AnchorFile {
  readonly anchors: readonly FacetAnchor[];
  readonly stepAnchors: readonly StepAnchor[];
}

/** "2", or "R01:2" where every element has its own steps. */
function stepOf(element: string, value: number, place: string): StepAnchor {
  const [, name, step] = /^(?:(.+):)?(\d+)$/.exec(element.trim()) ?? [];
  if (step === undefined)
    throw new ResponseFileError(
      'unknown-category',
      `${place}, element: "${element}" is no step: 1, 2, …, or ELEMENT:1 where steps differ by element`,
    );
  return { ...(name === undefined ? {} : { element: name.trim() }), step: Number(step), value };
}

/**
 * Anchors from CSV: facet, element, measure; elements joined by | share the measure as their mean. The facet
 * `threshold` anchors steps of the scale.
 */
export async function readAnchors(path: string): Promise<AnchorFile> {
  const file = createReadStream(path);
  const parser = file.pipe(
    parse({ bom: true, skip_empty_lines: true, columns: (names: string[]) => names.map((name) => name.trim()) }),
  );
  file.on('error', (error) => parser.destroy(error));
  const records: AsyncIterable<Record<string, string>> = parser;
  const [anchors, stepAnchors]: [FacetAnchor[], StepAnchor[]] = [[], []];
  let line = 1;
  for await (const { facet, element, measure } of readable(records, path)) {
    if (facet === undefined || element === undefined || measure === undefined)
      throw new ResponseFileError('unknown-column', `${path}: the header must be facet,element,measure`);
    line += 1;
    const mean = Number(measure);
    if (measure.trim() === '' || !Number.isFinite(mean))
      throw new ResponseFileError('unknown-category', `${path}, line ${line}, measure: "${measure}" is no number`);
    if (facet.trim() === 'threshold') stepAnchors.push(stepOf(element, mean, `${path}, line ${line}`));
    else anchors.push({ facet: facet.trim(), elements: element.split('|').map((name) => name.trim()), mean });
  }
  if (anchors.length + stepAnchors.length === 0) throw new ResponseFileError('no-responses', `${path} has no anchors`);
  return { anchors, stepAnchors };
}

/** "score" makes it long; otherwise the criteria named, or every column that is neither person, rater nor task. */
function layoutOf(
  header: readonly string[],
  criteria: readonly string[] | undefined,
  ignore: readonly string[],
): { person: number; facets: number[]; scores: number[] } {
  const person = header.findIndex((name) => /^(person|candidate|id)$/i.test(name));
  if (person < 0) throw new ResponseFileError('no-person', `the header names no person column: ${header.join(', ')}`);
  const unknown = criteria?.find((name) => !header.includes(name));
  if (unknown !== undefined)
    throw new ResponseFileError('unknown-column', `--criteria ${unknown}: the header has ${header.join(', ')}`);
  const others = header.flatMap((name, n) => (n === person || ignore.includes(name) ? [] : [n]));
  const single = header.findIndex((name) => /^(score|rating)$/i.test(name));
  if (single >= 0 && criteria === undefined)
    return { person, facets: others.filter((n) => n !== single), scores: [single] };
  const facets = others.filter((n) =>
    criteria === undefined
      ? /^(rater|examiner|site|window)$/i.test(header[n] ?? '')
      : !criteria.includes(header[n] ?? ''),
  );
  const scores = others.filter((n) => !facets.includes(n));
  if (scores.length === 0)
    throw new ResponseFileError('no-scores', `the header names no column of scores: ${header.join(', ')}`);
  return { person, facets, scores };
}
