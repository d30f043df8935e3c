/** What `decide` may know beside the state: everything that is not in the journal yet. */
import type { Instant } from '../../storage/document/instant.ts';
import type { PinnedTest } from '../../item-bank/releases/pinned-test.ts';
import type { TestPart } from '../../item-bank/specifications/specification.ts';

/** A recording that the blob store has sealed and read back. */
export interface SealedRecording {
  readonly sha256: string;
  readonly bytes: number;
  readonly contentType: string;
}

export interface UnheardInterval {
  readonly from: Instant;
  readonly to: Instant;
}

export interface SessionFacts {
  readonly now: Instant;
  readonly test: PinnedTest;
  /** Uploads named by `recording-finished` operations of this batch that are complete and sealed. */
  readonly sealed: ReadonlyMap<string, SealedRecording>;
  /** The last time that the server heard nothing of this page for longer than a beat, or hears nothing now. */
  readonly unheard?: UnheardInterval | undefined;
  /** Since when this page has asked for things and no server has heard a heartbeat of it. */
  readonly unbeatenFrom?: Instant | undefined;
}

export const partAt = ({ test }: Pick<SessionFacts, 'test'>, index: number): TestPart | undefined =>
  test.specification.parts[index];
