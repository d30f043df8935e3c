/**
 * `meetlat link NEW OLD`: the parameters of a new calibration on an old scale, by the items that both have; several
 * forms at once.
 */
import { parseArgs } from 'node:util';
import type { ItemSpec } from 'itemresponsetheory';
import {
  isLinkDirection,
  isLinkMethod,
  linkDirections,
  linkForms,
  linkMethods,
  locationOf,
} from '../../item-bank/calibration/anchor-link.ts';
import { csv } from '../../item-bank/calibration/csv.ts';
import { linkManyForms } from '../../item-bank/calibration/many-forms.ts';
import { readParameters } from '../../item-bank/calibration/parameter-file.ts';
import { now } from '../compose.ts';
import { type Command, UsageError } from './command.ts';
import { linkPage } from '../reports/link-report.ts';
import { manyFormsPage } from '../reports/many-forms-report.ts';
import { named, requireReportFolder, writeReport } from './report-files.ts';
import { asUsage } from './report-outcome.ts';
import { type ReportLanguage, isReportLanguage, reportTexts } from '../reports/report-page.ts';

const slopeOf = (spec: ItemSpec): number | undefined => (spec.model === 'nominal' ? undefined : (spec.slope ?? 1));

interface Asked {
  readonly method: string;
  readonly direction: string;
  readonly population?: string | undefined;
  readonly base?: string | undefined;
  readonly language: string;
  readonly out?: string | undefined;
}

function populationOf(text: string | undefined): { readonly mean: number; readonly sd: number } | undefined {
  if (text === undefined) return undefined;
  const [mean = NaN, sd = NaN, ...rest] = text.split(',').map(Number);
  if (!Number.isFinite(mean) || !(sd > 0) || !Number.isFinite(sd) || rest.length > 0)
    throw new UsageError(`--population ${text}: must be MEAN,SD on the old (or the base's) scale, e.g. 0,1`);
  return { mean, sd };
}

async function linkTwo(
  fresh: string,
  known: string,
  { method, direction, population, out }: Asked,
  language: ReportLanguage,
): Promise<number> {
  if (!isLinkMethod(method))
    throw new UsageError(`--method ${method}: must be ${linkMethods.join(', ')}; haberman for several forms`);
  if (!isLinkDirection(direction))
    throw new UsageError(`--direction ${direction}: must be ${linkDirections.join(', ')}`);
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

async function linkMany(
  paths: readonly string[],
  { base, population, out }: Asked,
  language: ReportLanguage,
): Promise<number> {
  const at = base === undefined ? paths.length - 1 : paths.indexOf(base);
  if (at < 0) throw new UsageError(`--base ${base ?? ''}: must be one of the files: ${paths.join(', ')}`);
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

export const linkCommand: Command = {
  usage: `link NEW OLD [--method ${linkMethods.join('|')}] [--direction ${linkDirections.join('|')}] [--population MEAN,SD] [--language nl|en] [--out DIR]   parameters of NEW on the scale of OLD, by their common items, and their scores equated; each calibration.json, a release or a CSV of item, slope, difficulty\n  meetlat link FORM FORM FORM… [--base FORM] [--population MEAN,SD] [--language nl|en] [--out DIR]   several at once (haberman) on the scale of the last, or of the base`,
  run: async (argv) => {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        method: { type: 'string' },
        direction: { type: 'string', default: 'forward' },
        population: { type: 'string' },
        base: { type: 'string' },
        language: { type: 'string', default: 'nl' },
        out: { type: 'string' },
      },
    });
    const [fresh, known] = positionals;
    if (fresh === undefined || known === undefined)
      throw new UsageError('link needs two files of parameters: the new one, then the old one; or more');
    const isMany = positionals.length > 2 || values.method === 'haberman';
    if (isMany && values.method !== undefined && values.method !== 'haberman')
      throw new UsageError(`--method ${values.method}: more than two forms are linked by haberman`);
    if (!isMany && values.base !== undefined)
      throw new UsageError('--base: is for several forms; two are put on the scale of the second');
    const { language, out } = values;
    if (!isReportLanguage(language))
      throw new UsageError(`--language ${language}: must be ${Object.keys(reportTexts).join(' or ')}`);
    try {
      if (out !== undefined) await requireReportFolder(out);
      return await (isMany
        ? linkMany(positionals, { ...values, method: 'haberman' }, language)
        : linkTwo(fresh, known, { ...values, method: values.method ?? 'stocking-lord' }, language));
    } catch (error) {
      throw asUsage(error, values.language);
    }
  },
};
