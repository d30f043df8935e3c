/**
 * `fetch` for pushes: checks the address where the connection is made, so that a name cannot resolve to one thing for
 * the check and another for the connection (DNS rebinding). Follows no redirect and reads no reply beyond its status
 * line and headers.
 */
import { lookup as systemLookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { endpointUrl, mayConnect } from './address.ts';

export class BlockedAddress extends Error {
  readonly code = 'blocked-address';
  constructor(host: string) {
    super(`${host} resolves to an address inside our own network`);
    this.name = 'BlockedAddress';
  }
}

/** All addresses of a host. */
export type Resolve = (
  host: string,
  options: LookupOptions & { readonly all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

type Found = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void;

/** One address inside is enough to refuse: which of several is connected to is not ours to choose. */
function guardedLookup(resolve: Resolve) {
  return (host: string, options: LookupOptions, found: Found): void => {
    resolve(host, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error !== null || first === undefined) return found(error ?? new Error(`${host} has no address`), []);
      if (!addresses.every(({ address }) => mayConnect(host, address))) return found(new BlockedAddress(host), []);
      return options.all === true ? found(null, addresses) : found(null, first.address, first.family);
    });
  };
}

/** The part of `fetch` that a push needs: a text body, headers and a signal. The reply has no body. */
export function guardedFetch(resolve: Resolve = systemLookup): typeof fetch {
  const lookup = guardedLookup(resolve);
  return (input, init = {}) =>
    new Promise<Response>((answered, failed) => {
      const url = endpointUrl(input instanceof Request ? input.url : String(input));
      const { method = 'GET', body, signal } = init;
      if (body !== undefined && body !== null && typeof body !== 'string')
        throw new TypeError('guardedFetch sends text only');
      const start = url.protocol === 'https:' ? httpsRequest : httpRequest;
      const headers = {
        ...Object.fromEntries(new Headers(init.headers)),
        ...(typeof body === 'string' ? { 'content-length': String(Buffer.byteLength(body)) } : {}),
      };
      const request = start(
        url,
        { method, headers, lookup, agent: false, ...(signal === undefined || signal === null ? {} : { signal }) },
        (response) => {
          const { statusCode = 0 } = response;
          // What follows is never read: a reply without end holds nothing up.
          response.on('error', () => undefined);
          response.destroy();
          if (statusCode >= 200 && statusCode <= 599) answered(new Response(null, { status: statusCode }));
          else failed(new RangeError(`HTTP ${statusCode}`));
        },
      );
      request.on('error', failed);
      request.end(body ?? undefined);
    });
}
