/** What the server refuses because it was changed past the program: named in its log, counted in its measures. */
import type { Logger } from 'pino';
import { streamName } from '../storage/journal/stream-name.ts';
import { RefusedDocuments } from './refused-documents.ts';
import { RefusedStreams } from './refused-streams.ts';

export interface Refusing {
  readonly refusedStreams: RefusedStreams;
  readonly refusedDocuments: RefusedDocuments;
}

const andThen = 'was changed past the program: it is refused, and all others go on; `meetlat verify --all` says more';

export const refusing = (log: Pick<Logger, 'error'>): Refusing => ({
  refusedStreams: new RefusedStreams((stream, damage) =>
    log.error({ stream: streamName(stream), err: damage }, `a stream ${andThen}`),
  ),
  refusedDocuments: new RefusedDocuments((damage) =>
    log.error({ document: damage.where, err: damage }, `a document ${andThen}`),
  ),
});
