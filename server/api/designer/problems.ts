/** Refusals of the bank, of publication and of the jobs in the words of the edge. */
import { BankRefused } from '../../../item-bank/releases/run.ts';
import { NotPublishable } from '../../../item-bank/releases/publishable.ts';
import { UnknownPublication } from '../../../item-bank/releases/store.ts';
import { Problem } from '../../http/problem.ts';
import { CalibrationRefused } from '../../jobs/calibrations.ts';

function toProblem(error: unknown): unknown {
  if (error instanceof UnknownPublication) return new Problem('not-found');
  if (error instanceof BankRefused)
    return error.code === 'unknown-release'
      ? new Problem('not-found')
      : new Problem('wrong-state', { reason: error.code });
  if (error instanceof NotPublishable)
    return error.code === 'not-publishable' || error.code === 'unknown-item'
      ? new Problem('invalid-request', { errors: [{ field: 'items', rule: error.message }] })
      : new Problem('wrong-state', { reason: error.code, ...error.fields });
  if (error instanceof CalibrationRefused) return new Problem('wrong-state', { reason: `calibration-${error.code}` });
  return error;
}

export async function orProblem<T>(work: () => Promise<T> | T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toProblem(error);
  }
}
