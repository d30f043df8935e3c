/** `meetlat facets RATINGS.csv`: severity of raters and difficulty of criteria on one scale, and whom to talk to. */
import { basename } from 'node:path';
import { createRng } from 'itemresponsetheory';
import {
  agreementOf,
  calibrateFacets,
  calibrateFacetsJointly,
  type FacetsModel,
  interactionsOf,
  type Join,
  type RatingTable,
  separationOf,
  weakestJoins,
} from 'itemresponsetheory/facets';
import { csv } from '../../item-bank/calibration/csv.ts';
import { readAnchors, readRatings } from '../../item-bank/calibration/read-ratings.ts';
import { now } from '../compose.ts';
import { command } from './command.ts';
import { choice, flag, text } from './options.ts';
import { UsageError } from './usage-error.ts';
import { type Estimates, type Row, rowsOf } from '../reports/facets-outcome.ts';
import { facetsReport } from '../reports/facets-report.ts';
import { notesOf } from '../reports/facets-notes.ts';
import { requireReportFolder, writeReport } from './report-files.ts';
import { asUsage, cycleText, languageOption, outOption, progressLine } from './report-outcome.ts';
import { fixed } from '../reports/report-page.ts';

const tolerance = 1e-7;

function marginally(table: RatingTable, model: FacetsModel, hasCorrection: boolean): Estimates {
  const progress = progressLine();
  const fit = calibrateFacets(table, {
    tolerance,
    ...model,
    ...(hasCorrection ? { biasCorrection: { random: createRng('facets bias') } } : {}),
    onCycle: (cycle, logLikelihood, change) => {
      progress.say(cycleText(cycle, logLikelihood, change, tolerance));
    },
  });
  progress.end();
  return {
    method: 'mml',
    isCorrected: hasCorrection,
    leaning: fit.regularised,
    ...fit,
    counts: () => true,
    population: { mean: fit.mean, variance: fit.variance },
  };
}

function jointly(table: RatingTable): Estimates {
  const fit = calibrateFacetsJointly(table);
  return {
    method: 'jmle',
    isCorrected: false,
    leaning: [],
    facets: fit.facets,
    scales: fit.scales,
    slopes: [],
    theta: fit.theta,
    thetaError: fit.thetaError,
    counts: (person) => fit.isExtreme[person] !== 1,
    logLikelihood: fit.logLikelihood,
    cycles: fit.sweeps,
    converged: fit.converged,
  };
}

const columns = [
  'facet',
  'element',
  'measure',
  'standardError',
  'light',
  'reasons',
  'ratings',
  'observedAverage',
  'fairAverage',
  'infit',
  'infitZ',
  'outfit',
  'outfitZ',
  'spread',
  'halo',
  'haloZ',
  'pointMeasure',
  'expectedPointMeasure',
  'drift',
  'driftP',
] as const;
const flat = ({ facet, element, measure, standardError, light, reasons, fit, effects, drift }: Row) => ({
  facet,
  element,
  measure,
  standardError,
  light,
  reasons: reasons.join(' '),
  ratings: fit.ratings,
  observedAverage: fit.observedAverage,
  fairAverage: fit.fairAverage,
  infit: fit.infit,
  infitZ: fit.infitZ,
  outfit: fit.outfit,
  outfitZ: fit.outfitZ,
  spread: effects?.spread,
  halo: effects?.halo,
  haloZ: effects?.haloZ,
  pointMeasure: effects?.pointMeasure,
  expectedPointMeasure: effects?.expectedPointMeasure,
  drift: drift?.verdict,
  driftP: drift?.p,
});

function outcomeJson(
  file: string,
  madeAt: string,
  table: RatingTable,
  {
    method,
    isCorrected,
    leaning,
    facets,
    scales,
    slopes,
    theta,
    population,
    logLikelihood,
    cycles,
    converged,
    ...measures
  }: Estimates,
  rows: readonly Row[],
  joins: readonly Join[],
): string {
  const last = table.facets.length - 1;
  const all = { ...measures, facets, scales, slopes };
  return `${JSON.stringify(
    {
      schema: 'meetlat-facets-3',
      file,
      madeAt,
      method,
      biasCorrected: isCorrected,
      categories: table.categories,
      weighted: table.weight !== undefined,
      elements: rows.map((row) => ({
        ...flat(row),
        ...(row.drift === undefined ? {} : { windows: row.drift.windows }),
      })),
      scales: scales.map(({ element, steps, stepError }) => ({
        ...(element === undefined ? {} : { element }),
        steps: [...steps],
        ...(stepError === undefined ? {} : { stepErrors: [...stepError] }),
      })),
      slopes: slopes.map(({ name, elements, slope, logSlopeError }) => ({
        facet: name,
        elements,
        slope: [...slope],
        logSlopeError: [...logSlopeError],
      })),
      facets: facets
        .filter(({ elements }) => elements.length > 1)
        .map((facet) => ({ facet: facet.name, ...separationOf(facet) })),
      agreement: agreementOf(table, all, theta, last),
      interactions: last < 1 ? [] : interactionsOf(table, all, theta, last, 0),
      leaning,
      joins,
      ...(population === undefined ? {} : { mean: population.mean, variance: population.variance }),
      logLikelihood,
      cycles,
      converged,
    },
    null,
    1,
  )}\n`;
}

