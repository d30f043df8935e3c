/**
 * A calibration in a thread of its own: reads, estimates and judges, and tells how it goes. The server stays free for
 * everybody else.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import { type RecalibrationRequest, recalibrate } from '../../item-bank/calibration/recalibrate.ts';
import type { Recalibrated } from '../../item-bank/calibration/recalibrated.ts';
import type { CalibrationOutcome } from '../../item-bank/calibration/outcome.ts';
import { type ReadOptions, type ResponseData, streamResponses } from '../../item-bank/calibration/stream-responses.ts';
import { distractorsCsv, itemsCsv, outcomeJson, personsCsv } from '../reports/calibration-tables.ts';
import { type RefusalInWords, refusalOf } from '../reports/refusals.ts';
import { calibrationPage } from '../reports/calibration-page.ts';
import { reportVoice } from '../../words/reports.ts';
import type { PackedFiles } from './calibration-files.ts';

export interface WorkerTask extends Omit<RecalibrationRequest, 'onCycle'> {
  readonly responses: ({ readonly path: string } & Omit<ReadOptions, 'onLines'>) | ResponseData;
  /** Named in the report: where the responses come from, and the instant. */
  readonly file: string;
  readonly madeAt: string;
}
export type WorkerNews =
  | { readonly kind: 'lines'; readonly lines: number }
  | { readonly kind: 'read'; readonly persons: number; readonly items: number }
  | { readonly kind: 'cycle'; readonly cycle: number; readonly logLikelihood: number; readonly largestChange: number }
  | { readonly kind: 'finished'; readonly outcome: Recalibrated; /** Packed by gzip. */ readonly files: PackedFiles }
  | ({ readonly kind: 'failed' } & RefusalInWords);

const tell = (news: WorkerNews): void => parentPort?.postMessage(news);

async function dataOf(responses: WorkerTask['responses']): Promise<ResponseData> {
  if (!('path' in responses)) return responses;
  const { path, ...options } = responses;
  return streamResponses(path, { ...options, onLines: (lines) => tell({ kind: 'lines', lines }) });
}

/** What `meetlat calibrate` writes, in both languages of the staff. */
function filesOf(outcome: CalibrationOutcome, { file, madeAt }: Pick<WorkerTask, 'file' | 'madeAt'>): PackedFiles {
  const frame = { file, madeAt, cuts: [] };
  const distractors = distractorsCsv(outcome);
  return {
    'report.nl.html': gzipSync(calibrationPage(outcome, { ...frame, say: reportVoice('nl') })),
    'report.en.html': gzipSync(calibrationPage(outcome, { ...frame, say: reportVoice('en') })),
    'items.csv': gzipSync(itemsCsv(outcome)),
    'persons.csv': gzipSync(personsCsv(outcome)),
    ...(distractors === undefined ? {} : { 'distractors.csv': gzipSync(distractors) }),
    'calibration.json': gzipSync(outcomeJson(outcome, frame)),
  };
}

async function run({ responses, file, madeAt, ...request }: WorkerTask): Promise<void> {
  try {
    const data = await dataOf(responses);
    tell({ kind: 'read', persons: data.persons.length, items: data.items.length });
    const { summary, outcome } = recalibrate(data, {
      ...request,
      onCycle: (cycle, logLikelihood, largestChange) => tell({ kind: 'cycle', cycle, logLikelihood, largestChange }),
    });
    tell({ kind: 'finished', outcome: summary, files: filesOf(outcome, { file, madeAt }) });
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal !== undefined) {
      tell({ kind: 'failed', ...refusal });
      return;
    }
    throw error;
  }
}

const task: WorkerTask = workerData;
await run(task);
