/** Listens, and waits for nobody longer than it takes to send something. */
import { readFile } from 'node:fs/promises';
import { type RequestListener, type Server, createServer as createHttp } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface Patience {
  /** Until the head of a request is whole, ms. */ readonly headMs: number;
  /** Until all of it is here, ms. */ readonly wholeMs: number;
  /** How often that is looked at, ms. */ readonly lookMs: number;
}
const patience: Patience = { headMs: 10_000, wholeMs: 30_000, lookMs: 1_000 };

export interface ListenPlace {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly tls?: { readonly certificateFile: string; readonly keyFile: string } | undefined;
}

/** A request that comes in drop by drop is answered 408 and its connection closed. */
export async function listen(
  application: RequestListener,
  { host, port, tls }: ListenPlace,
  { headMs, wholeMs, lookMs }: Patience = patience,
): Promise<Server> {
  const limits = { headersTimeout: headMs, requestTimeout: wholeMs, connectionsCheckingInterval: lookMs };
  const server =
    tls === undefined
      ? createHttp(limits, application)
      : createHttps(
          { ...limits, cert: await readFile(tls.certificateFile), key: await readFile(tls.keyFile) },
          application,
        );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return server;
}

const isAddress = (address: string | AddressInfo | null): address is AddressInfo =>
  typeof address === 'object' && address !== null;

/** The address to print: what a person on this machine can type. */
export function localAddress(server: Server, { host, tls }: Omit<ListenPlace, 'port'>): string {
  const address = server.address();
  const port = isAddress(address) ? address.port : 0;
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `${tls === undefined ? 'http' : 'https'}://${name}:${port}`;
}
