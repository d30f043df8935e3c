/**
 * `meetlat link NEW OLD`: the parameters of a new calibration on an old scale, by the items that both have; several
 * forms at once.
 */
import type { ItemSpec } from 'itemresponsetheory';
import type { LinkDirection, LinkMethod } from 'itemresponsetheory/linking';
import { linkDirections, linkForms, linkMethods, locationOf } from '../../item-bank/calibration/anchor-link.ts';
import { csv } from '../../item-bank/calibration/csv.ts';
import { linkManyForms } from '../../item-bank/calibration/many-forms.ts';
import { readParameters } from '../../item-bank/calibration/parameter-file.ts';
import { now } from '../compose.ts';
import { command } from './command.ts';
import { choice, text } from './options.ts';
import { UsageError } from './usage-error.ts';
import { linkPage } from '../reports/link-report.ts';
import { manyFormsPage } from '../reports/many-forms-report.ts';
import { named, requireReportFolder, writeReport } from './report-files.ts';
import { asUsage, languageOption, outOption } from './report-outcome.ts';
import type { ReportLanguage } from '../reports/report-page.ts';

const slopeOf = (spec: ItemSpec): number | undefined => (spec.model === 'nominal' ? undefined : (spec.slope ?? 1));

interface Asked {
  readonly direction: LinkDirection;
  readonly population: string | undefined;
  readonly base: string | undefined;
  readonly language: ReportLanguage;
  readonly out: string | undefined;
}

function populationOf(given: string | undefined): { readonly mean: number; readonly sd: number } | undefined {
  if (given === undefined) return undefined;
  const [mean = NaN, sd = NaN, ...rest] = given.split(',').map(Number);
  if (!Number.isFinite(mean) || !(sd > 0) || !Number.isFinite(sd) || rest.length > 0)
    throw new UsageError('usage.mean-and-sd', { given });
  return { mean, sd };
}

async function linkTwo(
  fresh: string,
  known: string,
  method: LinkMethod,
  { direction, population, language, out }: Asked,
): Promise<number> {
  const persons = populationOf(population);
  const outcome = linkForms(await readParameters(fresh), await readParameters(known), {
    method,
    direction,
    ...(persons === undefined ? {} : { population: persons }),
  });
  const { link, methods, scores, parameters } = outcome;
  console.log(
    methods
      .map(
        (one) =>
          `${`${one.method}${one.direction === undefined ? '' : ` ${one.direction}`}`.padEnd(24)} slope ${one.a.toFixed(4)}${one.slopeError === undefined ? '' : ` (${one.slopeError.toFixed(4)})`}  shift ${one.b.toFixed(4)}${one.shiftError === undefined ? '' : ` (${one.shiftError.toFixed(4)})`}${one.method === method && (one.direction === undefined || one.direction === direction) ? '  <' : ''}`,
      )
      .join('\n'),
  );
  for (const { item, residual, isUsed } of link.residuals)
    console.log(`${item}  ${residual.toFixed(3)}${isUsed ? '' : '  not used'}`);
  if (out === undefined) return 0;
  const madeAt = now();
  const files = {
    'link.json': `${JSON.stringify({ schema: 'meetlat-link-2', new: named(fresh), old: named(known), madeAt, link, direction, methods, parameters, population: outcome.population, scores }, null, 1)}\n`,
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
    'report.html': linkPage(outcome, {
      fresh: named(fresh),
      known: named(known),
      madeAt: madeAt.slice(0, 10),
      language,
    }),
  };
  await writeReport(out, files);
  return 0;
}

async function linkMany(paths: readonly string[], { base, population, language, out }: Asked): Promise<number> {
  const at = base === undefined ? paths.length - 1 : paths.indexOf(base);
  if (at < 0) throw new UsageError('link.unknown-base', { base: base ?? '', files: paths.join(', ') });
  const files = [];
  for (const path of paths) files.push(await readParameters(path));
  const outcome = linkManyForms(files, paths.map(named), at, populationOf(population));
  const { forms, items, pool } = outcome;
  for (const { name, slope, shift, slopeError, shiftError, common, used } of forms)
    console.log(
      `${name}  slope ${slope.toFixed(4)}${slopeError === undefined ? '' : ` (${slopeError.toFixed(4)})`}  shift ${shift.toFixed(4)}${shiftError === undefined ? '' : ` (${shiftError.toFixed(4)})`}  ${used} of ${common} common items`,
    );
  for (const { item, at: places } of items)
    for (const { form, residual, isUsed } of places)
      if (!isUsed) console.log(`${item}  ${forms[form]?.name ?? ''}  ${residual.toFixed(3)}  not used`);
  if (out === undefined) return 0;
  const madeAt = now();
  const written = {
    'link.json': `${JSON.stringify({ schema: 'meetlat-link-forms-2', madeAt, method: 'haberman', base: forms[at]?.name, forms, items, parameters: pool }, null, 1)}\n`,
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
        f === at
          ? []
          : scores.map(({ score, theta, equivalent, observed }) => [name, score, theta, equivalent, observed]),
      ),
    ),
    'report.html': manyFormsPage(outcome, madeAt.slice(0, 10), language),
  };
  await writeReport(out, written);
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
  run: async ({ method, ...asked }, paths) => {
    const [fresh, known] = paths;
    if (fresh === undefined || known === undefined) throw new UsageError('link.no-files');
    const isTwo = paths.length === 2;
    if (!isTwo && method !== undefined && method !== 'haberman')
      throw new UsageError('link.many-by-haberman', { method });
    if (isTwo && method !== 'haberman' && asked.base !== undefined) throw new UsageError('link.base-of-two');
    try {
      if (asked.out !== undefined) await requireReportFolder(asked.out);
      if (!isTwo || method === 'haberman') return await linkMany(paths, asked);
      return await linkTwo(fresh, known, method ?? 'stocking-lord', asked);
    } catch (error) {
      throw asUsage(error, asked.language);
    }
  },
});
