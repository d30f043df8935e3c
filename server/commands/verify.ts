/**
 * `meetlat verify SESSION`: chain, item path, θ and score recomputed from the journal alone, in a process of its own.
 */
import { sessionKind } from '../../delivery/sessions/run.ts';
import { type Verification, verifySession } from '../../delivery/sessions/verify.ts';
import { tenants } from '../../people/agencies/agency.ts';
import { publicKeys } from '../../storage/keys/signing-keys.ts';
import { CorruptStorage, type Storage } from '../../storage/port.ts';
import { openStores } from '../compose.ts';
import { readConfiguration } from '../configuration.ts';
import { verifyEverything } from '../open-storage.ts';
import { command } from './command.ts';
import { flag } from './options.ts';
import { UsageError } from './usage-error.ts';

function report(session: string, verification: Verification): string[] {
  const { commits, events, recomputed, differences, engine, estimate, score, head } = verification;
  return [
    `session     ${session}`,
    `chain       ${commits} commits, ${events} events, unbroken; head ${head}`,
    `engine      recorded ${engine.recorded}, present ${engine.present}${engine.recorded === engine.present ? '' : ' (another version: differences may come from that)'}`,
    `recomputed  ${recomputed} choices and scores, ${differences.length} differences`,
    ...(estimate === undefined ? [] : [`listening   theta ${estimate.theta}, SE ${estimate.standardError}`]),
    ...(score === undefined ? [] : [`score       ${score.right} of ${score.of}`]),
    ...differences.flatMap(({ version, type, recorded, recomputed: computed }) => [
      `DIFFERENCE  commit ${version}, ${type}`,
      `  recorded   ${recorded}`,
      `  recomputed ${computed}`,
    ]),
  ];
}

/** The signed checkpoints of the whole journal: a removed stream, a cut tail or an edited commit shows here. */
async function checkpointLines(storage: Storage): Promise<{ readonly lines: string[]; readonly isSound: boolean }> {
  const { checkpoints, streams, findings } = await verifyEverything(storage, { keys: await publicKeys(storage) });
  return {
    isSound: findings.length === 0,
    lines: [
      `checkpoints ${checkpoints} signed, ${streams} streams, ${findings.length} findings`,
      ...findings.map(({ code, where, why }) => `FINDING     ${code}: ${where}: ${why}`),
    ],
  };
}

export const verifyCommand = command({
  name: 'verify',
  calls: ['SESSION [--json]'],
  says: 'verify.says',
  examples: ['meetlat verify 2f6c1c1e-8a57-4f0e-9c38-0f9d5f3b7a11 --json'],
  options: { json: flag('verify.json') },
  run: async ({ json }, [session]) => {
    if (session === undefined) throw new UsageError('verify.no-session-given');
    const stores = await openStores(readConfiguration(process.env, process.cwd()));
    try {
      for (const tenant of await tenants(stores.agencies)) {
        const commits = await stores.storage.journal.read({ tenant, kind: sessionKind, id: session });
        if (commits.length === 0) continue;
        const verification = verifySession(commits, stores.pinnedTest, stores.engine);
        const { lines, isSound } = await checkpointLines(stores.storage);
        const isVerified = verification.differences.length === 0 && isSound;
        console.log(
          json
            ? JSON.stringify({ ...verification, checkpoints: lines, isVerified })
            : [...report(session, verification), ...lines, isVerified ? 'VERIFIED' : 'NOT VERIFIED'].join('\n'),
        );
        return isVerified ? 0 : 1;
      }
      throw new UsageError('verify.unknown-session', { session });
    } catch (error) {
      if (!(error instanceof CorruptStorage)) throw error;
      console.log(`NOT VERIFIED\n${error.message}`);
      return 1;
    } finally {
      await stores.storage.close();
    }
  },
});
