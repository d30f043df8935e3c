/**
 * The names that this server answers to. Whoever owns another name can let it point at us, and a visitor's browser
 * would then read us as if we were that site.
 */
import type { RequestHandler } from 'express';
import { isIP } from 'node:net';
import { Problem } from './problem.ts';

/** Name or address of a Host header, without its port; undefined for what is none. */
function hostOf(header: string | undefined): string | undefined {
  const address = `http://${header ?? ''}`;
  if (header === undefined || /[\s/@?#\\]/.test(header) || !URL.canParse(address)) return undefined;
  return new URL(address).hostname.replace(/^\[(.*)\]$/, '$1');
}

/** Nobody's name leads there from elsewhere by itself, and reverse proxies and probes of this machine use it. */
const isOwnMachine = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

/**
 * @param publicUrl undefined where nobody said by what address people come: then any IP address is one, too, since a
 * name is what such an attack needs.
 */
export const isAnswered = (header: string | undefined, publicUrl: string | undefined): boolean => {
  const host = hostOf(header);
  if (host === undefined) return false;
  if (isOwnMachine(host)) return true;
  return publicUrl === undefined ? isIP(host) !== 0 : host === hostOf(new URL(publicUrl).host);
};

export const askedHost =
  (publicUrl: string | undefined): RequestHandler =>
  (request, _response, next) => {
    next(isAnswered(request.headers.host, publicUrl) ? undefined : new Problem('wrong-host'));
  };
