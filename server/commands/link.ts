/**
 * `meetlat link NEW OLD`: the parameters of a new calibration on an old scale, by the items that both have; several
 * forms at once.
 */
import type { ItemSpec } from 'itemresponsetheory';
import type { LinkDirection, LinkMethod } from 'itemresponsetheory/linking';
import {
  type LinkOutcome,
  linkDirections,
  linkForms,
  linkMethods,
  locationOf,
} from '../../item-bank/calibration/anchor-link.ts';
import { csv } from '../../item-bank/calibration/csv.ts';
import { type ManyForms, linkManyForms } from '../../item-bank/calibration/many-forms.ts';
import { readParameters } from '../../item-bank/calibration/parameter-file.ts';
import { now } from '../machine.ts';
import { command } from './command.ts';
import { choice, text } from './options.ts';
import { UsageError } from './usage-error.ts';
import { linkPage } from '../reports/link-report.ts';
import { manyFormsPage } from '../reports/many-forms-report.ts';
import { withRefusals } from './refused.ts';
import { type ReportFiles, named, outOption, requireReportFolder, writeReport } from './report-folder.ts';
import type { CommandVoice } from '../../words/commands.ts';
import { languageOption } from './responses-file.ts';
import type { ReportVoice } from '../../words/reports.ts';
import { defined } from '../../storage/document/defined.ts';

const slopeOf = (spec: ItemSpec): number | undefined => (spec.model === 'nominal' ? undefined : (spec.slope ?? 1));

interface Asked {
  readonly direction: LinkDirection;
  readonly population: string | undefined;
  readonly base: string | undefined;
  readonly out: string | undefined;
}

function populationOf(given: string | undefined): { readonly mean: number; readonly sd: number } | undefined {
  if (given === undefined) return undefined;
  const [mean = NaN, sd = NaN, ...rest] = given.split(',').map(Number);
  if (!Number.isFinite(mean) || !(sd > 0) || !Number.isFinite(sd) || rest.length > 0)
    throw new UsageError('usage.mean-and-sd', { given });
  return { mean, sd };
}

const withError = (value: number, error: number | undefined): string =>
  error === undefined ? value.toFixed(4) : `${value.toFixed(4)} (${error.toFixed(4)})`;

/** All methods beside one another, the chosen one marked; then the anchors. */
function twoLines({ methods, link, direction }: LinkOutcome, method: LinkMethod, tell: CommandVoice): string[] {
  return [
    ...methods.map((one) => {
      const isChosen = one.method === method && (one.direction === undefined || one.direction === direction);
      const name = one.direction === undefined ? one.method : `${one.method} ${one.direction}`;
      const numbers = tell('link.numbers', {
        slope: withError(one.a, one.slopeError),
        shift: withError(one.b, one.shiftError),
      });
      return `${name.padEnd(24)} ${numbers}${isChosen ? '  <' : ''}`;
    }),
    ...link.residuals.map(
      ({ item, residual, isUsed }) => `${item}  ${residual.toFixed(3)}${isUsed ? '' : `  ${tell('link.not-used')}`}`,
    ),
  ];
}

function twoFiles(
  outcome: LinkOutcome,
  source: { readonly fresh: string; readonly known: string },
  say: ReportVoice,
): ReportFiles {
  const { link, direction, methods, parameters, population, scores } = outcome;
  const madeAt = now();
  return {
    'link.json': `${JSON.stringify(
      {
        schema: 'meetlat-link-2',
        new: source.fresh,
        old: source.known,
        madeAt,
        link,
        direction,
        methods,
        parameters,
        population,
        scores,
      },
      null,
      1,
    )}
`,
    'items.csv': csv(
      ['item', 'slope', 'difficulty'],
      parameters.map((spec) => [spec.id, slopeOf(spec), locationOf(spec)]),
    ),
    'anchors.csv': csv(
      ['item', 'new', 'old', 'residual', 'used'],
      link.residuals.map(({ item, from, to, residual, isUsed }) => [item, from, to, residual, isUsed ? 1 : 0]),
    ),
    'scores.csv': csv(
      ['score', 'theta', 'equivalent', 'standardError', 'observed', 'observedError'],
      scores.map((row) => [row.score, row.theta, row.equivalent, row.standardError, row.observed, row.observedError]),
    ),
    'report.html': linkPage(outcome, { ...source, madeAt: madeAt.slice(0, 10), say }),
  };
}

/** Of the report, and of the terminal. */
interface Voices {
  readonly say: ReportVoice;
  readonly tell: CommandVoice;
}

