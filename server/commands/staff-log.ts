/** `meetlat staff-log`: what staff did and looked at, from the journal; for an auditor, or as CSV for a spreadsheet. */
import { z } from 'zod';
import { tenants } from '../../people/agencies/agency.ts';
import {
  type StaffAct,
  type StaffActFilter,
  StaffActType,
  StaffLog,
  isAsked,
  isAskedDay,
  staffKind,
} from '../../people/staff/staff-log.ts';
import { notFormula } from '../../item-bank/calibration/csv.ts';
import { defined } from '../../storage/document/defined.ts';
import type { UnlessDamaged } from '../../storage/journal/damage.ts';
import { installationTenant } from '../../storage/port.ts';
import { now } from '../machine.ts';
import type { OpenStores } from '../stores.ts';
import { command } from './command.ts';
import { withInstallation } from './installation.ts';
import { leavingOut } from './left-out.ts';
import { flag, text } from './options.ts';
import { UsageError } from './usage-error.ts';

const Day = z.iso.date().optional();

interface GivenFilter {
  readonly account: string | undefined;
  readonly type: string | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** Throws UsageError. */
function filterOf({ account, type, from, to }: GivenFilter): StaffActFilter {
  const known = StaffActType.optional().safeParse(type);
  if (!known.success) throw new UsageError('staff-log.types', { types: StaffActType.options.join(', ') });
  for (const day of [from, to])
    if (!Day.safeParse(day).success) throw new UsageError('staff-log.day', { given: day ?? '' });
  return defined({ account, type: known.data, from, to });
}

/** Of the installation and of each agency, oldest first. */
async function* actsIn(
  { storage, agencies }: OpenStores,
  filter: StaffActFilter,
  unlessDamaged: UnlessDamaged,
): AsyncGenerator<readonly [tenant: string, act: StaffAct]> {
  const log = new StaffLog({ journal: storage.journal, now });
  for (const tenant of [installationTenant, ...(await tenants(agencies))]) {
    const days = (await log.days(tenant)).reverse();
    for (const day of days.filter((one) => isAskedDay(filter, one))) {
      const acts = await unlessDamaged({ tenant, kind: staffKind, id: day }, () => log.of(tenant, day));
      for (const act of acts ?? []) if (isAsked(filter, act)) yield [tenant, act];
    }
  }
}

const cell = (value: string): string => `"${notFormula(value).replaceAll('"', '""')}"`;

const columnsOf = (tenant: string, { at, type, by = '', of = '', joined, roles = [] }: StaffAct): readonly string[] => [
  at,
  tenant,
  type,
  by,
  of,
  joined === undefined ? '' : String(joined),
  roles.join(','),
];

export const staffLogCommand = command({
  name: 'staff-log',
  calls: ['[OPTIONS]'],
  says: 'staff-log.says',
  examples: ['meetlat staff-log --account an.peeters@agii --from 2026-11-01', 'meetlat staff-log --csv > staff.csv'],
  options: {
    account: text('ACCOUNT', 'staff-log.account'),
    type: text('TYPE', 'staff-log.type'),
    from: text('DAY', 'staff-log.from'),
    to: text('DAY', 'staff-log.to'),
    csv: flag('staff-log.csv'),
  },
  run: async ({ csv, ...given }, _operands, say) => {
    const filter = filterOf(given);
    const leftOut = leavingOut(say);
    const head = ['at', 'agency', 'type', 'by', 'of', 'joined', 'roles'];
    const line = (cells: readonly string[]): string => (csv ? cells.map(cell).join(',') : cells.join('  ').trimEnd());
    if (csv) console.log(line(head));
    await withInstallation(async (stores) => {
      for await (const [tenant, act] of actsIn(stores, filter, leftOut.unlessDamaged))
        console.log(line(columnsOf(tenant, act)));
    });
    return leftOut.isNothingLeftOut() ? 0 : 1;
  },
});
