/** `meetlat drift`: items that did not keep their parameters, by calibrations or by answers in the order of time. */
import { basename } from 'node:path';
import { csv } from '../../item-bank/calibration/csv.ts';
import { runParameterDrift, runResponseDrift } from '../../item-bank/calibration/drift-run.ts';
import { readParameters } from '../../item-bank/calibration/parameter-file.ts';
import { now } from '../compose.ts';
import { command } from './command.ts';
import { number, text } from './options.ts';
import { UsageError } from './usage-error.ts';
import { parameterDriftPage, reasonsOf, responseDriftPage } from '../reports/drift-report.ts';
import { named, writeReport } from './report-files.ts';
import { type Common, asUsage, commonOf, commonOptions, readWithProgress } from './report-outcome.ts';
import { leftOutLines, reportTexts } from '../reports/report-page.ts';

async function write(out: string | undefined, files: Readonly<Record<string, string>>): Promise<number> {
  if (out === undefined) return 0;
  await writeReport(out, files);
  return 0;
}

async function byParameters(paths: readonly string[], { language, out }: Common): Promise<number> {
  const files = [];
  for (const path of paths) files.push(await readParameters(path));
  const outcome = runParameterDrift(files, paths.map(named));
  const t = reportTexts[language];
  for (const one of outcome.items)
    console.log(
      `${one.item}  difference ${one.difference.toFixed(3)}  distance ${one.distance.toFixed(3)}  z ${one.robustZ.toFixed(2)}${one.test === undefined ? '' : `  p ${one.test.p.toFixed(4)} (${one.test.pAdjusted.toFixed(4)})`}  ${t.lights[one.light]}${one.reasons.length > 0 ? `: ${reasonsOf(one, language)}` : ''}`,
    );
  const madeAt = now();
  return write(out, {
    'drift.json': `${JSON.stringify({ schema: 'meetlat-drift-1', madeAt, ...outcome }, null, 1)}\n`,
    'items.csv': csv(
      [
        'item',
        'light',
        'reasons',
        'difference',
        'slopeRatio',
        'robustZ',
        'distance',
        'statistic',
        'degreesOfFreedom',
        'p',
        'pAdjusted',
      ],
      outcome.items.map((one) => [
        one.item,
        one.light,
        one.reasons.join(' '),
        one.difference,
        one.slopeRatio,
        one.robustZ,
        one.distance,
        one.test?.statistic,
        one.test?.degreesOfFreedom,
        one.test?.p,
        one.test?.pAdjusted,
      ]),
    ),
    'report.html': parameterDriftPage(outcome, madeAt.slice(0, 10), language),
  });
}

async function byResponses(
  path: string,
  parameters: string,
  { alpha, allowance }: { readonly alpha: number; readonly allowance: number },
  { read, language, out }: Common,
): Promise<number> {
  const known = await readParameters(parameters);
  const outcome = runResponseDrift(await readWithProgress(path, read), known, { alpha, allowance });
  const t = reportTexts[language];
  for (const one of outcome.items)
    console.log(
      `${one.item}  easier ${one.easier.toFixed(1)}  harder ${one.harder.toFixed(1)}  bound ${one.bound.toFixed(1)}  RMSD ${one.rmsd.toFixed(3)}  ${t.lights[one.light]}${one.reasons.length > 0 ? `: ${reasonsOf(one, language)}` : ''}${one.alarm === undefined ? '' : `  ${one.alarm.sinceNumber} → ${one.alarm.number}`}`,
    );
  for (const line of leftOutLines(outcome, language)) console.log(`- ${line}`);
  const [file, madeAt] = [basename(path), now()];
  return write(out, {
    'drift.json': `${JSON.stringify({ schema: 'meetlat-drift-1', madeAt, file, parameters: named(parameters), ...outcome }, null, 1)}\n`,
    'items.csv': csv(
      [
        'item',
        'light',
        'reasons',
        'responses',
        'easier',
        'harder',
        'bound',
        'alarm',
        'alarmNumber',
        'since',
        'sinceNumber',
        'rmsd',
        'bias',
      ],
      outcome.items.map((one) => [
        one.item,
        one.light,
        one.reasons.join(' '),
        one.responses,
        one.easier,
        one.harder,
        one.bound,
        one.alarm?.person,
        one.alarm?.number,
        one.alarm?.since,
        one.alarm?.sinceNumber,
        one.rmsd,
        one.bias,
      ]),
    ),
    'report.html': responseDriftPage(outcome, file, madeAt.slice(0, 10), language),
  });
}

export const driftCommand = command({
  name: 'drift',
  calls: ['NEW OLD… [OPTIONS]', 'RESPONSES.csv --parameters FILE [OPTIONS]'],
  says: 'drift.says',
  examples: [
    'meetlat drift 2026/calibration.json 2025/calibration.json --out drift-2026',
    'meetlat drift responses.csv --parameters calibration-2025/calibration.json --language en',
  ],
  options: {
    parameters: text('FILE', 'drift.parameters'),
    alpha: number('P', 'drift.alpha', { below: 1 }, 0.01),
    allowance: number('SD', 'drift.allowance', {}, 0.25),
    ...commonOptions,
  },
  run: async ({ parameters, alpha, allowance, ...values }, paths) => {
    const [path] = paths;
    if (path === undefined || (parameters === undefined ? paths.length < 2 : paths.length > 1))
      throw new UsageError('drift.files');
    try {
      const common = await commonOf(values);
      return await (parameters === undefined
        ? byParameters(paths, common)
        : byResponses(path, parameters, { alpha, allowance }, common));
    } catch (error) {
      throw asUsage(error, values.language);
    }
  },
});
