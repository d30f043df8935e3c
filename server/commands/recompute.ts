/** `meetlat recompute`: every released result once more, from the journals of its session and ratings alone. */
import type { Recomputation } from '../../scoring/results/run.ts';
import { resultKind } from '../../scoring/results/run.ts';
import { tenants } from '../../people/agencies/agency.ts';
import { canonicalJson } from '../../storage/document/json.ts';
import { everyStream } from '../../storage/pages.ts';
import { now, openStores } from '../compose.ts';
import { readConfiguration } from '../configuration.ts';
import { openRooms } from '../rooms.ts';
import { command } from './command.ts';
import { UsageError } from './usage-error.ts';

function differenceLines(session: string, { recorded, recomputed, differs }: Recomputation): string[] {
  const membersOf = (content: object | undefined) => new Map<string, unknown>(Object.entries(content ?? {}));
  const [was, is] = [membersOf(recorded), membersOf(recomputed)];
  const text = (value: unknown): string => (value === undefined ? '(nothing)' : canonicalJson(value));
  return differs.flatMap((member) => [
    `DIFFERENCE  ${session}, ${member}`,
    `  recorded   ${text(was.get(member))}`,
    `  recomputed ${text(is.get(member))}`,
  ]);
}

export const recomputeCommand = command({
  name: 'recompute',
  calls: ['', 'SESSION…'],
  says: 'recompute.says',
  examples: ['meetlat recompute', 'meetlat recompute 5k2j9x7q'],
  options: {},
  run: async (_values, only) => {
    const stores = await openStores(readConfiguration(process.env, process.cwd()));
    try {
      const { results } = await openRooms({ ...stores, now });
      const missing = new Set(only);
      let [count, different] = [0, 0];
      for (const tenant of await tenants(stores.agencies))
        for await (const id of everyStream(stores.storage.journal, tenant, resultKind)) {
          if (only.length > 0 && !only.includes(id)) continue;
          missing.delete(id);
          const recomputation = await results.recompute({ tenant, id });
          if (recomputation === undefined) continue;
          count += 1;
          if (recomputation.differs.length === 0) continue;
          different += 1;
          console.log(differenceLines(id, recomputation).join('\n'));
        }
      const [unknown] = missing;
      if (unknown !== undefined) throw new UsageError('recompute.unknown-session', { session: unknown });
      console.log(`recomputed  ${count} released results, ${different} differ`);
      return different === 0 ? 0 : 1;
    } finally {
      await stores.storage.close();
    }
  },
});