/** ELEMENT=WEIGHT,… */
function weightsOf(text: string): Map<string, number> {
  return new Map(
    text.split(',').map((pair): [string, number] => {
      const at = pair.lastIndexOf('=');
      const [name, value] = [pair.slice(0, at).trim(), Number(pair.slice(at + 1))];
      if (at < 1 || pair.slice(at + 1).trim() === '' || !(value >= 0 && value < Infinity))
        throw new UsageError('facets.bad-weight', { given: pair });
      return [name, value];
    }),
  );
}

export const facetsCommand = command({
  name: 'facets',
  calls: ['RATINGS.csv [OPTIONS]'],
  says: 'facets.says',
  examples: ['meetlat facets ratings.csv --criteria pronunciation,vocabulary --window month --out raters-2026'],
  options: {
    criteria: text('A,B,C', 'facets.criteria'),
    ignore: text('COLUMN,…', 'facets.ignore'),
    thresholds: text('common|FACET', 'facets.thresholds', 'common'),
    slopes: text('FACET,…', 'facets.slopes'),
    anchors: text('FILE.csv', 'facets.anchors'),
    weight: text('COLUMN', 'facets.weight'),
    weights: text('ELEMENT=2,…', 'facets.weights'),
    unused: choice(['refuse', 'close'], 'facets.unused', 'refuse'),
    'correct-bias': flag('facets.correct-bias'),
    window: text('COLUMN', 'facets.window'),
    method: choice(['mml', 'jmle'], 'facets.method', 'mml'),
    language: languageOption,
    out: outOption,
  },
  run: async (values, [path]) => {
    if (path === undefined) throw new UsageError('facets.no-file');
    const {
      language,
      out,
      thresholds,
      slopes,
      anchors,
      weight,
      weights,
      unused,
      window,
      method,
      'correct-bias': hasCorrection,
    } = values;
    if (
      method === 'jmle' &&
      (thresholds !== 'common' || slopes !== undefined || anchors !== undefined || hasCorrection)
    )
      throw new UsageError('facets.joint-only');
    if (out !== undefined) await requireReportFolder(out);
    try {
      const { table, windows } = await readRatings(path, {
        ...(values.criteria === undefined ? {} : { criteria: values.criteria.split(',') }),
        ...(values.ignore === undefined ? {} : { ignore: values.ignore.split(',') }),
        ...(window === undefined ? {} : { window }),
        ...(weight === undefined ? {} : { weight }),
        ...(weights === undefined ? {} : { elementWeights: weightsOf(weights) }),
        unused: unused === 'close' ? 'close' : 'keep',
      });
      const model: FacetsModel = {
        ...(thresholds === 'common' ? {} : { thresholds: { by: thresholds } }),
        ...(slopes === undefined ? {} : { slopes: slopes.split(',') }),
        ...(anchors === undefined ? {} : await readAnchors(anchors)),
      };
      const estimates = method === 'mml' ? marginally(table, model, hasCorrection) : jointly(table);
      const rows = rowsOf(table, estimates, windows);
      for (const row of rows)
        console.log(
          `${row.facet.padEnd(12)} ${row.element.padEnd(16)} ${fixed(row.measure).padStart(7)} ${fixed(row.standardError).padStart(6)}  infit ${fixed(row.fit.infit)} (z ${fixed(row.fit.infitZ, 1)})  outfit ${fixed(row.fit.outfit)} (z ${fixed(row.fit.outfitZ, 1)})  n ${row.fit.ratings}${row.reasons.length > 0 ? `  ${row.light}: ${row.reasons.join(', ')}` : ''}`,
        );
      console.log(
        `log-likelihood ${estimates.logLikelihood.toFixed(4)}${estimates.population === undefined ? '' : `, variance ${estimates.population.variance.toFixed(4)}`}, ${estimates.cycles} cycles, ${estimates.converged ? 'converged' : 'NOT CONVERGED: more ratings by common raters may help'}`,
      );
      const joins = weakestJoins(table);
      for (const note of notesOf(table, estimates, joins, 'en')) console.log(note);
      if (out !== undefined) {
        const [file, madeAt] = [basename(path), now()];
        const files = {
          'facets.json': outcomeJson(file, madeAt, table, estimates, rows, joins),
          'elements.csv': csv(
            columns,
            rows.map((row) => {
              const one = flat(row);
              return columns.map((name) => one[name]);
            }),
          ),
          'persons.csv': csv(
            ['person', 'theta', 'standardError'],
            table.persons.map((name, n) => [name, estimates.theta[n], estimates.thetaError[n]]),
          ),
          'report.html': facetsReport(table, estimates, rows, { joins, file, madeAt: madeAt.slice(0, 10), language }),
        };
        await writeReport(out, files);
      }
      return estimates.converged ? 0 : 1;
    } catch (error) {
      throw asUsage(error, values.language);
    }
  },
});
