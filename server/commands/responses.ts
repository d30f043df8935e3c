/**
 * `meetlat responses`: the responses of all closed sessions as JSON lines, straight from the journal, for `calibrate`,
 * `fit` and `dif`.
 */
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { responsesOf } from '../../delivery/responses/read.ts';
import { Sessions, sessionKind } from '../../delivery/sessions/run.ts';
import { tenants } from '../../people/agencies/agency.ts';
import { StaffLog, doneBy } from '../../people/staff/staff-log.ts';
import { sessionList } from '../../delivery/sessions/session-list.ts';
import { now } from '../machine.ts';
import { openStores } from '../open-stores.ts';
import { readConfiguration } from '../configuration.ts';
import { command } from './command.ts';
import { leavingOut } from './left-out.ts';
import { flag, text } from './options.ts';
import { UsageError } from './usage-error.ts';

const pageSize = 50;

export const responsesCommand = command({
  name: 'responses',
  calls: ['--out FILE.jsonl[.gz] [--scored]'],
  says: 'responses.says',
  examples: ['meetlat responses --out responses.jsonl.gz --scored'],
  options: { out: text('FILE.jsonl[.gz]', 'responses.out'), scored: flag('responses.scored') },
  run: async ({ out, scored }, _operands, say) => {
    if (out === undefined || !/\.(jsonl|ndjson)(\.gz)?$/.test(out)) throw new UsageError('responses.no-file');
    const leftOut = leavingOut(say);
    const stores = await openStores(readConfiguration(process.env, process.cwd()), leftOut.tellOfDocument);
    let [sessionCount, responseCount] = [0, 0];
    try {
      const file = (await newFile(out)).createWriteStream();
      const written = finished(file);
      // A disk that is full is told where it is waited for, in the middle or at the end.
      written.catch(() => undefined);
      const lines = out.endsWith('.gz') ? createGzip() : undefined;
      lines?.pipe(file);
      const target = lines ?? file;
      const sessions = new Sessions({ journal: stores.storage.journal, now, pinnedTest: stores.pinnedTest });
      const collection = await stores.storage.collection(sessionList);
      const staffLog = new StaffLog({ journal: stores.storage.journal, now });
      for (const tenant of await tenants(stores.agencies)) {
        await staffLog.record(tenant, doneBy('responses-exported', undefined));
        let after: string | undefined;
        do {
          const page = await collection.find(tenant, {
            index: 'registeredAt',
            equal: [],
            limit: pageSize,
            ...(after === undefined ? {} : { after }),
          });
          for (const { id } of page.documents) {
            const stream = { tenant, kind: sessionKind, id };
            const session = await leftOut.unlessDamaged(stream, () => sessions.load(stream));
            if (session?.state.closed === undefined) continue;
            const rows = responsesOf(id, session.state).filter((row) => !scored || row.scored);
            sessionCount += 1;
            responseCount += rows.length;
            if (rows.length > 0 && !target.write(`${rows.map((row) => JSON.stringify(row)).join('\n')}\n`))
              await Promise.race([once(target, 'drain'), written]);
          }
          after = page.next;
        } while (after !== undefined);
      }
      target.end();
      await written;
    } finally {
      await stores.storage.close();
    }
    console.log(say('responses.written', { path: out, responses: responseCount, sessions: sessionCount }));
    return leftOut.isNothingLeftOut() ? 0 : 1;
  },
});

/** Throws UsageError where there is one: nothing is written over. */
const newFile = (path: string) =>
  open(path, 'wx', 0o600).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST')
      throw new UsageError('responses.exists', { path });
    throw error;
  });
