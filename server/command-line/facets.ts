/** `meetlat facets RATINGS.csv`: severity of raters and difficulty of criteria on one scale, and whom to talk to. */
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { calibrateFacets, calibrateFacetsJointly, type FacetsModel, type RatingTable } from 'itemresponsetheory/facets';
import { csv } from '../../item-bank/calibration/csv.ts';
import { readAnchors, readRatings } from '../../item-bank/calibration/read-ratings.ts';
import { now } from '../compose.ts';
import { type Command, UsageError } from './command.ts';
import { type Estimates, type Row, rowsOf } from './facets-outcome.ts';
import { facetsReport } from './facets-report.ts';
import { requireReportFolder, writeReport } from './report-files.ts';
import { asUsage, cycleText, progressLine } from './report-outcome.ts';
import { fixed, isReportLanguage } from '../reports/report-page.ts';

const tolerance = 1e-7;

function marginally(table: RatingTable, model: FacetsModel): Estimates {
  const progress = progressLine();
  const fit = calibrateFacets(table, { tolerance, ...model, onCycle: (cycle, logLikelihood, change) => { progress.say(cycleText(cycle, logLikelihood, change, tolerance)); } });
  progress.end();
  return { method: 'mml', ...fit, counts: () => true, population: { mean: fit.mean, variance: fit.variance } };
}

function jointly(table: RatingTable): Estimates {
  const fit = calibrateFacetsJointly(table);
  return { method: 'jmle', facets: fit.facets, scales: fit.scales, slopes: [], theta: fit.theta, thetaError: fit.thetaError, counts: (person) => fit.isExtreme[person] !== 1, logLikelihood: fit.logLikelihood, cycles: fit.sweeps, converged: fit.converged };
}

const columns = ['facet', 'element', 'measure', 'standardError', 'light', 'reasons', 'ratings', 'observedAverage', 'fairAverage', 'infit', 'infitZ', 'outfit', 'outfitZ', 'spread', 'halo', 'haloZ', 'pointMeasure', 'expectedPointMeasure', 'drift', 'driftP'] as const;
const flat = ({ facet, element, measure, standardError, light, reasons, fit, effects, drift }: Row) => ({
  facet, element, measure, standardError, light, reasons: reasons.join(' '), ratings: fit.ratings, observedAverage: fit.observedAverage, fairAverage: fit.fairAverage, infit: fit.infit, infitZ: fit.infitZ, outfit: fit.outfit, outfitZ: fit.outfitZ,
  spread: effects?.spread, halo: effects?.halo, haloZ: effects?.haloZ, pointMeasure: effects?.pointMeasure, expectedPointMeasure: effects?.expectedPointMeasure, drift: drift?.verdict, driftP: drift?.p,
});

function outcomeJson(file: string, madeAt: string, { method, scales, slopes, population, logLikelihood, cycles, converged }: Estimates, rows: readonly Row[]): string {
  return `${JSON.stringify({
    schema: 'meetlat-facets-2', file, madeAt, method, elements: rows.map((row) => ({ ...flat(row), ...(row.drift === undefined ? {} : { windows: row.drift.windows }) })),
    scales: scales.map(({ element, steps, stepError }) => ({ ...(element === undefined ? {} : { element }), steps: [...steps], ...(stepError === undefined ? {} : { stepErrors: [...stepError] }) })),
    slopes: slopes.map(({ name, elements, slope, logSlopeError }) => ({ facet: name, elements, slope: [...slope], logSlopeError: [...logSlopeError] })),
    ...(population === undefined ? {} : { mean: population.mean, variance: population.variance }), logLikelihood, cycles, converged,
  }, null, 1)}\n`;
}

export const facetsCommand: Command = {
  usage: 'facets RATINGS.csv [--criteria A,B,C] [--ignore COLUMN,…] [--thresholds common|FACET] [--slopes FACET,…] [--anchors FILE.csv] [--window COLUMN] [--method mml|jmle] [--language nl|en] [--out DIR]   severity of raters, difficulty of criteria, fit, agreement, drift (many-facet Rasch)',
  run: async (argv) => {
    const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options: { criteria: { type: 'string' }, ignore: { type: 'string' }, thresholds: { type: 'string', default: 'common' }, slopes: { type: 'string' }, anchors: { type: 'string' }, window: { type: 'string' }, method: { type: 'string', default: 'mml' }, language: { type: 'string', default: 'nl' }, out: { type: 'string' } } });
    const [path] = positionals;
    if (path === undefined) throw new UsageError('facets needs a file of ratings');
    const { language, out, thresholds, slopes, anchors, window, method } = values;
    if (!isReportLanguage(language)) throw new UsageError(`--language ${language}: must be nl or en`);
    if (method !== 'mml' && method !== 'jmle') throw new UsageError(`--method ${method}: must be mml or jmle`);
    if (method === 'jmle' && (thresholds !== 'common' || slopes !== undefined || anchors !== undefined)) throw new UsageError('--method jmle knows one common scale without slopes or anchors: take mml');
    if (out !== undefined) await requireReportFolder(out);
    try {
      const { table, windows } = await readRatings(path, { ...(values.criteria === undefined ? {} : { criteria: values.criteria.split(',') }), ...(values.ignore === undefined ? {} : { ignore: values.ignore.split(',') }), ...(window === undefined ? {} : { window }) });
      const model: FacetsModel = { ...(thresholds === 'common' ? {} : { thresholds: { by: thresholds } }), ...(slopes === undefined ? {} : { slopes: slopes.split(',') }), ...(anchors === undefined ? {} : { anchors: await readAnchors(anchors) }) };
      const estimates = method === 'mml' ? marginally(table, model) : jointly(table);
      const rows = rowsOf(table, estimates, windows);
      for (const row of rows) console.log(`${row.facet.padEnd(12)} ${row.element.padEnd(16)} ${fixed(row.measure).padStart(7)} ${fixed(row.standardError).padStart(6)}  infit ${fixed(row.fit.infit)}  outfit ${fixed(row.fit.outfit)}  n ${row.fit.ratings}${row.reasons.length > 0 ? `  ${row.light}: ${row.reasons.join(', ')}` : ''}`);
      console.log(`log-likelihood ${estimates.logLikelihood.toFixed(4)}${estimates.population === undefined ? '' : `, variance ${estimates.population.variance.toFixed(4)}`}, ${estimates.cycles} cycles, ${estimates.converged ? 'converged' : 'NOT CONVERGED: more ratings by common raters may help'}`);
      if (out !== undefined) {
        const [file, madeAt] = [basename(path), now()];
        const files = {
          'facets.json': outcomeJson(file, madeAt, estimates, rows),
          'elements.csv': csv(columns, rows.map((row) => { const one = flat(row); return columns.map((name) => one[name]); })),
          'persons.csv': csv(['person', 'theta', 'standardError'], table.persons.map((name, n) => [name, estimates.theta[n], estimates.thetaError[n]])),
          'report.html': facetsReport(table, estimates, rows, { file, madeAt: madeAt.slice(0, 10), language }),
        };
        await writeReport(out, files);
        console.log(`${out}: ${Object.keys(files).join(', ')}`);
      }
      return estimates.converged ? 0 : 1;
    } catch (error) { throw asUsage(error, values.language); }
  },
};
