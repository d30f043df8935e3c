/** By what rules of the room somebody takes a test: in which browser, and what of it is watched. */
import { z } from 'zod';

export const Conduct = z.strictObject({
  browser: z.enum(['any', 'safe-exam-browser']),
  /** The page fills the screen; leaving that is recorded. */
  fullScreen: z.boolean(),
  /** That another window or page has the focus is recorded. */
  focus: z.boolean(),
  /** The candidate reads, writes or presses by other means: those take focus and screen, and neither is watched. */
  assistiveTechnology: z.boolean(),
});
export type Conduct = z.infer<typeof Conduct>;
