/** Serves the program until it is told to stop: SIGTERM and SIGINT end it cleanly. */
import type { CommandVoice } from '../words/commands.ts';
import { compose } from './compose.ts';
import type { Configuration } from './configuration.ts';
import { listen, localAddress } from './http/listen.ts';
import { startJobs } from './jobs/job.ts';

/** How long open requests may take to end after SIGTERM, ms. */
const graceMs = 1_500;

export async function start(
  configuration: Configuration,
  say: CommandVoice,
  print: (line: string) => void,
): Promise<void> {
  const composed = await compose(configuration);
  const server = await listen(composed.application, configuration);
  const address = localAddress(server, configuration);
  composed.reachableAt(configuration.publicUrl ?? address);
  // Nowhere, unless the operator said where.
  const measures = configuration.metrics;
  const metrics = measures === undefined ? undefined : await listen(composed.metrics, measures);
  const stopJobs = startJobs(composed.program, composed.jobs);
  for (const line of composed.greeting(configuration.publicUrl ?? address, address, say)) print(line);
  if (metrics !== undefined && measures !== undefined) print(`  ${localAddress(metrics, measures)}/metrics`);

  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    composed.endTimers();
    metrics?.closeAllConnections();
    metrics?.close();
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
  composed.whenSecretChanges(stopOrReport);
  process.once('SIGTERM', stopOrReport);
  process.once('SIGINT', stopOrReport);
}
