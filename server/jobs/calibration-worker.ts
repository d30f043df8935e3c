/** A calibration in a thread of its own: reads, estimates and judges, and tells how it goes. The server stays free for everybody else. */
import { parentPort, workerData } from 'node:worker_threads';
import { IrtError } from 'itemresponsetheory';
import { ResponseFileError, type ResponseTable, readResponses } from '../../item-bank/calibration/read-responses.ts';
import { NotCalibrated, type Outcome, type Request, recalibrate } from '../../item-bank/releases/recalibrate.ts';

export interface WorkerTask extends Omit<Request, 'onCycle'> { readonly responses: { readonly path: string } | ResponseTable }
export type WorkerNews =
  | { readonly kind: 'read'; readonly persons: number; readonly items: number }
  | { readonly kind: 'cycle'; readonly cycle: number; readonly logLikelihood: number; readonly largestChange: number }
  | { readonly kind: 'finished'; readonly outcome: Outcome }
  | { readonly kind: 'failed'; readonly code: string; readonly detail: string };

const tell = (news: WorkerNews): void => parentPort?.postMessage(news);

async function run({ responses, ...request }: WorkerTask): Promise<void> {
  try {
    const table = 'path' in responses ? await readResponses(responses.path) : responses;
    tell({ kind: 'read', persons: table.rows.length, items: table.items.length });
    tell({ kind: 'finished', outcome: recalibrate(table, { ...request, onCycle: (cycle, logLikelihood, largestChange) => tell({ kind: 'cycle', cycle, logLikelihood, largestChange }) }) });
  } catch (error) {
    if (error instanceof ResponseFileError || error instanceof NotCalibrated || error instanceof IrtError) { tell({ kind: 'failed', code: error.code, detail: error.message }); return; }
    // The CSV reader's own complaints (a row of another length, an open quotation mark) name the line.
    if (error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('CSV_')) { tell({ kind: 'failed', code: 'malformed-csv', detail: error.message }); return; }
    throw error;
  }
}

const task: WorkerTask = workerData;
await run(task);
