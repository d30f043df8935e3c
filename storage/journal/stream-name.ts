import type { StreamId } from '../port.ts';

/** For people: in errors and logs. */
export const streamName = (stream: StreamId, version?: number): string =>
  `${stream.kind} ${stream.tenant}/${stream.id}${version === undefined ? '' : `, version ${version}`}`;

/** Tells streams apart, whatever characters their ids hold. */
export const streamKey = ({ tenant, kind, id }: StreamId): string => JSON.stringify([tenant, kind, id]);