async function linkTwo(
  fresh: string,
  known: string,
  method: LinkMethod,
  { direction, population, out }: Asked,
  { say, tell }: Voices,
): Promise<number> {
  const outcome = linkForms(
    await readParameters(fresh),
    await readParameters(known),
    defined({ method, direction, population: populationOf(population) }),
  );
  console.log(twoLines(outcome, method, tell).join('\n'));
  await writeReport(out, () => twoFiles(outcome, { fresh: named(fresh), known: named(known) }, say));
  return 0;
}

const manyLines = ({ forms, items }: ManyForms, tell: CommandVoice): string[] => [
  ...forms.map(
    ({ name, slope, shift, slopeError, shiftError, common, used }) =>
      `${name}  ${tell('link.numbers', { slope: withError(slope, slopeError), shift: withError(shift, shiftError) })}` +
      `  ${tell('link.common', { used, common })}`,
  ),
  ...items.flatMap(({ item, at }) =>
    at
      .filter(({ isUsed }) => !isUsed)
      .map(
        ({ form, residual }) => `${item}  ${forms[form]?.name ?? ''}  ${residual.toFixed(3)}  ${tell('link.not-used')}`,
      ),
  ),
];

function manyFiles(outcome: ManyForms, say: ReportVoice): ReportFiles {
  const { forms, items, pool, base } = outcome;
  const madeAt = now();
  return {
    'link.json': `${JSON.stringify(
      {
        schema: 'meetlat-link-forms-2',
        madeAt,
        method: 'haberman',
        base: forms[base]?.name,
        forms,
        items,
        parameters: pool,
      },
      null,
      1,
    )}
`,
    'items.csv': csv(
      ['item', 'slope', 'difficulty'],
      pool.map((spec) => [spec.id, slopeOf(spec), locationOf(spec)]),
    ),
    'anchors.csv': csv(
      ['item', 'form', 'slope', 'difficulty', 'residual', 'lnSlopeResidual', 'used'],
      items.flatMap(({ item, at: places }) =>
        places.map((one) => [
          item,
          forms[one.form]?.name,
          one.slope,
          one.difficulty,
          one.residual,
          one.lnSlopeResidual,
          one.isUsed ? 1 : 0,
        ]),
      ),
    ),
    'scores.csv': csv(
      ['form', 'score', 'theta', 'equivalent', 'observed'],
      forms.flatMap(({ name, scores }, f) =>
        f === base
          ? []
          : scores.map(({ score, theta, equivalent, observed }) => [name, score, theta, equivalent, observed]),
      ),
    ),
    'report.html': manyFormsPage(outcome, madeAt.slice(0, 10), say),
  };
}

async function linkMany(
  paths: readonly string[],
  { base, population, out }: Asked,
  { say, tell }: Voices,
): Promise<number> {
  const at = base === undefined ? paths.length - 1 : paths.indexOf(base);
  if (at < 0) throw new UsageError('link.unknown-base', { base: base ?? '', files: paths.join(', ') });
  const files = [];
  for (const path of paths) files.push(await readParameters(path));
  const outcome = linkManyForms(files, paths.map(named), at, populationOf(population));
  console.log(manyLines(outcome, tell).join('\n'));
  await writeReport(out, () => manyFiles(outcome, say));
  return 0;
}

export const linkCommand = command({
  name: 'link',
  calls: ['NEW OLD [OPTIONS]', 'FORM FORM FORM… [OPTIONS]'],
  says: 'link.says',
  examples: [
    'meetlat link 2026/calibration.json 2025/calibration.json --out link-2026',
    'meetlat link form-a.csv form-b.csv form-c.csv --base form-a.csv --out linked-forms',
  ],
  options: {
    method: choice([...linkMethods, 'haberman'], 'link.method'),
    direction: choice(linkDirections, 'link.direction', 'forward'),
    population: text('MEAN,SD', 'link.population'),
    base: text('FORM', 'link.base'),
    language: languageOption,
    out: outOption,
  },
  run: async ({ method, language, ...asked }, paths, tell) => {
    const [fresh, known] = paths;
    if (fresh === undefined || known === undefined) throw new UsageError('link.no-files');
    const isTwo = paths.length === 2;
    if (!isTwo && method !== undefined && method !== 'haberman')
      throw new UsageError('link.many-by-haberman', { method });
    if (isTwo && method !== 'haberman' && asked.base !== undefined) throw new UsageError('link.base-of-two');
    await requireReportFolder(asked.out);
    return withRefusals(language, (say) =>
      !isTwo || method === 'haberman'
        ? linkMany(paths, asked, { say, tell })
        : linkTwo(fresh, known, method ?? 'stocking-lord', asked, { say, tell }),
    );
  },
});
