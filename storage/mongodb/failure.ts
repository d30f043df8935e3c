/** What the driver's errors mean to us. */
import { MongoError, MongoServerError } from 'mongodb';
import { StorageError, StorageUnavailable } from '../port.ts';

/**
 * No primary, primary stepped down, shutting down, write concern not met in time, host unreachable, exceeded time,
 * cursor or lock lost, majority not readable yet.
 */
const passing = new Set([
  6, 7, 24, 43, 50, 64, 89, 91, 112, 133, 134, 175, 189, 234, 237, 246, 262, 9001, 10107, 11600, 11602, 13435, 13436,
  100,
]);
const duplicateKeyCode = 11_000;

/** Name of the unique index that refused the write; undefined for every other error. */
export function refusingIndex(error: unknown): string | undefined {
  if (!(error instanceof MongoServerError) || error.code !== duplicateKeyCode) return undefined;
  return /index: (\S+) dup key/.exec(error.message)?.[1] ?? '';
}

/**
 * Runs a call; an error that says "not now" (network, no primary, majority not reached) becomes StorageUnavailable.
 * Whether the write took place is then not known: whoever repeats it finds its own document or commit.
 */
export async function reach<R>(call: () => Promise<R>): Promise<R> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof StorageError || !(error instanceof MongoError)) throw error;
    const refused =
      error instanceof MongoServerError &&
      !(typeof error.code === 'number' && passing.has(error.code)) &&
      !error.hasErrorLabel('RetryableWriteError');
    if (refused) throw error;
    throw new StorageUnavailable(`MongoDB does not answer: ${error.message}`, { cause: error });
  }
}
