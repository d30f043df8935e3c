/** `meetlat dif RESPONSES --groups COLUMN --focal NAME`: items that favour a group at equal score. */
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { curveChart, escapeXml } from '../../engine/charts/curve.ts';
import { csv } from '../../item-bank/calibration/csv.ts';
import { type DifOutcome, runDif } from '../../item-bank/calibration/dif-run.ts';
import { isItemModel } from '../../item-bank/calibration/parameter-file.ts';
import { now } from '../compose.ts';
import { type Command, UsageError } from './command.ts';
import { writeReport } from './report-files.ts';
import { withTeam, workersOf } from './team.ts';
import { asUsage, commonOf, commonOptions, readWithProgress } from './report-outcome.ts';
import { type ReportLanguage, chip, figure, fill, fixed, leftOutLines, list, page, pValue, paragraph, reportTexts, section, table } from '../reports/report-page.ts';

function difPage(outcome: DifOutcome, file: string, madeAt: string, language: ReportLanguage): string {
  const t = reportTexts[language];
  const { items, focal, reference, persons } = outcome;
  const highest = Math.max(2, ...items.map(({ mantelHaenszel }) => Math.abs(mantelHaenszel?.delta ?? 0)).filter(Number.isFinite));
  const chart = curveChart({
    title: t.difChart, description: t.difChartDescription, x: { label: t.items, from: 0, to: items.length + 1 }, y: { label: 'Δ', from: -Math.ceil(highest), to: Math.ceil(highest) }, bands: [{ from: -1, to: 1 }], lines: [],
    points: items.flatMap(({ item, mantelHaenszel: mh, light }, n) => (mh === undefined || !Number.isFinite(mh.delta) ? [] : [{ x: n + 1, y: mh.delta, low: mh.delta - 1.96 * mh.standardError, high: mh.delta + 1.96 * mh.standardError, line: light === 'keep' ? 3 : light === 'look' ? 1 : 4, name: fill(t.persFit, { item, value: fixed(mh.delta) }) }])),
  });
  const lines = leftOutLines(outcome, language);
  const [hasSib, hasModel] = [items.some(({ sibtest }) => sibtest !== undefined), items.some(({ rmsd }) => rmsd !== undefined)];
  const rows = items.map(({ item, light, mantelHaenszel: mh, mantel, difference, logistic, sibtest, wald, rmsd }) => [
    escapeXml(item), chip(light, t), mh?.etsClass ?? mantel?.etsClass ?? '–', fixed(mh?.delta ?? mantel?.effect), fixed(mh?.standardError), escapeXml(pValue(mh?.p ?? mantel?.p)), fixed(difference, 3), logistic?.jodoinGierl ?? '–', fixed(logistic?.deltaR2, 3), escapeXml(pValue(logistic?.p)),
    ...(hasSib ? [fixed(sibtest?.beta, 3), escapeXml(pValue(sibtest?.p))] : []), ...(hasModel ? [escapeXml(pValue(wald?.p)), fixed(rmsd?.reference, 3), fixed(rmsd?.focal, 3)] : []),
  ]);
  const head = [t.item, t.light, 'ETS', 'Δ', t.se, t.p, t.difference, 'JG', 'ΔR²', t.logisticP, ...(hasSib ? ['SIBTEST β', t.p] : []), ...(hasModel ? [t.waldP, t.rmsdReference, t.rmsdFocal] : [])];
  return page(fill(t.difTitle, { file }), fill(t.difMadeAt, { at: madeAt, focal, reference: reference.join(', '), focalPersons: persons.focal, referencePersons: persons.reference }), language,
    section(t.done, lines.length === 0 ? paragraph(t.nothingDone) : list(lines)) + section(t.difChart, paragraph(t.difChartDescription) + figure('', chart, 'wide'))
    + section(t.tableTitle, table(head, rows, 'items')) + section(t.methodTitle, list([t.matchedOn[outcome.matchedOn], ...t.difMethod, ...(hasModel ? t.difModelMethod : [])])));
}

