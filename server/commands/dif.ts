/**
 * `meetlat dif RESPONSES --groups COLUMN --focal NAME`: items that favour a group at equal score or ability; every
 * group in turn.
 */
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { type Cell, csv } from '../../item-bank/calibration/csv.ts';
import { type DifItem, runDif } from '../../item-bank/calibration/dif-run.ts';
import { isItemModel } from '../../item-bank/calibration/parameter-file.ts';
import { now } from '../compose.ts';
import { type Command, UsageError } from './command.ts';
import { difPage } from '../reports/dif-report.ts';
import { writeReport } from './report-files.ts';
import { withTeam, workersOf } from './team.ts';
import { asUsage, commonOf, commonOptions, readWithProgress } from './report-outcome.ts';
import { leftOutLines } from '../reports/report-page.ts';

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

function lineOf({ item, light, mantelHaenszel: mh, mantel, wald, rmsd, pointedAtBy }: DifItem): string {
  const observed =
    mh !== undefined
      ? `${mh.etsClass}  Δ ${mh.delta.toFixed(3)}  p ${mh.p.toFixed(4)}`
      : mantel !== undefined
        ? `${mantel.etsClass}  effect ${mantel.effect.toFixed(3)}  p ${mantel.p.toFixed(4)}`
        : '–';
  return `${item}  ${observed}${wald === undefined ? '' : `  Wald p ${wald.p.toFixed(4)}`}${rmsd === undefined ? '' : `  RMSD ${Math.max(rmsd.reference, rmsd.focal).toFixed(3)}`}  ${light}${pointedAtBy.length === 0 ? '' : `: ${pointedAtBy.join(', ')}`}`;
}

export const difCommand: Command = {
  usage:
    'dif RESPONSES.csv --groups COLUMN --focal NAME|all [--reference NAME] [--match score|ability] [--model MODEL|auto] [--workers N] [--duplicates refuse|first] [--language nl|en] [--out DIR]   items that favour a group at equal score: Mantel–Haenszel (ETS A/B/C), logistic regression, SIBTEST, Breslow–Day; by ability for adaptive answers or more scores; with a model also Wald, RMSD, likelihood ratio, Lord and Raju; all: every group against the reference or all others',
  run: async (argv) => {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        ...commonOptions,
        focal: { type: 'string' },
        reference: { type: 'string' },
        match: { type: 'string' },
        model: { type: 'string' },
        workers: { type: 'string', default: '1' },
      },
    });
    const [path] = positionals;
    if (path === undefined) throw new UsageError('dif needs a file of responses');
    if (values.groups === undefined || values.focal === undefined)
      throw new UsageError('dif needs --groups COLUMN and --focal NAME, or --focal all');
    const { focal, reference, match, model } = values;
    if (match !== undefined && match !== 'score' && match !== 'ability')
      throw new UsageError(`--match ${match}: must be score or ability`);
    if (model !== undefined && model !== 'auto' && !isItemModel(model))
      throw new UsageError(`--model ${model}: must be rasch, 1pl, 2pl, 3pl, pcm, gpcm, rsm, grm, nrm or auto`);
    const workers = workersOf(values.workers);
    try {
      const { read, language, out } = await commonOf(values);
      const data = await readWithProgress(path, read);
      const outcome = await withTeam(workers, (team) =>
        runDif(data, focal, {
          ...(reference === undefined ? {} : { reference }),
          ...(match === undefined ? {} : { match }),
          ...(model === undefined ? {} : { model }),
          ...(team === undefined ? {} : { team }),
        }),
      );
      for (const one of outcome.comparisons) {
        console.log(`${one.focal} (${one.persons.focal}) – ${one.reference.join(', ')} (${one.persons.reference})`);
        for (const item of one.items) console.log(`  ${lineOf(item)}`);
        for (const line of leftOutLines(one, language)) console.log(`- ${line}`);
      }
      if (out === undefined) return 0;
      const [file, madeAt] = [basename(path), now()];
      const files = {
        'dif.json': `${JSON.stringify({ schema: 'meetlat-dif-3', file, madeAt, ...outcome }, null, 1)}\n`,
        'items.csv': csv(
          columns,
          outcome.comparisons.flatMap((one) => one.items.map((item) => rowOf(one.focal, item))),
        ),
        'report.html': difPage(outcome, file, madeAt.slice(0, 10), language),
      };
      await writeReport(out, files);
      return 0;
    } catch (error) {
      throw asUsage(error, values.language);
    }
  },
};
