/** `meetlat facets RATINGS.csv`: severity of raters and difficulty of criteria on one scale, and whom to talk to. */
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { agreementOf, calibrateFacets, type ElementFit, elementFit, type FacetsCalibration, interactionsOf, type RatingTable, separationOf } from 'itemresponsetheory/facets';
import { curveChart, escapeXml } from '../../engine/charts/curve.ts';
import { csv } from '../../item-bank/calibration/csv.ts';
import { readRatings } from '../../item-bank/calibration/read-ratings.ts';
import { now } from '../compose.ts';
import { type Command, UsageError } from './command.ts';
import texts from './facets.json' with { type: 'json' };
import { requireReportFolder, writeReport } from './report-files.ts';
import { asUsage, progressLine } from './report-outcome.ts';
import { chip, figure, fill, fixed, isReportLanguage, list, page, paragraph, pValue, type ReportLanguage, reportTexts, section, table } from './report-page.ts';

/** Mean squares outside these are looked at; far outside, the element's ratings are not to be used as they are (Linacre 2002). */
const lightOf = ({ infit, outfit }: ElementFit): 'keep' | 'look' | 'drop' => (Math.max(infit, outfit) > 2 ? 'drop' : Math.max(infit, outfit) > 1.5 || Math.min(infit, outfit) < 0.5 ? 'look' : 'keep');

interface Row { readonly facet: string; readonly element: string; readonly measure: number; readonly standardError: number; readonly fit: ElementFit }

const rowsOf = (data: RatingTable, fit: FacetsCalibration): Row[] => fit.facets.flatMap(({ name, elements, measure, standardError }, f) => {
  const fits = elementFit(data, fit, fit.theta, f);
  return elements.flatMap((element, e): Row[] => { const one = fits[e]; return one === undefined ? [] : [{ facet: name, element, measure: measure[e] ?? NaN, standardError: standardError[e] ?? NaN, fit: one }]; });
});

function report(data: RatingTable, fit: FacetsCalibration, rows: readonly Row[], file: string, madeAt: string, language: ReportLanguage): string {
  const [t, own] = [reportTexts[language], texts[language]];
  const facet = (name: string, f: number): string => {
    const mine = rows.filter((row) => row.facet === name).sort((a, b) => b.measure - a.measure);
    const reach = Math.max(1, Math.ceil(Math.max(...mine.map(({ measure, standardError }) => Math.abs(measure) + 2 * standardError))));
    const chart = curveChart({ title: name, description: fill(own.chartDescription, { facet: name }), x: { label: own.elements, from: 0, to: mine.length + 1 }, y: { label: own.logits, from: -reach, to: reach }, lines: [], points: mine.map(({ element, measure, standardError }, n) => ({ x: n + 1, y: measure, low: measure - 1.96 * standardError, high: measure + 1.96 * standardError, line: 0, name: `${element} ${fixed(measure)}` })) });
    const facets = fit.facets[f];
    const spread = facets === undefined || facets.elements.length < 2 ? '' : paragraph(fill(own.separation, { ...numbers(separationOf(facets)) }));
    return section(name, spread + figure('', chart, 'wide') + table([own.element, t.light, own.measure, t.se, own.ratings, own.observed, own.fair, 'infit', 'outfit'], mine.map((row) => [escapeXml(row.element), chip(lightOf(row.fit), t), fixed(row.measure), fixed(row.standardError), String(row.fit.ratings), fixed(row.fit.observedAverage), fixed(row.fit.fairAverage), fixed(row.fit.infit), fixed(row.fit.outfit)]), 'items'));
  };
  const last = data.facets.length - 1;
  const bias = data.facets.length < 2 ? '' : section(own.interactions, table([own.element, own.ratings, own.bias, t.se, 't'], interactionsOf(data, fit, fit.theta, last, 0).sort((a, b) => Math.abs(b.t) - Math.abs(a.t)).slice(0, 15).map((one) => [escapeXml(one.elements.join(' × ')), String(one.ratings), fixed(one.bias), fixed(one.standardError), fixed(one.t)]), 'items'));
  const agreement = agreementOf(data, fit, fit.theta, last);
  const agree = agreement.pairs === 0 ? '' : section(own.agreement, paragraph(fill(own.agreementLine, { pairs: agreement.pairs, observed: fixed(100 * agreement.observed, 1), expected: fixed(100 * agreement.expected, 1), kappa: fixed(agreement.kappa) })));
  return page(fill(own.title, { file }), fill(own.madeAt, { at: madeAt, ratings: data.score.length, persons: data.persons.length, sd: fixed(Math.sqrt(fit.variance)) }), language, fit.facets.map(({ name }, f) => facet(name, f)).join('') + agree + bias + section(t.methodTitle, list(own.method)));
}

