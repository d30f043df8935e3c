/** `meetlat verify SESSION`: chain, item path, θ and score recomputed from the journal alone, in a process of its own. */
import { parseArgs } from 'node:util';
import { sessionKind } from '../../delivery/sessions/handle.ts';
import { type Verification, verifySession } from '../../delivery/sessions/verify.ts';
import { tenants } from '../../people/agencies/agency.ts';
import { CorruptStorage } from '../../storage/port.ts';
import { openStores } from '../compose.ts';
import { readConfiguration } from '../configuration.ts';
import { type Command, UsageError } from './command.ts';

function report(session: string, verification: Verification): string[] {
  const { commits, events, recomputed, differences, engine, estimate, score, head } = verification;
  return [
    `session     ${session}`,
    `chain       ${commits} commits, ${events} events, unbroken; head ${head}`,
    `engine      recorded ${engine.recorded}, present ${engine.present}${engine.recorded === engine.present ? '' : ' (another version: differences may come from that)'}`,
    `recomputed  ${recomputed} choices and scores, ${differences.length} differences`,
    ...(estimate === undefined ? [] : [`listening   theta ${estimate.theta}, SE ${estimate.standardError}`]),
    ...(score === undefined ? [] : [`score       ${score.right} of ${score.of}`]),
    ...differences.flatMap(({ version, type, recorded, recomputed: computed }) => [`DIFFERENCE  commit ${version}, ${type}`, `  recorded   ${recorded}`, `  recomputed ${computed}`]),
    differences.length === 0 ? 'VERIFIED' : 'NOT VERIFIED',
  ];
}

export const verifyCommand: Command = {
  usage: 'verify SESSION [--json]              recompute chain, item path, ability and score of a session',
  run: async (argv) => {
    const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options: { json: { type: 'boolean' } } });
    const session = positionals[0];
    if (session === undefined) throw new UsageError('verify needs the id of a session');
    const stores = await openStores(readConfiguration(process.env, process.cwd()));
    try {
      for (const tenant of await tenants(stores.agencies)) {
        const commits = await stores.storage.journal.read({ tenant, kind: sessionKind, id: session });
        if (commits.length === 0) continue;
        const verification = verifySession(commits, stores.pinnedTest, stores.engine);
        console.log(values.json === true ? JSON.stringify(verification) : report(session, verification).join('\n'));
        return verification.differences.length === 0 ? 0 : 1;
      }
      throw new UsageError(`there is no session ${session}`);
    } catch (error) {
      if (!(error instanceof CorruptStorage)) throw error;
      console.log(`NOT VERIFIED\n${error.message}`);
      return 1;
    } finally { await stores.storage.close(); }
  },
};
