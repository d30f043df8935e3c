/** Serves the program until it is told to stop: SIGTERM and SIGINT end it cleanly. */
import { readFile } from 'node:fs/promises';
import { createServer as createHttp, type Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';
import { compose } from './compose.ts';
import type { Configuration } from './configuration.ts';
import { startJobs } from './jobs/job.ts';

async function listen(application: Express, { host, port, tls }: Configuration): Promise<Server> {
  const server =
    tls === undefined
      ? createHttp(application)
      : createHttps({ cert: await readFile(tls.certificateFile), key: await readFile(tls.keyFile) }, application);
  // A body that comes in drop by drop holds nobody else up.
  server.requestTimeout = 30_000;
  server.headersTimeout = 10_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return server;
}

const isAddress = (address: string | AddressInfo | null): address is AddressInfo =>
  typeof address === 'object' && address !== null;

/** The address to print: what a person on this machine can type. */
function localAddress(server: Server, { host, tls }: Configuration): string {
  const address = server.address();
  const port = isAddress(address) ? address.port : 0;
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `${tls === undefined ? 'http' : 'https'}://${name}:${port}`;
}

/** How long open requests may take to end after SIGTERM, ms. */
const graceMs = 1_500;

export async function start(configuration: Configuration, print: (line: string) => void): Promise<void> {
  const composed = await compose(configuration);
  const server = await listen(composed.application, configuration);
  const address = localAddress(server, configuration);
  composed.reachableAt(configuration.publicUrl ?? address);
  const stopJobs = startJobs(composed.program, composed.jobs);
  for (const line of composed.greeting(configuration.publicUrl ?? address, address)) print(line);

  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    composed.endTimers();
    server.closeIdleConnections();
    // Event streams never end by themselves.
    composed.program.timers.after(graceMs, () => server.closeAllConnections());
    await closed;
    await stopJobs();
    await composed.close();
    process.exit(0);
  };
  const stopOrReport = (): void => {
    stop().catch((error: unknown) => {
      composed.program.log.error({ err: error }, 'did not end cleanly');
      process.exit(1);
    });
  };
  process.once('SIGTERM', stopOrReport);
  process.once('SIGINT', stopOrReport);
}
