/** What a named person decided about something irregular. */
import { z } from 'zod';

/** Nothing was wrong; it was, and the candidate was told; it was, and the result should be annulled. */
export const CaseOutcome = z.enum(['unfounded', 'warning', 'annul']);
export type CaseOutcome = z.infer<typeof CaseOutcome>;
