/**
 * `meetlat standard-setting JUDGEMENTS.csv`: a cut score, how sure it is, and the judges beside one another.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { impactOf } from 'itemresponsetheory/standard-setting';
import { csv } from '../../item-bank/calibration/csv.ts';
import { defined } from '../../storage/document/defined.ts';
import type { ReportVoice } from '../../words/reports.ts';
import { now } from '../machine.ts';
import { type ReportedCut, cutLines, cutPage, cutSentences } from '../reports/cut-page.ts';
import { command } from './command.ts';
import { type Judging, cutMethods, overAllRounds, readRows, shareAbove } from './judgements.ts';
import { choice, number, text } from './options.ts';
import { withRefusals } from './refused.ts';
import { type ReportFiles, outOption, requireReportFolder, writeReport } from './report-folder.ts';
import { languageOption } from './responses-file.ts';
import { UsageError } from './usage-error.ts';

interface Judged {
  readonly path: string;
  readonly judging: Judging;
  readonly rows: number;
}

/** What the method was told, for whoever repeats it. */
function settingsOf({ method, chance, borderline, parameters = '' }: Judging): object {
  if (method === 'bookmark') return { chance, booklet: basename(parameters) };
  return method === 'borderline-regression' ? { borderline } : {};
}

function filesOf(cut: ReportedCut, { path, judging, rows }: Judged, say: ReportVoice): ReportFiles {
  const [file, madeAt] = [basename(path), now()];
  const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
  const source = { schema: 'meetlat-standard-setting-3', file, sha256, madeAt };
  const { method, ...outcome } = cut;
  const json = { ...source, method, ...settingsOf(judging), rows, ...outcome };
  return {
    'standard-setting.json': `${JSON.stringify(json, null, 1)}\n`,
    'judges.csv': csv(
      ['judge', 'cut', 'agreement', 'demand', 'demandStandardError', 'infit', 'outfit'],
      cut.judges.map(({ judge, cut: own, agreement, measure }) => [
        judge,
        own,
        agreement,
        measure?.demand,
        measure?.standardError,
        measure?.infit,
        measure?.outfit,
      ]),
    ),
    'report.html': cutPage(cut, file, madeAt, say),
  };
}

export const standardSettingCommand = command({
  name: 'standard-setting',
  calls: ['JUDGEMENTS.csv --method METHOD [OPTIONS]'],
  says: 'standard-setting.says',
  examples: ['meetlat standard-setting judgements.csv --method angoff --population 0.3,1.4 --out cut-b1'],
  options: {
    method: choice(cutMethods, 'standard-setting.method'),
    parameters: text('FILE', 'standard-setting.parameters'),
    chance: number('P', 'standard-setting.chance', { below: 1 }, 0.67),
    borderline: number('RATING', 'standard-setting.borderline', { least: -1000 }, 3),
    population: text('MEAN,SD|SCORES.csv', 'standard-setting.population'),
    language: languageOption,
    out: outOption,
  },
  run: async ({ method, population, language, out, ...values }, [path]) => {
    if (path === undefined) throw new UsageError('standard-setting.no-file');
    if (method === undefined) throw new UsageError('standard-setting.no-method', { choices: cutMethods.join(', ') });
    await requireReportFolder(out);
    return withRefusals(language, async (say) => {
      const judging = { method, ...values };
      const rows = await readRows(path);
      const { scores, ...outcome } = await overAllRounds(rows, judging);
      const above = await shareAbove(population, scores);
      const impact = above === undefined ? undefined : impactOf(outcome.cut, outcome.standardError, above);
      const cut: ReportedCut = { method, ...outcome, ...defined({ impact }) };
      console.log([...cutSentences(cut, say), ...cutLines(cut, say)].join('\n'));
      await writeReport(out, () => filesOf(cut, { path, judging, rows: rows.length }, say));
      return 0;
    });
  },
});
