import { z } from 'zod';
import { Signal } from '../proctoring/signal.ts';

/**
 * What a candidate's client asks, in batches. `seq` counts 0, 1, 2 … over the whole session; `opId` names the operation
 * for ever.
 * An operation that is well formed but not allowed uses up its seq and is recorded as refused, so that the queue never
 * blocks.
 */
/**
 * When the page made an operation, by its own monotonic clock, and the last time that the server told it: only together
 * they are an instant. The page's word: evidence, never enough to decide on.
 */
const Made = z.strictObject({
  monotonicMs: z.number().nonnegative(),
  server: z.strictObject({ now: z.iso.datetime(), monotonicMs: z.number().nonnegative() }),
});

const envelope = {
  opId: z
    .string()
    .min(16)
    .max(64)
    .regex(/^[0-9a-z-]+$/),
  seq: z.int().nonnegative(),
  /** Absent from pages of before. */
  made: Made.optional(),
};

/** Chunks of one recording: ten minutes at one a second. */
export const mostChunks = 600;

const Handle = z.string().min(1).max(64);

export const Operation = z.discriminatedUnion('kind', [
  z.strictObject({ ...envelope, kind: z.literal('confirm-name') }),
  z.strictObject({ ...envelope, kind: z.literal('sound-checked'), peak: z.number().min(0).max(1) }),
  z.strictObject({ ...envelope, kind: z.literal('practice-done'), handle: Handle }),
  z.strictObject({ ...envelope, kind: z.literal('start-part') }),
  /** Asks for one play of the stimulus or prompt; counted before the sound is served. */
  z.strictObject({ ...envelope, kind: z.literal('play'), handle: Handle }),
  /**
   * `option` is a handle of the session. A later answer to the same item replaces the earlier one until the item is
   * completed.
   */
  z.strictObject({ ...envelope, kind: z.literal('answer'), handle: Handle, option: Handle }),
  /** Completes the current listening item or speaking turn and asks for what follows. */
  z.strictObject({ ...envelope, kind: z.literal('next'), handle: Handle }),
  /** Linear part: 1..n, or 0 for the review. */
  z.strictObject({ ...envelope, kind: z.literal('go'), position: z.int().min(0).max(500) }),
  z.strictObject({ ...envelope, kind: z.literal('flag'), handle: Handle, on: z.boolean() }),
  z.strictObject({
    ...envelope,
    kind: z.literal('recording-started'),
    handle: Handle,
    upload: z
      .string()
      .min(16)
      .max(64)
      .regex(/^[0-9a-z-]+$/),
  }),
  /** All chunks are uploaded; the server seals before it accepts. Hashes are SHA-256 hex of every chunk in order. */
  z.strictObject({
    ...envelope,
    kind: z.literal('recording-finished'),
    handle: Handle,
    upload: z
      .string()
      .min(16)
      .max(64)
      .regex(/^[0-9a-z-]+$/),
    chunks: z
      .array(z.string().regex(/^[0-9a-f]{64}$/))
      .min(1)
      .max(mostChunks),
    durationMs: z.int().nonnegative().max(3_600_000),
    contentType: z.enum(['audio/webm', 'audio/mp4', 'audio/ogg', 'audio/wav']),
    peak: z.number().min(0).max(1),
  }),
  z.strictObject({ ...envelope, kind: z.literal('submit') }),
  z.strictObject({ ...envelope, kind: z.literal('read-message'), number: z.int().positive() }),
  z.strictObject({ ...envelope, kind: z.literal('raise-hand') }),
  z.strictObject({ ...envelope, kind: z.literal('lower-hand') }),
  z.strictObject({ ...envelope, kind: z.literal('signal'), signal: Signal }),
]);
export type Operation = z.infer<typeof Operation>;

export const RefusalCode = z.enum([
  'late',
  'wrong-item',
  'wrong-step',
  'no-plays-left',
  'unknown-option',
  'not-active',
  'recording-incomplete',
  'part-over',
]);
export type RefusalCode = z.infer<typeof RefusalCode>;

export const OperationOutcome = z.discriminatedUnion('status', [
  z.strictObject({ opId: z.string(), seq: z.int(), status: z.literal('accepted') }),
  z.strictObject({ opId: z.string(), seq: z.int(), status: z.literal('refused'), code: RefusalCode }),
]);
export type OperationOutcome = z.infer<typeof OperationOutcome>;
