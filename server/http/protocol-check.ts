/** Tells a page that is older than this deployment to reload, and one that is newer to wait. */
import type { RequestHandler } from 'express';
import { Problem } from './problem.ts';
import { protocolHeader, protocolVersion } from './wire.ts';

/**
 * What means the same in every version: bytes with their hash, so that a recording that an older page has begun is
 * taken in, and the beat of a page that is about to reload.
 */
const isSameInAll = /^\/candidate\/(recordings\/|session\/heartbeat$)/;

/** A client without the header is no page of ours, and follows /api/v1/openapi.json. */
export const protocolCheck: RequestHandler = (request, _response, next) => {
  const given = request.get(protocolHeader);
  if (given === undefined || given === String(protocolVersion) || isSameInAll.test(request.path)) next();
  else if (Number(given) > protocolVersion) next(new Problem('page-newer'));
  else next(new Problem('page-older', { protocol: protocolVersion }));
};
