/** `meetlat standard-setting JUDGEMENTS.csv --method …`: a cut score, how sure it is, and the judges beside one another. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'csv-parse/sync';
import { createItemParameters, createRng } from 'itemresponsetheory';
import { angoff, bookmark, borderlineRegression, contrastingGroups, orderedBooklet } from 'itemresponsetheory/standard-setting';
import { escapeXml } from '../../engine/charts/curve.ts';
import { csv } from '../../item-bank/calibration/csv.ts';
import { readParameters } from '../../item-bank/calibration/parameter-file.ts';
import { ResponseFileError } from '../../item-bank/calibration/read-responses.ts';
import { now } from '../compose.ts';
import { type Command, UsageError } from './command.ts';
import { requireReportFolder, writeReport } from './report-files.ts';
import { asUsage } from './report-outcome.ts';
import { fill, fixed, isReportLanguage, list, page, paragraph, reportTexts, section, table } from './report-page.ts';
import texts from './standard-setting.json' with { type: 'json' };

const methods = ['angoff', 'bookmark', 'contrasting-groups', 'borderline-regression'] as const;
type Method = (typeof methods)[number];
const isMethod = (name: string | undefined): name is Method => methods.some((method) => method === name);

interface Outcome { readonly cut: number; readonly standardError: number; readonly judges: readonly { readonly judge: string; readonly cut: number; readonly agreement?: number }[] }

type Row = Readonly<Record<string, string>>;

/** A number of a cell; throws ResponseFileError naming line and column. */
function numberOf(row: Row, column: string, line: number): number {
  const text = row[column]?.trim();
  if (text === undefined) throw new ResponseFileError('unknown-column', `the header has no column ${column}`);
  const value = Number(text);
  if (text === '' || !Number.isFinite(value)) throw new ResponseFileError('no-number', `line ${line + 2}, ${column}: "${text}" is no number`);
  return value;
}

/** One row a judge, one column an item, chances from 0 to 1 (or per cent, when any is above 1). */
function byAngoff(rows: readonly Row[]): Outcome {
  const items = Object.keys(rows[0] ?? {}).filter((name) => name !== 'judge');
  const ratings = rows.map((row, line) => items.map((item) => numberOf(row, item, line)));
  const isPercent = ratings.some((row) => row.some((value) => value > 1));
  const { cut, standardError, judges } = angoff(isPercent ? ratings.map((row) => row.map((value) => value / 100)) : ratings);
  return { cut, standardError, judges: judges.map((judge, n) => ({ judge: rows[n]?.['judge'] ?? String(n + 1), ...judge })) };
}

async function outcomeOf(method: Method, rows: readonly Row[], parameters: string | undefined, chance: number, borderline: number): Promise<Outcome> {
  const random = createRng('standard setting');
  switch (method) {
    case 'angoff': return byAngoff(rows);
    case 'bookmark': {
      if (parameters === undefined) throw new UsageError('bookmark needs --parameters FILE: the items in order');
      const { cut, standardError, judges } = bookmark(orderedBooklet(createItemParameters((await readParameters(parameters)).parameters), chance), rows.map((row, line) => numberOf(row, 'page', line)));
      return { cut, standardError, judges: judges.map((value, n) => ({ judge: rows[n]?.['judge'] ?? String(n + 1), cut: value })) };
    }
    case 'contrasting-groups': return { ...contrastingGroups(rows.map((row, line) => ({ score: numberOf(row, 'score', line), isMaster: numberOf(row, 'master', line) === 1 })), random), judges: [] };
    case 'borderline-regression': return { ...borderlineRegression(rows.map((row, line) => ({ score: numberOf(row, 'score', line), rating: numberOf(row, 'rating', line) })), borderline, random), judges: [] };
  }
}

export const standardSettingCommand: Command = {
  usage: `standard-setting JUDGEMENTS.csv --method ${methods.join('|')} [--parameters FILE] [--chance 0.67] [--borderline 3] [--language nl|en] [--out DIR]   a cut score from judges or from groups, with its error`,
  run: async (argv) => {
    const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options: { method: { type: 'string' }, parameters: { type: 'string' }, chance: { type: 'string', default: '0.67' }, borderline: { type: 'string', default: '3' }, language: { type: 'string', default: 'nl' }, out: { type: 'string' } } });
    const [path] = positionals;
    const { method, language, out } = values;
    if (path === undefined) throw new UsageError('standard-setting needs a file of judgements');
    if (!isMethod(method)) throw new UsageError(`--method ${method ?? ''}: must be ${methods.join(', ')}`);
    if (!isReportLanguage(language)) throw new UsageError(`--language ${language}: must be nl or en`);
    if (out !== undefined) await requireReportFolder(out);
    try {
      const rows: Row[] = parse(await readFile(path), { bom: true, columns: true, skip_empty_lines: true, trim: true });
      if (rows.length === 0) throw new ResponseFileError('no-rows', `${path} has no rows`);
      const outcome = await outcomeOf(method, rows, values.parameters, Number(values.chance), Number(values.borderline));
      const own = texts[language];
      const sentence = fill(own.cut, { method: own.methods[method], cut: fixed(outcome.cut, 3), error: fixed(outcome.standardError, 3), low: fixed(outcome.cut - 1.96 * outcome.standardError, 2), high: fixed(outcome.cut + 1.96 * outcome.standardError, 2) });
      console.log(sentence);
      for (const { judge, cut, agreement } of outcome.judges) console.log(`${judge.padEnd(16)} ${fixed(cut, 3)}${agreement === undefined ? '' : `  r ${fixed(agreement)}`}`);
      if (out === undefined) return 0;
      const [file, madeAt] = [basename(path), now()];
      const judges = outcome.judges.length === 0 ? '' : section(own.judges, table([own.judge, own.own, own.agreement], outcome.judges.map(({ judge, cut, agreement }) => [escapeXml(judge), fixed(cut, 3), fixed(agreement)]), 'items'));
      const files = {
        'standard-setting.json': `${JSON.stringify({ schema: 'meetlat-standard-setting-1', file, madeAt, method, persons: rows.length, ...outcome }, null, 1)}\n`,
        'judges.csv': csv(['judge', 'cut', 'agreement'], outcome.judges.map(({ judge, cut, agreement }) => [judge, cut, agreement])),
        'report.html': page(fill(own.title, { file }), madeAt.slice(0, 10), language, section(own.result, paragraph(sentence)) + judges + section(reportTexts[language].methodTitle, list([own.explained[method], own.person]))),
      };
      await writeReport(out, files);
      console.log(`${out}: ${Object.keys(files).join(', ')}`);
      return 0;
    } catch (error) { throw asUsage(error); }
  },
};
