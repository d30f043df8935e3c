/** A calibration in a thread of its own: reads, estimates and judges, and tells how it goes. The server stays free for everybody else. */
import { parentPort, workerData } from 'node:worker_threads';
import { IrtError } from 'itemresponsetheory';
import { ResponseFileError } from '../../item-bank/calibration/response-file-error.ts';
import { NotCalibrated, type Recalibrated, type Request, recalibrate } from '../../item-bank/calibration/recalibrate.ts';
import { type ReadOptions, type ResponseData, streamResponses } from '../../item-bank/calibration/stream-responses.ts';

export interface WorkerTask extends Omit<Request, 'onCycle'> { readonly responses: ({ readonly path: string } & Omit<ReadOptions, 'onLines'>) | ResponseData }
export type WorkerNews =
  | { readonly kind: 'lines'; readonly lines: number }
  | { readonly kind: 'read'; readonly persons: number; readonly items: number }
  | { readonly kind: 'cycle'; readonly cycle: number; readonly logLikelihood: number; readonly largestChange: number }
  | { readonly kind: 'finished'; readonly outcome: Recalibrated }
  | { readonly kind: 'failed'; readonly code: string; readonly detail: string };

const tell = (news: WorkerNews): void => parentPort?.postMessage(news);

async function dataOf(responses: WorkerTask['responses']): Promise<ResponseData> {
  if (!('path' in responses)) return responses;
  const { path, ...options } = responses;
  return streamResponses(path, { ...options, onLines: (lines) => tell({ kind: 'lines', lines }) });
}

async function run({ responses, ...request }: WorkerTask): Promise<void> {
  try {
    const data = await dataOf(responses);
    tell({ kind: 'read', persons: data.persons.length, items: data.items.length });
    const { summary } = recalibrate(data, { ...request, onCycle: (cycle, logLikelihood, largestChange) => tell({ kind: 'cycle', cycle, logLikelihood, largestChange }) });
    tell({ kind: 'finished', outcome: summary });
  } catch (error) {
    if (error instanceof ResponseFileError || error instanceof NotCalibrated || error instanceof IrtError) { tell({ kind: 'failed', code: error.code, detail: error.message }); return; }
    // The CSV reader's own complaints (a row of another length, an open quotation mark) name the line.
    if (error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('CSV_')) { tell({ kind: 'failed', code: 'malformed-csv', detail: error.message }); return; }
    throw error;
  }
}

const task: WorkerTask = workerData;
await run(task);
