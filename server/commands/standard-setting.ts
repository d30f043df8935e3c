/**
 * `meetlat standard-setting JUDGEMENTS.csv --method …`: a cut score, how sure it is, and the judges beside one another.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parse } from 'csv-parse/sync';
import { createItemParameters, createRng, IrtError, normalDistribution } from 'itemresponsetheory';
import {
  angoff,
  type AngoffResult,
  bookmark,
  borderlineRegression,
  contrastingGroups,
  impactOf,
  type JudgeMeasure,
  judgesAsFacet,
  orderedBooklet,
  overRounds,
  type RoundSummary,
} from 'itemresponsetheory/standard-setting';
import { escapeXml } from '../../engine/charts/curve.ts';
import { csv } from '../../item-bank/calibration/csv.ts';
import { readParameters } from '../../item-bank/calibration/parameter-file.ts';
import { ResponseFileError } from '../../item-bank/calibration/response-file-error.ts';
import { now } from '../compose.ts';
import { command } from './command.ts';
import { choice, number, text } from './options.ts';
import { UsageError } from './usage-error.ts';
import { requireReportFolder, writeReport } from './report-files.ts';
import { asUsage, languageOption, outOption } from './report-outcome.ts';
import { fill, fixed, list, page, paragraph, reportTexts, section, table } from '../reports/report-page.ts';
import texts from '../reports/standard-setting.json' with { type: 'json' };

const methods = ['angoff', 'bookmark', 'contrasting-groups', 'borderline-regression'] as const;
type Method = (typeof methods)[number];

interface Outcome {
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

/** A number of a cell; throws ResponseFileError naming line and column. */
function numberOf(row: Row, column: string, line: number): number {
  const text = row[column]?.trim();
  if (text === undefined) throw new ResponseFileError('unknown-column', `the header has no column ${column}`);
  const value = Number(text);
  if (text === '' || !Number.isFinite(value))
    throw new ResponseFileError('no-number', `line ${line + 2}, ${column}: "${text}" is no number`);
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
function byAngoff(rows: readonly Row[]): Outcome {
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

async function outcomeOf(
  method: Method,
  rows: readonly Row[],
  parameters: string | undefined,
  chance: number,
  borderline: number,
): Promise<Outcome> {
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

type Rounds = readonly (RoundSummary & { readonly round: string })[];

/** With a column `round`: the cut is that of the last one (by number, else by name), and how it came about. */
async function overAllRounds(
  method: Method,
  rows: readonly Row[],
  ofRows: (rows: readonly Row[]) => Promise<Outcome>,
): Promise<Outcome & { readonly rounds: Rounds }> {
  const names = [...new Set(rows.map((row) => row['round'] ?? ''))].sort(
    (a, b) => Number(a) - Number(b) || a.localeCompare(b),
  );
  if ((method !== 'angoff' && method !== 'bookmark') || names.length < 2)
    return { ...(await ofRows(rows)), rounds: [] };
  const outcomes = await Promise.all(names.map((name) => ofRows(rows.filter((row) => (row['round'] ?? '') === name))));
  const last = outcomes.at(-1);
  if (last === undefined) throw new ResponseFileError('no-rows', 'no rounds');
  return { ...last, rounds: overRounds(outcomes).map((round, n) => ({ round: names[n] ?? '', ...round })) };
}

/**
 * `--population mean,sd` of the cut's scale, or a file with a column of scores; else the persons of the file of
 * judgements.
 */
async function shareAbove(
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
    population === undefined
      ? scores
      : (
          parse(await readFile(population), {
            bom: true,
            columns: true,
            skip_empty_lines: true,
            trim: true,
          }) satisfies Row[]
        ).map((row: Row, line: number) => numberOf(row, 'score', line));
  return own === undefined || own.length === 0
    ? undefined
    : (cut) => own.filter((score) => score >= cut).length / own.length;
}

export const standardSettingCommand = command({
  name: 'standard-setting',
  calls: [`JUDGEMENTS.csv --method METHOD [OPTIONS]`],
  says: 'standard-setting.says',
  examples: ['meetlat standard-setting judgements.csv --method angoff --population 0.3,1.4 --out cut-b1'],
  options: {
    method: choice(methods, 'standard-setting.method'),
    parameters: text('FILE', 'standard-setting.parameters'),
    chance: number('P', 'standard-setting.chance', { below: 1 }, 0.67),
    borderline: number('RATING', 'standard-setting.borderline', { least: -1000 }, 3),
    population: text('MEAN,SD|SCORES.csv', 'standard-setting.population'),
    language: languageOption,
    out: outOption,
  },
  run: async (values, [path]) => {
    const { method, language, out } = values;
    if (path === undefined) throw new UsageError('standard-setting.no-file');
    if (method === undefined) throw new UsageError('standard-setting.no-method', { choices: methods.join(', ') });
    if (out !== undefined) await requireReportFolder(out);
    try {
      const rows: Row[] = parse(await readFile(path), { bom: true, columns: true, skip_empty_lines: true, trim: true });
      if (rows.length === 0) throw new ResponseFileError('no-rows', `${path} has no rows`);
      const { scores, ...outcome } = await overAllRounds(method, rows, (own) =>
        outcomeOf(method, own, values.parameters, values.chance, values.borderline),
      );
      const own = texts[language];
      const sentence = fill(own.cut, {
        method: own.methods[method],
        cut: fixed(outcome.cut, 3),
        error: fixed(outcome.standardError, 3),
        low: fixed(outcome.cut - 1.96 * outcome.standardError, 2),
        high: fixed(outcome.cut + 1.96 * outcome.standardError, 2),
      });
      const above = await shareAbove(values.population, scores);
      const impact = above === undefined ? undefined : impactOf(outcome.cut, outcome.standardError, above);
      const impactText =
        impact === undefined
          ? ''
          : fill(own.impact, {
              share: fixed(100 * impact.share, 1),
              low: fixed(100 * impact.low, 1),
              high: fixed(100 * impact.high, 1),
            });
      console.log(sentence);
      if (impactText !== '') console.log(impactText);
      for (const { judge, cut, agreement } of outcome.judges)
        console.log(`${judge.padEnd(16)} ${fixed(cut, 3)}${agreement === undefined ? '' : `  r ${fixed(agreement)}`}`);
      for (const { round, cut, spread, change } of outcome.rounds)
        console.log(
          fill(own.roundLine, {
            round,
            cut: fixed(cut, 3),
            spread: fixed(spread, 3),
            change: fixed(change?.mean, 3),
            error: fixed(change?.standardError, 3),
          }),
        );
      if (out === undefined) return 0;
      const [file, madeAt] = [basename(path), now()];
      const judges =
        outcome.judges.length === 0
          ? ''
          : section(
              own.judges,
              table(
                [own.judge, own.own, own.agreement, own.demand, reportTexts[language].se, 'infit', 'outfit'],
                outcome.judges.map(({ judge, cut, agreement, measure }) => [
                  escapeXml(judge),
                  fixed(cut, 3),
                  fixed(agreement),
                  fixed(measure?.demand),
                  fixed(measure?.standardError),
                  fixed(measure?.infit),
                  fixed(measure?.outfit),
                ]),
                'items',
              ) + (outcome.judges.some(({ measure }) => measure !== undefined) ? paragraph(own.demandText) : ''),
            );
      const { standardErrors: errors } = outcome;
      const errorsTable =
        errors === undefined
          ? ''
          : table(
              [own.drawnAnew, reportTexts[language].se, own.formula],
              [
                [escapeXml(own.sameJudges), fixed(errors.sameJudges, 3), '√(I·σ²res / J)'],
                [escapeXml(own.otherJudges), fixed(errors.otherJudges, 3), '√(I²·σ²judge / J + I·σ²res / J)'],
                [escapeXml(own.otherItems), fixed(errors.otherJudgesAndItems, 3), '√(… + I·σ²item)'],
              ],
              'narrow',
            );
      const roundsTable =
        outcome.rounds.length === 0
          ? ''
          : section(
              own.rounds,
              table(
                [own.round, own.theCut, own.spread, own.change, reportTexts[language].se],
                outcome.rounds.map(({ round, cut, spread, change }) => [
                  escapeXml(round),
                  fixed(cut, 3),
                  fixed(spread, 3),
                  fixed(change?.mean, 3),
                  fixed(change?.standardError, 3),
                ]),
                'narrow',
              ) + paragraph(own.roundsText),
            );
      const files = {
        'standard-setting.json': `${JSON.stringify(
          {
            schema: 'meetlat-standard-setting-3',
            file,
            sha256: createHash('sha256')
              .update(await readFile(path))
              .digest('hex'),
            madeAt,
            method,
            ...(method === 'bookmark' ? { chance: values.chance, booklet: basename(values.parameters ?? '') } : {}),
            ...(method === 'borderline-regression' ? { borderline: values.borderline } : {}),
            rows: rows.length,
            ...outcome,
            ...(impact === undefined ? {} : { impact }),
          },
          null,
          1,
        )}\n`,
        'judges.csv': csv(
          ['judge', 'cut', 'agreement', 'demand', 'demandStandardError', 'infit', 'outfit'],
          outcome.judges.map(({ judge, cut, agreement, measure }) => [
            judge,
            cut,
            agreement,
            measure?.demand,
            measure?.standardError,
            measure?.infit,
            measure?.outfit,
          ]),
        ),
        'report.html': page(
          fill(own.title, { file }),
          madeAt.slice(0, 10),
          language,
          section(own.result, paragraph(sentence) + (impactText === '' ? '' : paragraph(impactText)) + errorsTable) +
            roundsTable +
            judges +
            section(reportTexts[language].methodTitle, list([own.explained[method], own.person])),
        ),
      };
      await writeReport(out, files);
      return 0;
    } catch (error) {
      throw asUsage(error, values.language);
    }
  },
});
