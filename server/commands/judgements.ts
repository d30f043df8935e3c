/** A file of judgements as a cut score, by any of the methods, over all rounds. */
import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { IrtError, createItemParameters, createRng, normalDistribution } from 'itemresponsetheory';
import {
  angoff,
  type AngoffResult,
  bookmark,
  borderlineRegression,
  contrastingGroups,
  type JudgeMeasure,
  judgesAsFacet,
  orderedBooklet,
  overRounds,
  type RoundSummary,
} from 'itemresponsetheory/standard-setting';
import { readParameters } from '../../item-bank/calibration/parameter-file.ts';
import { ResponseFileError } from '../../item-bank/calibration/response-file-error.ts';
import { UsageError } from './usage-error.ts';

export const cutMethods = ['angoff', 'bookmark', 'contrasting-groups', 'borderline-regression'] as const;
export type CutMethod = (typeof cutMethods)[number];

/** A cut score, and who it comes from. */
export interface JudgedCut {
  readonly cut: number;
  readonly standardError: number;
  readonly judges: readonly {
    readonly judge: string;
    readonly cut: number;
    readonly agreement?: number;
    /** As a facet, of three judges and more. */ readonly measure?: JudgeMeasure;
  }[];
  /** Of Angoff, by what is drawn anew. */ readonly standardErrors?: AngoffResult['standardErrors'];
  /** Scores of a population, where the file holds them. */ readonly scores?: readonly number[];
}

type Row = Readonly<Record<string, string>>;

/** How the rows are read as judgements. */
export interface Judging {
  readonly method: CutMethod;
  /** File of the items' parameters, of which a booklet is made. */
  readonly parameters: string | undefined;
  readonly chance: number;
  readonly borderline: number;
}

export async function readRows(path: string): Promise<readonly Row[]> {
  const rows: Row[] = parse(await readFile(path), { bom: true, columns: true, skip_empty_lines: true, trim: true });
  if (rows.length === 0) throw new ResponseFileError('no-judgements', `${path} has no rows`, { path });
  return rows;
}

/** A number of a cell; throws ResponseFileError naming line and column. */
function numberOf(row: Row, column: string, line: number): number {
  const text = row[column]?.trim();
  if (text === undefined)
    throw new ResponseFileError('unknown-column', `the header has no column ${column}`, {
      ...{ column, columns: Object.keys(row).join(', ') },
    });
  const value = Number(text);
  if (text === '' || !Number.isFinite(value))
    throw new ResponseFileError('no-number', `line ${line + 2}, ${column}: "${text}" is no number`, {
      ...{ line: line + 2, column, value: text },
    });
  return value;
}

/**
 * None for too few judgements, or for judges so even that no model of chance fits them (their measures have no finite
 * estimate).
 */
function asFacet(chances: readonly (readonly number[])[]): readonly JudgeMeasure[] {
  if (
    chances.length < 3 ||
    (chances[0]?.length ?? 0) < 3 ||
    new Set(chances.flat().map((value) => Math.round(10 * value))).size < 2
  )
    return [];
  try {
    return judgesAsFacet(chances).judges;
  } catch (error) {
    if (error instanceof IrtError && error.code === 'not-identified') return [];
    throw error;
  }
}

/** One row a judge, one column an item, chances from 0 to 1 (or per cent, when any is above 1). */
function byAngoff(rows: readonly Row[]): JudgedCut {
  const items = Object.keys(rows[0] ?? {}).filter((name) => name !== 'judge' && name !== 'round');
  const ratings = rows.map((row, line) => items.map((item) => numberOf(row, item, line)));
  const isPercent = ratings.some((row) => row.some((value) => value > 1));
  const chances = isPercent ? ratings.map((row) => row.map((value) => value / 100)) : ratings;
  const { cut, standardError, standardErrors, judges } = angoff(chances);
  const measures = asFacet(chances);
  return {
    cut,
    standardError,
    standardErrors,
    judges: judges.map((judge, n) => {
      const measure = measures[n];
      return { judge: rows[n]?.['judge'] ?? String(n + 1), ...judge, ...(measure === undefined ? {} : { measure }) };
    }),
  };
}

async function cutOf(rows: readonly Row[], { method, parameters, chance, borderline }: Judging): Promise<JudgedCut> {
  const random = createRng('standard setting');
  switch (method) {
    case 'angoff':
      return byAngoff(rows);
    case 'bookmark': {
      if (parameters === undefined) throw new UsageError('standard-setting.no-booklet');
      const { cut, standardError, judges } = bookmark(
        orderedBooklet(createItemParameters((await readParameters(parameters)).parameters), chance),
        rows.map((row, line) => numberOf(row, 'page', line)),
      );
      return {
        cut,
        standardError,
        judges: judges.map((value, n) => ({ judge: rows[n]?.['judge'] ?? String(n + 1), cut: value })),
      };
    }
    case 'contrasting-groups':
      return {
        ...contrastingGroups(
          rows.map((row, line) => ({
            score: numberOf(row, 'score', line),
            isMaster: numberOf(row, 'master', line) === 1,
          })),
          random,
        ),
        judges: [],
        scores: rows.map((row, line) => numberOf(row, 'score', line)),
      };
    case 'borderline-regression':
      return {
        ...borderlineRegression(
          rows.map((row, line) => ({ score: numberOf(row, 'score', line), rating: numberOf(row, 'rating', line) })),
          borderline,
          random,
        ),
        judges: [],
        scores: rows.map((row, line) => numberOf(row, 'score', line)),
      };
  }
}

export interface SetStandard extends JudgedCut {
  /** What changed from round to round; none where the judges judged once. */
  readonly rounds: readonly (RoundSummary & { readonly round: string })[];
}

/** With a column `round`: the cut is that of the last one (by number, else by name), and how it came about. */
export async function overAllRounds(rows: readonly Row[], judging: Judging): Promise<SetStandard> {
  const names = [...new Set(rows.map((row) => row['round'] ?? ''))].sort(
    (a, b) => Number(a) - Number(b) || a.localeCompare(b),
  );
  const hasRounds = judging.method === 'angoff' || judging.method === 'bookmark';
  if (!hasRounds || names.length < 2) return { ...(await cutOf(rows, judging)), rounds: [] };
  const rowsOf = (name: string): Row[] => rows.filter((row) => (row['round'] ?? '') === name);
  const outcomes = await Promise.all(names.map((name) => cutOf(rowsOf(name), judging)));
  const last = outcomes.at(-1);
  if (last === undefined) throw new Error('a file with rows has no round');
  return { ...last, rounds: overRounds(outcomes).map((round, n) => ({ round: names[n] ?? '', ...round })) };
}

/**
 * `--population mean,sd` of the cut's scale, or a file with a column of scores; else the persons of the file of
 * judgements.
 */
export async function shareAbove(
  population: string | undefined,
  scores: readonly number[] | undefined,
): Promise<((cut: number) => number) | undefined> {
  const normal = population === undefined ? null : /^(-?[\d.]+),([\d.]+)$/.exec(population);
  if (normal !== null) {
    const [mean, sd] = [Number(normal[1]), Number(normal[2])];
    if (!Number.isFinite(mean) || !(sd > 0)) throw new UsageError('usage.mean-and-sd', { given: population ?? '' });
    return (cut) => normalDistribution((mean - cut) / sd);
  }
  const own =
    population === undefined ? scores : (await readRows(population)).map((row, line) => numberOf(row, 'score', line));
  return own === undefined || own.length === 0
    ? undefined
    : (cut) => own.filter((score) => score >= cut).length / own.length;
}
