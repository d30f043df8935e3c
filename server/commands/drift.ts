/** `meetlat drift`: items that did not keep their parameters, by calibrations or by answers in the order of time. */
import { basename } from 'node:path';
import { csv } from '../../item-bank/calibration/csv.ts';
import {
  type ParameterDriftItem,
  type ParameterDriftOutcome,
  type ResponseDriftItem,
  type ResponseDriftOutcome,
  runParameterDrift,
  runResponseDrift,
} from '../../item-bank/calibration/drift-run.ts';
import { readParameters } from '../../item-bank/calibration/parameter-file.ts';
import type { ReportVoice } from '../../words/reports.ts';
import { now } from '../machine.ts';
import { leftOutLines } from '../reports/calibration-lines.ts';
import { command } from './command.ts';
import { number, text } from './options.ts';
import { withRefusals } from './refused.ts';
import { type ReportFiles, named, writeReport } from './report-folder.ts';
import { type ResponsesRequest, readWithProgress, responsesOptions, responsesRequest } from './responses-file.ts';
import { UsageError } from './usage-error.ts';
import { parameterDriftPage, reasonsOf, responseDriftPage } from '../reports/drift-report.ts';

/** The verdict with its reasons. */
const verdictOf = (one: Pick<ParameterDriftItem, 'light' | 'reasons'>, say: ReportVoice): string =>
  [say(`report.lights.${one.light}`), ...(one.reasons.length > 0 ? [reasonsOf(one, say)] : [])].join(': ');

function parameterLine(one: ParameterDriftItem, say: ReportVoice): string {
  const { item, difference, distance, robustZ, test } = one;
  return [
    item,
    say('drift.line.difference', { value: difference.toFixed(3) }),
    say('drift.line.distance', { value: distance.toFixed(3) }),
    `z ${robustZ.toFixed(2)}`,
    ...(test === undefined ? [] : [`p ${test.p.toFixed(4)} (${test.pAdjusted.toFixed(4)})`]),
    verdictOf(one, say),
  ].join('  ');
}

function responseLine(one: ResponseDriftItem, say: ReportVoice): string {
  const { item, easier, harder, bound, rmsd, alarm } = one;
  return [
    item,
    say('drift.line.easier', { value: easier.toFixed(1) }),
    say('drift.line.harder', { value: harder.toFixed(1) }),
    say('drift.line.bound', { value: bound.toFixed(1) }),
    `${say('dif.methods.rmsd')} ${rmsd.toFixed(3)}`,
    verdictOf(one, say),
    ...(alarm === undefined ? [] : [`${alarm.sinceNumber} → ${alarm.number}`]),
  ].join('  ');
}

function parameterFiles(outcome: ParameterDriftOutcome, say: ReportVoice): ReportFiles {
  const madeAt = now();
  return {
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
    'report.html': parameterDriftPage(outcome, madeAt.slice(0, 10), say),
  };
}

interface DriftSource {
  readonly file: string;
  /** Where the known parameters come from. */
  readonly parameters: string;
}

function responseFiles(outcome: ResponseDriftOutcome, source: DriftSource, say: ReportVoice): ReportFiles {
  const madeAt = now();
  return {
    'drift.json': `${JSON.stringify({ schema: 'meetlat-drift-1', madeAt, ...source, ...outcome }, null, 1)}\n`,
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
    'report.html': responseDriftPage(outcome, source.file, madeAt.slice(0, 10), say),
  };
}

async function byParameters(paths: readonly string[], { say, out }: ResponsesRequest): Promise<void> {
  const files = [];
  for (const path of paths) files.push(await readParameters(path));
  const outcome = runParameterDrift(files, paths.map(named));
  for (const one of outcome.items) console.log(parameterLine(one, say));
  await writeReport(out, () => parameterFiles(outcome, say));
}

async function byResponses(
  path: string,
  parameters: string,
  bounds: { readonly alpha: number; readonly allowance: number },
  { read, say, out }: ResponsesRequest,
): Promise<void> {
  const known = await readParameters(parameters);
  const outcome = runResponseDrift(await readWithProgress(path, read, say), known, bounds);
  for (const one of outcome.items) console.log(responseLine(one, say));
  for (const line of leftOutLines(outcome, say)) console.log(`- ${line}`);
  await writeReport(out, () => responseFiles(outcome, { file: basename(path), parameters: named(parameters) }, say));
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
    ...responsesOptions,
  },
  run: async ({ parameters, alpha, allowance, ...values }, paths) => {
    const [path] = paths;
    if (path === undefined || (parameters === undefined ? paths.length < 2 : paths.length > 1))
      throw new UsageError('drift.files');
    return withRefusals(values.language, async () => {
      const request = await responsesRequest(values);
      await (parameters === undefined
        ? byParameters(paths, request)
        : byResponses(path, parameters, { alpha, allowance }, request));
      return 0;
    });
  },
});
