/** The operations of the wire, as the client makes them. */
import type { OperationsReply, OperationsRequest } from '../../../server/api/candidate/protocol.ts';

export type SentOperation = OperationsRequest['operations'][number];
export type SentOutcome = OperationsReply['outcomes'][number];
export type { OperationsReply };

type WithoutEnvelope<T> = T extends unknown ? Omit<T, 'opId' | 'seq' | 'made'> : never;
/** An operation before it has a name, a number and a time. */
export type Draft = WithoutEnvelope<SentOperation>;
