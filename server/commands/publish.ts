/** `meetlat publish FOLDER --bank BANK`: a release is made of what `meetlat calibrate` wrote. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { StaffLog, doneBy } from '../../people/staff/staff-log.ts';
import { installationTenant } from '../../storage/port.ts';
import { type FiledProposal, jobOf, readProposal } from '../../item-bank/calibration/calibration-file.ts';
import { isPublishable, NotPublishable, publishedRows } from '../../item-bank/releases/publishable.ts';
import type { ItemParameterRow, Release } from '../../item-bank/releases/release.ts';
import { BankRefused, Banks } from '../../item-bank/releases/run.ts';
import { type CommandKey, commandVoice } from '../../words/commands.ts';
import { type ReportLanguage, reportLanguages } from '../../words/reports.ts';
import { now } from '../machine.ts';
import type { Stores } from '../stores.ts';
import { command } from './command.ts';
import { withInstallation } from './installation.ts';
import { choice, flag, text } from './options.ts';
import { withRefusals } from './refused.ts';
import { UsageError } from './usage-error.ts';

const faults: Readonly<Record<NotPublishable['code'], CommandKey>> = {
  'not-converged': 'publish.not-converged',
  'displaced-anchor': 'publish.displaced-anchor',
  'mixed-scales': 'publish.mixed-scales',
  'unknown-item': 'publish.unknown-item',
  'other-model': 'publish.other-model',
  'other-scale': 'publish.other-scale',
  'not-publishable': 'publish.not-publishable',
};
/** Why no release is made, in the words of the caller. */
function refusalOf(error: unknown): unknown {
  if (error instanceof NotPublishable) return new UsageError(faults[error.code], { code: error.code, ...error.fields });
  return error instanceof BankRefused && error.code === 'nothing-chosen'
    ? new UsageError('publish.nothing-chosen')
    : error;
}

/** Throws UsageError where a release was made of this file before. */
async function requireNew({ bank: store }: Stores, path: string): Promise<void> {
  const job = await jobOf(path);
  const made = store.allReleases().find(({ recalibration }) => recalibration?.job === job);
  if (made !== undefined) throw new UsageError('publish.published-already', { release: made.id });
}

function baseOf({ bank: store }: Stores, bank: string): Release {
  const banks = [...new Set(store.allReleases().map((release) => release.bank))].sort();
  if (!banks.includes(bank)) throw new UsageError('publish.unknown-bank', { bank, banks: banks.join(', ') });
  return store.latestRelease(bank);
}

/** Named by hand; else every item that a release can hold and whose light is no worse than was asked for. */
function chosenOf({ items }: FiledProposal, named: string | undefined, light: 'keep' | 'look'): string[] {
  if (named !== undefined) return named.split(',').map((id) => id.trim());
  const lights = light === 'keep' ? ['keep'] : ['keep', 'look'];
  return items.filter((item) => isPublishable(item) && lights.includes(item.light)).map(({ id }) => id);
}

const number = (value: number | undefined): string => (value === undefined ? '–' : value.toFixed(3)).padStart(9);

/** What the release changes, an item a line: old and new slope and difficulty, the error, the asymptote, the light. */
function differences(base: Release, rows: readonly ItemParameterRow[], { items }: FiledProposal): string[] {
  const old = new Map(base.parameters.map((row) => [row.id, row]));
  const lights = new Map(items.map(({ id, light, reasons }) => [id, [light, ...reasons].join(' ')]));
  const width = Math.max(4, ...rows.map(({ id }) => id.length));
  return rows.map(({ id, slope, difficulty, lower, standardError }) => {
    const before = old.get(id);
    const numbers = [before?.slope, slope, before?.difficulty, difficulty, standardError, lower];
    return `${id.padEnd(width)}${numbers.map(number).join('')}  ${lights.get(id) ?? ''}`;
  });
}

/** What would be published: the rows, of which file, in the place of which release's. */
interface Offered {
  readonly base: Release;
  readonly proposal: FiledProposal;
  readonly rows: readonly ItemParameterRow[];
}

async function offeredBy(
  stores: Stores,
  path: string,
  bank: string,
  named: string | undefined,
  light: 'keep' | 'look',
): Promise<Offered> {
  const base = baseOf(stores, bank);
  await requireNew(stores, path);
  const proposal = await readProposal(path, base);
  return { base, proposal, rows: publishedRows(base, proposal, chosenOf(proposal, named, light)) };
}

function lines({ base, proposal, rows }: Offered, language: ReportLanguage): string[] {
  const say = commandVoice(language);
  return [
    say('publish.columns'),
    ...differences(base, rows, proposal),
    '',
    say('publish.changes', { base: base.id, count: rows.length }),
  ];
}

async function made(
  { storage, bank: store }: Stores,
  { base, proposal: { job, model, anchors }, rows }: Offered,
  { bank, by, reason }: { readonly bank: string; readonly by: string; readonly reason: string },
  language: ReportLanguage,
): Promise<number> {
  const banks = new Banks({ journal: storage.journal, store, now });
  const release = await banks.publish(bank, { base: base.id, job, model, anchors, by, reason, rows });
  await new StaffLog({ journal: storage.journal, now }).record(
    installationTenant,
    doneBy('release-published', by, release.id),
  );
  console.log(commandVoice(language)('publish.done', { base: base.id, release: release.id }));
  return 0;
}

export const publishCommand = command({
  name: 'publish',
  calls: ['FOLDER --bank BANK --by NAME --reason TEXT [OPTIONS]', 'FOLDER --bank BANK --dry-run [OPTIONS]'],
  says: 'publish.says',
  examples: ['meetlat publish calibration-2026 --bank nt2-listening --dry-run'],
  options: {
    bank: text('BANK', 'publish.bank'),
    by: text('NAME', 'publish.by'),
    reason: text('TEXT', 'publish.reason'),
    light: choice(['keep', 'look'], 'publish.light', 'keep'),
    items: text('ID,ID…', 'publish.items'),
    'dry-run': flag('publish.dry-run'),
    language: choice(reportLanguages, 'option.language', 'en'),
  },
  run: async ({ bank, by, reason, light, items, 'dry-run': isDry, language }, [folder]) => {
    if (folder === undefined) throw new UsageError('publish.no-folder');
    if (bank === undefined) throw new UsageError('publish.no-bank');
    const grounds = by === undefined || reason === undefined ? undefined : { by, reason };
    if (!isDry && grounds === undefined) throw new UsageError('publish.no-grounds');
    const path = folder.endsWith('.json') ? folder : join(folder, 'calibration.json');
    if (!existsSync(path)) throw new UsageError('usage.no-such-file', { path });
    return withRefusals(language, () =>
      withInstallation(async (stores) => {
        const offered = await offeredBy(stores, path, bank, items, light);
        console.log(lines(offered, language).join('\n'));
        return isDry || grounds === undefined ? 0 : made(stores, offered, { bank, ...grounds }, language);
      }).catch((error: unknown) => {
        throw refusalOf(error);
      }),
    );
  },
});
