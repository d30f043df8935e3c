/** `meetlat retention`: how long an agency keeps what, and what is due; two people set the periods. */
import { tenants } from '../../people/agencies/agency.ts';
import { type RetainedKind, type Retained, retainedKinds, retentionKind } from '../../people/agencies/retention.ts';
import { doneBy } from '../../people/staff/staff-log.ts';
import { sessionList } from '../../delivery/sessions/session-list.ts';
import type { CommandVoice } from '../../words/commands.ts';
import { now } from '../machine.ts';
import { type LeftAlone, dueOf } from '../privacy/retention.ts';
import { type Rooms, openRooms } from '../rooms.ts';
import type { OpenStores } from '../stores.ts';
import { command } from './command.ts';
import { withInstallation } from './installation.ts';
import { leavingOut } from './left-out.ts';
import { number, text } from './options.ts';
import { signatories } from './signatories.ts';
import { UsageError } from './usage-error.ts';

const days = (kind: RetainedKind) => number('DAYS', `retention.${kind}`, { isWhole: true });
type Days = Readonly<Record<RetainedKind, number | undefined>>;

/** Undefined where none is given: then nothing is set. */
function periodsOf(given: Days): Retained['days'] | undefined {
  const periods = retainedKinds.flatMap((kind) => {
    const period = given[kind];
    return period === undefined ? [] : [[kind, period] as const];
  });
  return periods.length === 0 ? undefined : Object.fromEntries(periods);
}

/** What stands, and how much of it is due now; `--set` changes the first, the server takes away the second. */
async function told(rooms: Rooms, stores: OpenStores, tenant: string, say: CommandVoice): Promise<string[]> {
  const retained = await rooms.retention.of(tenant);
  if (retained === undefined) return [say('retention.none', { agency: tenant })];
  const { storage, dataKeys, bank } = stores;
  const blobs = storage.blobs(dataKeys.dataKeyOf);
  const list = await storage.collection(sessionList);
  const due = new Map<RetainedKind, number>();
  const lines: string[] = [];
  const ports = { ...rooms, storage, dataKeys, bank, blobs, sessionList: list, now };
  const leftAlone: LeftAlone = ({ id: person }, { message: why }) => {
    lines.push(say('retention.left-alone', { person, why }));
  };
  for await (const one of dueOf(ports, tenant, retained, leftAlone)) {
    due.set(one.kind, (due.get(one.kind) ?? 0) + 1);
    lines.push(say('retention.due', { kind: one.kind, of: one.of, since: one.since.slice(0, 10) }));
  }
  const { by, confirmedBy, setAt } = retained;
  return [
    say('retention.set', { agency: tenant, by, confirmedBy, at: setAt.slice(0, 10) }),
    ...retainedKinds.map((kind) => {
      const period = retained.days[kind];
      return period === undefined
        ? say('retention.kept', { kind: kind.padEnd(13) })
        : say('retention.period', { kind: kind.padEnd(13), days: period, due: due.get(kind) ?? 0 });
    }),
    ...lines,
  ];
}

export const retentionCommand = command({
  name: 'retention',
  calls: ['[--agency AGENCY]', '--agency AGENCY --persons DAYS … --by A --confirmed-by B'],
  says: 'retention.says',
  examples: [
    'meetlat retention',
    'meetlat retention --agency agii --persons 3650 --recordings 365 --by an@agii --confirmed-by bo@agii',
  ],
  options: {
    agency: text('AGENCY', 'person.agency'),
    persons: days('persons'),
    recordings: days('recordings'),
    certificates: days('certificates'),
    pushes: days('pushes'),
    by: text('ACCOUNT', 'rescore.by'),
    'confirmed-by': text('ACCOUNT', 'rescore.confirmed-by'),
  },
  run: async ({ agency, by, 'confirmed-by': confirmedBy, ...given }, _operands, say) => {
    const leftOut = leavingOut(say);
    const lines = await withInstallation(async (stores) => {
      const rooms = await openRooms({ ...stores, now });
      const all = await tenants(stores.agencies);
      if (agency !== undefined && !all.includes(agency)) throw new UsageError('retention.no-agency', { agency });
      const set = periodsOf(given);
      if (set !== undefined) {
        if (agency === undefined) throw new UsageError('retention.which-agency');
        if (by === undefined || confirmedBy === undefined) throw new UsageError('erase.no-signatories');
        const signed = { confirmedBy, ...(await signatories(stores, by, confirmedBy)) };
        await rooms.retention.set(agency, { days: set, ...signed });
        await rooms.staffLog.record(agency, doneBy('periods-set', signed.by));
      }
      const parts: string[] = [];
      for (const tenant of agency === undefined ? all : [agency])
        parts.push(
          ...((await leftOut.unlessDamaged({ tenant, kind: retentionKind, id: 'periods' }, () =>
            told(rooms, stores, tenant, say),
          )) ?? []),
        );
      return parts;
    });
    console.log(lines.join('\n'));
    return leftOut.isNothingLeftOut() ? 0 : 1;
  },
});
