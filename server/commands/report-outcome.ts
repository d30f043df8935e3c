/** What `calibrate` and `fit` have in common: options, the files of the report, the lines on the terminal. */
import { basename } from 'node:path';
import type { Mark } from '../../engine/charts/curve.ts';
import { distractorsCsv, itemsCsv, outcomeJson, personsCsv } from '../reports/calibration-tables.ts';
import { refusalOf, refusalText } from '../reports/refusals.ts';
import {
  type ReportLanguage,
  lightCounts,
  notConverged,
  reasonWords,
  remarkLines,
  reportPage,
  reportTexts,
} from '../reports/report-page.ts';
import type { CalibrationOutcome } from '../../item-bank/calibration/outcome.ts';
import { type ReadOptions, type ResponseData, streamResponses } from '../../item-bank/calibration/stream-responses.ts';
import { now } from '../compose.ts';
import { choice, text } from './options.ts';
import { RefusedData, UsageError } from './usage-error.ts';
import { requireReportFolder, writeReport } from './report-files.ts';

export const languageOption = choice(['nl', 'en'], 'option.language', 'nl');
export const outOption = text('DIR', 'option.out');
/** Of every command that reads responses. */
export const commonOptions = {
  groups: text('COLUMN', 'option.groups'),
  duplicates: choice(['refuse', 'first'], 'option.duplicates', 'refuse'),
  cuts: text('NAME=θ,…', 'option.cuts'),
  language: languageOption,
  out: outOption,
};
interface CommonValues {
  readonly groups: string | undefined;
  readonly duplicates: 'refuse' | 'first';
  readonly cuts: string | undefined;
  readonly language: ReportLanguage;
  readonly out: string | undefined;
}
export interface Common {
  readonly read: ReadOptions;
  readonly cuts: readonly Mark[];
  readonly language: ReportLanguage;
  readonly out?: string;
}

/** `A1=-1.5,B1=1.5`. */
function cutsOf(given: string): Mark[] {
  return given.split(',').map((part) => {
    const [name = '', value = ''] = part.split('=');
    if (name === '' || value === '' || !Number.isFinite(Number(value))) throw new UsageError('usage.cuts', { given });
    return { name, x: Number(value) };
  });
}

export async function commonOf({ groups, duplicates, cuts, language, out }: CommonValues): Promise<Common> {
  if (out !== undefined) await requireReportFolder(out);
  return {
    read: { duplicates, ...(groups === undefined ? {} : { groups }) },
    cuts: cuts === undefined ? [] : cutsOf(cuts),
    language,
    ...(out === undefined ? {} : { out }),
  };
}

/** A line on the terminal's error stream that is written over; nothing when that is a file. */
export function progressLine(): { readonly say: (text: string) => void; readonly end: () => void } {
  if (!process.stderr.isTTY) return { say: () => undefined, end: () => undefined };
  return {
    say: (text) => {
      process.stderr.write(`\r${text}\u001b[K`);
    },
    end: () => {
      process.stderr.write('\r\u001b[K');
    },
  };
}

/** A bar that fills as the largest change falls to the tolerance, on the scale of logarithms. */
export function cycleText(cycle: number, logLikelihood: number, change: number, tolerance: number): string {
  const share = Math.min(1, Math.max(0, Math.log(change) / Math.log(tolerance)));
  const filled = Number.isFinite(share) ? Math.round(24 * share) : 0;
  return `[${'#'.repeat(filled)}${'.'.repeat(24 - filled)}] cycle ${cycle}  log-likelihood ${logLikelihood.toFixed(4)}  largest change ${change.toExponential(2)}`;
}

export async function readWithProgress(path: string, options: ReadOptions): Promise<ResponseData> {
  const progress = progressLine();
  try {
    return await streamResponses(path, {
      ...options,
      onLines: (lines) => {
        progress.say(`${basename(path)}: ${lines} lines`);
      },
    });
  } finally {
    progress.end();
  }
}

const fixed = (value: number | undefined): string =>
  (value === undefined || !Number.isFinite(value) ? '–' : value.toFixed(3)).padStart(9);

function terminalLines(outcome: CalibrationOutcome, language: ReportLanguage): string[] {
  const t = reportTexts[language];
  const { appraisal, calibration, parameters } = outcome;
  const width = Math.max(4, ...appraisal.items.map(({ item }) => item.length));
  const rows = appraisal.items.map((item, n) => {
    const [estimate, spec] = [calibration?.estimates[n], parameters[n]];
    const given = spec?.model === 'logistic' ? spec : undefined;
    return `${item.item.padEnd(width)} ${fixed(estimate?.slope ?? given?.slope)}${fixed(estimate?.slopeStandardError)}${fixed(estimate?.difficulty ?? given?.difficulty)}${fixed(estimate?.difficultyStandardError)}${fixed(item.infit)}${fixed(item.rmsd)} ${String(item.responses).padStart(7)} ${item.p.toFixed(2)}  ${t.lights[item.light]}${item.reasons.length > 0 ? `: ${reasonWords(item, language)}` : ''}`;
  });
  const counts = lightCounts(outcome);
  return [
    `${'item'.padEnd(width)}     slope       SE difficulty     SE    infit     RMSD       n    p`,
    ...rows,
    '',
    ...remarkLines(outcome, language).map((line) => `- ${line}`),
    ...(calibration === undefined
      ? []
      : [
          `${calibration.model}, ${outcome.persons} persons, ${outcome.responses} responses, ${calibration.cycles} cycles, log-likelihood ${calibration.logLikelihood.toFixed(4)}, population mean ${outcome.population.mean.toFixed(4)}, variance ${(outcome.population.sd ** 2).toFixed(4)}, ${calibration.converged ? 'converged' : 'NOT CONVERGED'}`,
        ]),
    t.lightsOf.replace(/\{(keep|look|drop)\}/g, (_, light: 'keep' | 'look' | 'drop') => String(counts[light])),
    ...(notConverged(outcome, language) ?? '').split('\n').filter((line) => line !== ''),
  ];
}

/** Tells the outcome and writes the report; 1 when it did not converge. */
export async function tell(
  outcome: CalibrationOutcome,
  path: string,
  { cuts, language, out }: Common,
): Promise<number> {
  console.log(terminalLines(outcome, language).join('\n'));
  if (out !== undefined) {
    const madeAt = now();
    const name = outcome.kind === 'calibrate' ? 'calibration.json' : 'fit.json';
    const frame = { file: basename(path), madeAt, cuts };
    const distractors = distractorsCsv(outcome);
    const files = {
      [name]: outcomeJson(outcome, frame),
      'items.csv': itemsCsv(outcome),
      'persons.csv': personsCsv(outcome),
      ...(distractors === undefined ? {} : { 'distractors.csv': distractors }),
      'report.html': reportPage(outcome, { ...frame, language }),
    };
    await writeReport(out, files);
  }
  return outcome.calibration?.converged === false ? 1 : 0;
}

/** Bad data and missing files are wrong calls: one line, no stack. */
export function asUsage(error: unknown, language: ReportLanguage): unknown {
  const refusal = refusalOf(error);
  if (refusal !== undefined) return new RefusedData(refusalText(refusal, language, 'command'));
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT' && 'path' in error)
    return new UsageError('usage.no-such-file', { path: String(error.path) });
  if (error instanceof Error && 'code' in error && typeof error.code === 'string' && /^(Z_|CSV_)/.test(error.code))
    return new RefusedData(error.message);
  return error;
}
