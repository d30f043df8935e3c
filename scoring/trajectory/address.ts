/**
 * Where a push may go: never to an address inside our own network that the operator did not write down as such,
 * whatever a name resolves to (RFC 6890 special-purpose addresses).
 */
import { BlockList, isIP } from 'node:net';

/** Two lists: one list would hold an IPv4 address against the IPv6 ranges, too. */
const special = { ipv4: new BlockList(), ipv6: new BlockList() };
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  special.ipv4.addSubnet(network, bits, 'ipv4');
/** Only 2000::/3 is given out; within it, what wraps an IPv4 address or leads nowhere. */
for (const [network, bits] of [
  ['::', 3],
  ['4000::', 2],
  ['8000::', 1],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  special.ipv6.addSubnet(network, bits, 'ipv6');

/** False for what is no address at all. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
  return isIP(address) !== 0 && !special[family].check(address, family);
}

const isLoopback = (address: string): boolean =>
  address === '::1' || (isIP(address) === 4 && address.startsWith('127.'));

/**
 * Whether a connection for a host name may go to an address that it resolves to. A host that is itself an address is
 * what the operator named.
 */
export function mayConnect(host: string, address: string): boolean {
  if (isIP(host.replace(/^\[|\]$/g, '')) !== 0) return true;
  return isPublicAddress(address) || (/(^|\.)localhost\.?$/i.test(host) && isLoopback(address));
}

export class BadEndpoint extends Error {
  readonly code = 'bad-endpoint';
  constructor(
    readonly field: 'url' | 'secret',
    rule: string,
  ) {
    super(`${field} of the endpoint ${rule}`);
    this.name = 'BadEndpoint';
  }
}

/** Throws BadEndpoint. The address itself is not repeated in the message: it may hold a secret. */
export function endpointUrl(text: string): URL {
  if (!URL.canParse(text)) throw new BadEndpoint('url', 'is no address');
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new BadEndpoint('url', 'must begin with https: or http:');
  if (url.username !== '' || url.password !== '') throw new BadEndpoint('url', 'must not hold a name or password');
  return url;
}
