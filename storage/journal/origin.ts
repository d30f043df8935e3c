import type { StreamId } from '../port.ts';

/** Where a consequence comes from: together they name it, the same at every attempt. */
export interface Origin {
  readonly stream: StreamId;
  readonly version: number;
  /** Among the consequences of the commit, from 0. */ readonly position: number;
}
