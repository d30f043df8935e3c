/**
 * What staff can say to a candidate who sits in a test. Chosen, never typed: so that each is read and heard in the
 * contact language. A code is recorded for ever: new ones are added, none is taken away.
 */
import { z } from 'zod';

export const MessageCode = z.enum(['invigilator-comes', 'wait', 'go-on', 'quiet', 'no-phone', 'headphones']);
export type MessageCode = z.infer<typeof MessageCode>;
