/** What an operation asked, for the record of its refusal: all but the hashes of chunks, of which there are many. */
import type { Instant } from '../../storage/document/instant.ts';
import type { Operation } from './operation.ts';

/** What was asked and refused, so that nothing a candidate did is lost. */
export interface RefusedValue {
  readonly handle?: string;
  readonly option?: string;
  /** The author's index of that option, where it is one of the item's. */
  readonly choice?: number;
  /** By the page's word. */
  readonly madeAt?: Instant;
  readonly on?: boolean;
  readonly position?: number;
  readonly upload?: string;
  readonly chunks?: number;
  readonly durationMs?: number;
  readonly peak?: number;
}

export function valueOf(operation: Operation): RefusedValue {
  switch (operation.kind) {
    case 'practice-done':
    case 'play':
    case 'next':
      return { handle: operation.handle };
    case 'answer':
      return { handle: operation.handle, option: operation.option };
    case 'flag':
      return { handle: operation.handle, on: operation.on };
    case 'go':
      return { position: operation.position };
    case 'sound-checked':
      return { peak: operation.peak };
    case 'recording-started':
      return { handle: operation.handle, upload: operation.upload };
    case 'recording-finished': {
      const { handle, upload, chunks, durationMs, peak } = operation;
      return { handle, upload, chunks: chunks.length, durationMs, peak };
    }
    case 'confirm-name':
    case 'start-part':
    case 'submit':
    case 'read-message':
    case 'raise-hand':
    case 'lower-hand':
    case 'signal':
      return {};
  }
}