const numbers = ({ separation, strata, reliability, chiSquare, degreesOfFreedom, p }: ReturnType<typeof separationOf>): Record<string, string> => ({ separation: fixed(separation), strata: fixed(strata, 1), reliability: fixed(reliability), chiSquare: fixed(chiSquare, 1), df: String(degreesOfFreedom), p: pValue(p) });

export const facetsCommand: Command = {
  usage: 'facets RATINGS.csv [--criteria A,B,C] [--ignore COLUMN,…] [--language nl|en] [--out DIR]   severity of raters, difficulty of criteria, fit and agreement (many-facet Rasch)',
  run: async (argv) => {
    const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options: { criteria: { type: 'string' }, ignore: { type: 'string' }, language: { type: 'string', default: 'nl' }, out: { type: 'string' } } });
    const [path] = positionals;
    if (path === undefined) throw new UsageError('facets needs a file of ratings');
    const { language, out } = values;
    if (!isReportLanguage(language)) throw new UsageError(`--language ${language}: must be nl or en`);
    if (out !== undefined) await requireReportFolder(out);
    try {
      const data = await readRatings(path, { ...(values.criteria === undefined ? {} : { criteria: values.criteria.split(',') }), ...(values.ignore === undefined ? {} : { ignore: values.ignore.split(',') }) });
      const progress = progressLine();
      const fit = calibrateFacets(data, { onCycle: (cycle, logLikelihood, change) => { progress.say(`cycle ${cycle}  log-likelihood ${logLikelihood.toFixed(3)}  largest change ${change.toExponential(1)}`); } });
      progress.end();
      const rows = rowsOf(data, fit);
      for (const row of rows) console.log(`${row.facet.padEnd(12)} ${row.element.padEnd(16)} ${fixed(row.measure).padStart(7)} ${fixed(row.standardError).padStart(6)}  infit ${fixed(row.fit.infit)}  outfit ${fixed(row.fit.outfit)}  n ${row.fit.ratings}`);
      console.log(`log-likelihood ${fit.logLikelihood.toFixed(4)}, variance ${fit.variance.toFixed(4)}, ${fit.cycles} cycles, ${fit.converged ? 'converged' : 'NOT CONVERGED: more ratings by common raters may help'}`);
      if (out === undefined) return fit.converged ? 0 : 1;
      const [file, madeAt] = [basename(path), now()];
      const flat = rows.map(({ facet, element, measure, standardError, fit: one }) => ({ facet, element, measure, standardError, light: lightOf(one), ratings: one.ratings, observedAverage: one.observedAverage, fairAverage: one.fairAverage, infit: one.infit, infitZ: one.infitZ, outfit: one.outfit, outfitZ: one.outfitZ }));
      const columns = ['facet', 'element', 'measure', 'standardError', 'light', 'ratings', 'observedAverage', 'fairAverage', 'infit', 'infitZ', 'outfit', 'outfitZ'] as const;
      const files = {
        'facets.json': `${JSON.stringify({ schema: 'meetlat-facets-1', file, madeAt, elements: flat, scales: fit.scales.map(({ element, steps, stepError }) => ({ ...(element === undefined ? {} : { element }), steps: [...steps], stepErrors: [...stepError] })), variance: fit.variance, logLikelihood: fit.logLikelihood, cycles: fit.cycles, converged: fit.converged }, null, 1)}\n`,
        'elements.csv': csv(columns, flat.map((row) => columns.map((name) => row[name]))),
        'persons.csv': csv(['person', 'theta', 'standardError'], data.persons.map((name, n) => [name, fit.theta[n], fit.thetaError[n]])),
        'report.html': report(data, fit, rows, file, madeAt.slice(0, 10), language),
      };
      await writeReport(out, files);
      console.log(`${out}: ${Object.keys(files).join(', ')}`);
      return fit.converged ? 0 : 1;
    } catch (error) { throw asUsage(error); }
  },
};
