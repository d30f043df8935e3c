/**
 * What staff can say to a candidate who sits in a test. Chosen, never typed: so that each is read and heard in the
 * contact language. A code is recorded for ever: new ones are added, none is taken away.
 */
import { z } from 'zod';
import type { Instant } from '../../storage/document/instant.ts';

export const MessageCode = z.enum(['invigilator-comes', 'wait', 'go-on', 'quiet', 'no-phone', 'headphones']);
export type MessageCode = z.infer<typeof MessageCode>;

/** What was said to one candidate, and when the candidate said to have read it. */
export interface SentMessage {
  readonly number: number;
  readonly message: MessageCode;
  readonly at: Instant;
  readonly readAt?: Instant;
}
