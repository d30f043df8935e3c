/** `meetlat dif RESPONSES --groups COLUMN --focal NAME`: items that favour a group at equal score. */
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { curveChart, escapeXml } from '../../engine/charts/curve.ts';
import { csv } from '../../item-bank/calibration/csv.ts';
import { type DifOutcome, runDif } from '../../item-bank/calibration/dif-run.ts';
import { now } from '../compose.ts';
import { type Command, UsageError } from './command.ts';
import { writeReport } from './report-files.ts';
import { asUsage, commonOf, commonOptions, readWithProgress } from './report-outcome.ts';
import { type ReportLanguage, chip, figure, fill, fixed, leftOutLines, list, page, pValue, paragraph, reportTexts, section, table } from './report-page.ts';

function difPage(outcome: DifOutcome, file: string, madeAt: string, language: ReportLanguage): string {
  const t = reportTexts[language];
  const { items, focal, reference, persons } = outcome;
  const highest = Math.max(2, ...items.map(({ mantelHaenszel }) => Math.abs(mantelHaenszel?.delta ?? 0)).filter(Number.isFinite));
  const chart = curveChart({
    title: t.difChart, description: t.difChartDescription, x: { label: t.items, from: 0, to: items.length + 1 }, y: { label: 'Δ', from: -Math.ceil(highest), to: Math.ceil(highest) }, bands: [{ from: -1, to: 1 }], lines: [],
    points: items.flatMap(({ item, mantelHaenszel: mh, light }, n) => (mh === undefined || !Number.isFinite(mh.delta) ? [] : [{ x: n + 1, y: mh.delta, low: mh.delta - 1.96 * mh.standardError, high: mh.delta + 1.96 * mh.standardError, line: light === 'keep' ? 3 : light === 'look' ? 1 : 4, name: fill(t.persFit, { item, value: fixed(mh.delta) }) }])),
  });
  const lines = leftOutLines(outcome, language);
  const rows = items.map(({ item, light, mantelHaenszel: mh, difference, logistic }) => [escapeXml(item), chip(light, t), mh?.etsClass ?? '–', fixed(mh?.delta), fixed(mh?.standardError), escapeXml(pValue(mh?.p)), fixed(difference, 3), logistic?.jodoinGierl ?? '–', fixed(logistic?.deltaR2, 3), escapeXml(pValue(logistic?.p))]);
  return page(fill(t.difTitle, { file }), fill(t.difMadeAt, { at: madeAt, focal, reference: reference.join(', '), focalPersons: persons.focal, referencePersons: persons.reference }), language,
    section(t.done, lines.length === 0 ? paragraph(t.nothingDone) : list(lines)) + section(t.difChart, paragraph(t.difChartDescription) + figure('', chart, 'wide'))
    + section(t.tableTitle, table([t.item, t.light, 'ETS', 'Δ', t.se, t.p, t.difference, 'JG', 'ΔR²', t.logisticP], rows, 'items')) + section(t.methodTitle, list(t.difMethod)));
}

export const difCommand: Command = {
  usage: 'dif RESPONSES.csv --groups COLUMN --focal NAME [--duplicates refuse|first] [--language nl|en] [--out DIR]   items that favour a group at equal score: Mantel–Haenszel (ETS A/B/C), logistic regression, standardisation',
  run: async (argv) => {
    const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options: { ...commonOptions, focal: { type: 'string' } } });
    const [path] = positionals;
    if (path === undefined) throw new UsageError('dif needs a file of responses');
    if (values.groups === undefined || values.focal === undefined) throw new UsageError('dif needs --groups COLUMN and --focal NAME');
    try {
      const { read, language, out } = await commonOf(values);
      const outcome = runDif(await readWithProgress(path, read), values.focal);
      for (const { item, mantelHaenszel: mh } of outcome.items) console.log(`${item}  ${mh === undefined ? '–' : `${mh.etsClass}  Δ ${mh.delta.toFixed(3)}  p ${mh.p.toFixed(4)}`}`);
      for (const line of leftOutLines(outcome, language)) console.log(`- ${line}`);
      if (out === undefined) return 0;
      const [file, madeAt] = [basename(path), now()];
      const files = {
        'dif.json': `${JSON.stringify({ schema: 'meetlat-dif-1', file, madeAt, ...outcome }, null, 1)}\n`,
        'items.csv': csv(['item', 'light', 'etsClass', 'delta', 'deltaStandardError', 'chiSquare', 'p', 'difference', 'jodoinGierl', 'deltaR2', 'logisticP'], outcome.items.map(({ item, light, mantelHaenszel: mh, difference, logistic }) => [item, light, mh?.etsClass, mh?.delta, mh?.standardError, mh?.statistic, mh?.p, difference, logistic?.jodoinGierl, logistic?.deltaR2, logistic?.p])),
        'report.html': difPage(outcome, file, madeAt.slice(0, 10), language),
      };
      await writeReport(out, files);
      console.log(`${out}: ${Object.keys(files).join(', ')}`);
      return 0;
    } catch (error) { throw asUsage(error); }
  },
};
