/**
 * `meetlat dif RESPONSES --groups COLUMN --focal NAME`: items that favour a group at equal score or ability; every
 * group in turn.
 */
import { basename } from 'node:path';
import type { ReportVoice } from '../../words/reports.ts';
import { type Cell, csv } from '../../item-bank/calibration/csv.ts';
import type { DifItem, DifOutcome } from '../../item-bank/calibration/dif-outcome.ts';
import { runDif } from '../../item-bank/calibration/dif-run.ts';
import { itemModels } from '../../item-bank/calibration/parameter-file.ts';
import { defined } from '../../storage/document/defined.ts';
import { now } from '../machine.ts';
import { leftOutLines } from '../reports/calibration-lines.ts';
import { difPage, sayersOf } from '../reports/dif-report.ts';
import { command } from './command.ts';
import { choice, text } from './options.ts';
import { withRefusals } from './refused.ts';
import { type ReportFiles, writeReport } from './report-folder.ts';
import { readWithProgress, responsesOptions, responsesRequest } from './responses-file.ts';
import { withTeam, workersOption } from './team.ts';
import { UsageError } from './usage-error.ts';

const columns = [
  'focal',
  'item',
  'light',
  'pointedAtBy',
  'etsClass',
  'delta',
  'deltaStandardError',
  'chiSquare',
  'p',
  'pAdjusted',
  'shrunkenDelta',
  'chanceA',
  'chanceB',
  'chanceC',
  'difference',
  'jodoinGierl',
  'deltaR2',
  'logisticP',
  'sibtestBeta',
  'sibtestP',
  'crossingP',
  'breslowDayP',
  'waldP',
  'waldPAdjusted',
  'anchor',
  'likelihoodRatioP',
  'rmsdReference',
  'rmsdFocal',
  'lordP',
  'rajuArea',
  'rajuP',
] as const;

const rowOf = (
  focal: string,
  {
    item,
    light,
    pointedAtBy,
    mantelHaenszel: mh,
    mantel,
    shrunken,
    difference,
    logistic,
    sibtest,
    crossingSibtest,
    breslowDay,
    wald,
    isAnchor,
    likelihoodRatio,
    rmsd,
    lord,
    raju,
  }: DifItem,
): Cell[] => [
  focal,
  item,
  light,
  pointedAtBy.join(' '),
  mh?.etsClass ?? mantel?.etsClass,
  mh?.delta ?? mantel?.effect,
  mh?.standardError,
  mh?.statistic ?? mantel?.statistic,
  mh?.p ?? mantel?.p,
  mh?.pAdjusted ?? mantel?.pAdjusted,
  shrunken?.delta,
  shrunken?.negligible,
  shrunken?.moderate,
  shrunken?.large,
  difference,
  logistic?.jodoinGierl,
  logistic?.deltaR2,
  logistic?.p,
  sibtest?.beta,
  sibtest?.p,
  crossingSibtest?.p,
  breslowDay?.p,
  wald?.p,
  wald?.pAdjusted,
  isAnchor === undefined ? undefined : Number(isAnchor),
  likelihoodRatio?.p,
  rmsd?.reference,
  rmsd?.focal,
  lord?.p,
  raju?.area,
  raju?.p,
];

/** The Mantel–Haenszel finding, or Mantel's where items have more scores. */
function observed({ mantelHaenszel: mh, mantel }: DifItem, say: ReportVoice): string {
  if (mh !== undefined) return `${mh.etsClass}  Δ ${mh.delta.toFixed(3)}  p ${mh.p.toFixed(4)}`;
  if (mantel !== undefined) {
    const effect = say('dif.line.effect', { value: mantel.effect.toFixed(3) });
    return `${mantel.etsClass}  ${effect}  p ${mantel.p.toFixed(4)}`;
  }
  return '–';
}

function lineOf(one: DifItem, say: ReportVoice): string {
  const { item, wald, rmsd, pointedAtBy } = one;
  const light = say(`report.lights.${one.light}`);
  return [
    item,
    observed(one, say),
    ...(wald === undefined ? [] : [`${say('dif.methods.wald')} p ${wald.p.toFixed(4)}`]),
    ...(rmsd === undefined ? [] : [`${say('dif.methods.rmsd')} ${Math.max(rmsd.reference, rmsd.focal).toFixed(3)}`]),
    pointedAtBy.length === 0 ? light : `${light}: ${sayersOf(one, say)}`,
  ].join('  ');
}

const linesOf = ({ comparisons }: DifOutcome, say: ReportVoice): string[] =>
  comparisons.flatMap((one) => [
    `${one.focal} (${one.persons.focal}) – ${one.reference.join(', ')} (${one.persons.reference})`,
    ...one.items.map((item) => `  ${lineOf(item, say)}`),
    ...leftOutLines(one, say).map((line) => `- ${line}`),
  ]);

function filesOf(outcome: DifOutcome, path: string, say: ReportVoice): ReportFiles {
  const [file, madeAt] = [basename(path), now()];
  return {
    'dif.json': `${JSON.stringify({ schema: 'meetlat-dif-3', file, madeAt, ...outcome }, null, 1)}\n`,
    'items.csv': csv(
      columns,
      outcome.comparisons.flatMap((one) => one.items.map((item) => rowOf(one.focal, item))),
    ),
    'report.html': difPage(outcome, file, madeAt.slice(0, 10), say),
  };
}

export const difCommand = command({
  name: 'dif',
  calls: ['RESPONSES.csv --groups COLUMN --focal NAME|all [OPTIONS]'],
  says: 'dif.says',
  examples: ['meetlat dif responses.csv --groups school --focal all --model 2pl --out fairness-2026'],
  options: {
    ...responsesOptions,
    groups: text('COLUMN', 'dif.groups'),
    focal: text('NAME|all', 'dif.focal'),
    reference: text('NAME', 'dif.reference'),
    match: choice(['score', 'ability'], 'dif.match'),
    model: choice([...itemModels, 'auto'], 'dif.model'),
    workers: workersOption,
  },
  run: async ({ focal, reference, match, model, workers, ...values }, [path]) => {
    if (path === undefined) throw new UsageError('dif.no-file');
    if (values.groups === undefined || focal === undefined) throw new UsageError('dif.no-groups');
    return withRefusals(values.language, async (say) => {
      const { read, out } = await responsesRequest(values);
      const data = await readWithProgress(path, read, say);
      const outcome = await withTeam(workers, (team) =>
        runDif(data, focal, defined({ reference, match, model, team })),
      );
      console.log(linesOf(outcome, say).join('\n'));
      await writeReport(out, () => filesOf(outcome, path, say));
      return 0;
    });
  },
});
