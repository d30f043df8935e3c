/** What a writer does who finds that another was first. */
import { DuplicateKey, RevisionConflict } from './port.ts';

/** A write that lost the race is no failure: undefined, and nothing was written. */
export async function unlessRaced<R>(write: Promise<R>): Promise<R | undefined> {
  try {
    return await write;
  } catch (error) {
    if (error instanceof DuplicateKey || error instanceof RevisionConflict) return undefined;
    throw error;
  }
}