export const difCommand: Command = {
  usage: 'dif RESPONSES.csv --groups COLUMN --focal NAME [--match score|ability] [--model MODEL|auto] [--workers N] [--duplicates refuse|first] [--language nl|en] [--out DIR]   items that favour a group at equal score: Mantel–Haenszel (ETS A/B/C), logistic regression, SIBTEST; by ability for adaptive answers or more scores; with a model also Wald and RMSD',
  run: async (argv) => {
    const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options: { ...commonOptions, focal: { type: 'string' }, match: { type: 'string' }, model: { type: 'string' }, workers: { type: 'string', default: '1' } } });
    const [path] = positionals;
    if (path === undefined) throw new UsageError('dif needs a file of responses');
    if (values.groups === undefined || values.focal === undefined) throw new UsageError('dif needs --groups COLUMN and --focal NAME');
    const { focal, match, model } = values;
    if (match !== undefined && match !== 'score' && match !== 'ability') throw new UsageError(`--match ${match}: must be score or ability`);
    if (model !== undefined && model !== 'auto' && !isItemModel(model)) throw new UsageError(`--model ${model}: must be rasch, 1pl, 2pl, 3pl, pcm, gpcm, rsm, grm, nrm or auto`);
    const workers = workersOf(values.workers);
    try {
      const { read, language, out } = await commonOf(values);
      const data = await readWithProgress(path, read);
      const outcome = await withTeam(workers, (team) => runDif(data, focal, { ...(match === undefined ? {} : { match }), ...(model === undefined ? {} : { model }), ...(team === undefined ? {} : { team }) }));
      for (const { item, light, mantelHaenszel: mh, mantel, wald, rmsd } of outcome.items) console.log(`${item}  ${mh !== undefined ? `${mh.etsClass}  Δ ${mh.delta.toFixed(3)}  p ${mh.p.toFixed(4)}` : mantel !== undefined ? `${mantel.etsClass}  effect ${mantel.effect.toFixed(3)}  p ${mantel.p.toFixed(4)}` : '–'}${wald === undefined ? '' : `  Wald p ${wald.p.toFixed(4)}`}${rmsd === undefined ? '' : `  RMSD ${Math.max(rmsd.reference, rmsd.focal).toFixed(3)}`}  ${light}`);
      for (const line of leftOutLines(outcome, language)) console.log(`- ${line}`);
      if (out === undefined) return 0;
      const [file, madeAt] = [basename(path), now()];
      const files = {
        'dif.json': `${JSON.stringify({ schema: 'meetlat-dif-2', file, madeAt, ...outcome }, null, 1)}\n`,
        'items.csv': csv(
          ['item', 'light', 'etsClass', 'delta', 'deltaStandardError', 'chiSquare', 'p', 'difference', 'jodoinGierl', 'deltaR2', 'logisticP', 'sibtestBeta', 'sibtestP', 'waldP', 'rmsdReference', 'rmsdFocal'],
          outcome.items.map(({ item, light, mantelHaenszel: mh, mantel, difference, logistic, sibtest, wald, rmsd }) => [item, light, mh?.etsClass ?? mantel?.etsClass, mh?.delta ?? mantel?.effect, mh?.standardError, mh?.statistic ?? mantel?.statistic, mh?.p ?? mantel?.p, difference, logistic?.jodoinGierl, logistic?.deltaR2, logistic?.p, sibtest?.beta, sibtest?.p, wald?.p, rmsd?.reference, rmsd?.focal]),
        ),
        'report.html': difPage(outcome, file, madeAt.slice(0, 10), language),
      };
      await writeReport(out, files);
      console.log(`${out}: ${Object.keys(files).join(', ')}`);
      return 0;
    } catch (error) { throw asUsage(error, values.language); }
  },
};
