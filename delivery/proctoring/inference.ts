/**
 * What the server saw for itself in the order and the times of a session: no browser's word is in it, so none can leave
 * it out. Evidence for a person, as a signal is; it never decides.
 */
import { z } from 'zod';

export const InferenceType = z.enum([
  /** Answers came, and no heartbeat: every page of ours beats as soon as it is open. */
  'no-heartbeat',
  /** An answer to what must be heard, before the clip could have ended, or without a play of it. */
  'answered-before-end',
  'answered-unheard',
  /** A form was answered faster than anybody reads. */
  'part-hurried',
  /** The page says that it recorded for longer, or for less, than the server waited for it. */
  'recording-longer',
  'recording-shorter',
  /** A recording was begun anew, more than once. */
  'recording-restarted',
  /** A recording that was handed in long after a pause had begun. */
  'recording-during-pause',
  /** The session was opened on a page again, more than once since somebody admitted it. */
  'page-again',
  /** Two pages wrote in turn: the one that another took over from went on. */
  'second-page',
  /** More bytes of a clip left the server than its plays can need. */
  'media-beyond-plays',
  /** More signals came than any page of ours sends; these were not kept. */
  'signals-dropped',
]);
export type InferenceType = z.infer<typeof InferenceType>;

export const Inference = z.strictObject({
  type: InferenceType,
  /** Name of the item, turn or clip in this session. */
  handle: z.string().optional(),
  durationMs: z.number().nonnegative().optional(),
  /** How often so far, or how many. */
  count: z.int().positive().optional(),
});
export type Inference = z.infer<typeof Inference>;
