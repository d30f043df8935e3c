/**
 * `meetlat recompute`: every released result once more, from the journals of its session and ratings alone, by both
 * scorers; and what was held back because they differed.
 */
import type { SessionId } from '../../delivery/sessions/run.ts';
import type { ScoreDifference } from '../../scoring/assurance/compare.ts';
import { type Recomputation, type Results, resultKind } from '../../scoring/results/run.ts';
import { tenants } from '../../people/agencies/agency.ts';
import type { CommandVoice } from '../../words/commands.ts';
import { canonicalJson } from '../../storage/document/json.ts';
import { everyStream } from '../../storage/pages.ts';
import { now } from '../machine.ts';
import { openStores } from '../open-stores.ts';
import { readConfiguration } from '../configuration.ts';
import { openRooms } from '../rooms.ts';
import { command } from './command.ts';
import { leavingOut } from './left-out.ts';
import { flag } from './options.ts';
import { UsageError } from './usage-error.ts';

function differenceLines(
  session: string,
  { recorded, recomputed, differs, assured }: Recomputation,
  say: CommandVoice,
): string[] {
  const membersOf = (content: object | undefined) => new Map<string, unknown>(Object.entries(content ?? {}));
  const [was, is] = [membersOf(recorded), membersOf(recomputed)];
  const text = (value: unknown): string => (value === undefined ? say('recompute.nothing') : canonicalJson(value));
  return [
    ...differs.flatMap((member) => [
      say('recompute.difference', { session, member }),
      say('recompute.recorded', { value: text(was.get(member)) }),
      say('recompute.recomputed', { value: text(is.get(member)) }),
    ]),
    ...assured.map(scorerLine(session, say)),
  ];
}

const scorerLine =
  (session: string, say: CommandVoice) =>
  ({ member, first, second }: ScoreDifference): string =>
    say('recompute.scorers', {
      session,
      member,
      first: first || say('recompute.nothing'),
      second: second || say('recompute.nothing'),
    });

/** Why a result is held back, none when it is not; `again`: it is tried once more first, as after a repair. */
async function heldBack(results: Results, id: SessionId, again: boolean): Promise<readonly ScoreDifference[]> {
  const differences = (await results.load(id)).state?.heldBack?.differences ?? [];
  if (!again || differences.length === 0) return differences;
  await results.conclude(id);
  return (await results.load(id)).state?.heldBack?.differences ?? [];
}

/** Undefined where nothing was released. Prints what is not as recorded. */
async function recomputeOne(
  results: Results,
  id: SessionId,
  again: boolean,
  say: CommandVoice,
): Promise<'same' | 'different' | 'held' | undefined> {
  const differences = await heldBack(results, id, again);
  if (differences.length > 0) {
    console.log(differences.map(scorerLine(id.id, say)).join('\n'));
    return 'held';
  }
  const recomputation = await results.recompute(id);
  if (recomputation === undefined) return undefined;
  if (recomputation.differs.length + recomputation.assured.length === 0) return 'same';
  console.log(differenceLines(id.id, recomputation, say).join('\n'));
  return 'different';
}

export const recomputeCommand = command({
  name: 'recompute',
  calls: ['', 'SESSION…'],
  says: 'recompute.says',
  examples: ['meetlat recompute', 'meetlat recompute 5k2j9x7q', 'meetlat recompute --again'],
  options: { again: flag('recompute.again') },
  run: async ({ again }, only, say) => {
    const leftOut = leavingOut(say);
    const stores = await openStores(readConfiguration(process.env, process.cwd()), leftOut.tellOfDocument);
    try {
      const { results } = await openRooms({ ...stores, now });
      const missing = new Set(only);
      let [count, different, held] = [0, 0, 0];
      for (const tenant of await tenants(stores.agencies))
        for await (const id of everyStream(stores.storage.journal, tenant, resultKind)) {
          if (only.length > 0 && !only.includes(id)) continue;
          missing.delete(id);
          const found = await leftOut.unlessDamaged({ tenant, kind: resultKind, id }, () =>
            recomputeOne(results, { tenant, id }, again, say),
          );
          if (found === 'held') held += 1;
          else if (found !== undefined) count += 1;
          if (found === 'different') different += 1;
        }
      const [unknown] = missing;
      if (unknown !== undefined) throw new UsageError('recompute.unknown-session', { session: unknown });
      console.log(say('recompute.done', { count, different, held }));
      return different + held === 0 && leftOut.isNothingLeftOut() ? 0 : 1;
    } finally {
      await stores.storage.close();
    }
  },
});
