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
import { now } from '../machine.ts';
import { command } from './command.ts';
import { type ValuesOf, choice, flag, text } from './options.ts';
import { UsageError } from './usage-error.ts';
import { type Estimates, type Row, rowsOf } from '../reports/facets-outcome.ts';
import { facetsReport } from '../reports/facets-report.ts';
import { notesOf } from '../reports/facets-notes.ts';
import { withRefusals } from './refused.ts';
import { cycleText, progressLine } from './progress.ts';
import { type ReportFiles, outOption, requireReportFolder, writeReport } from './report-folder.ts';
import { languageOption } from './responses-file.ts';
import type { CommandVoice } from '../../words/commands.ts';
import type { ReportVoice } from '../../words/reports.ts';
import { reportVoice } from '../../words/reports.ts';
import { defined } from '../../storage/document/defined.ts';
import { fixed } from '../reports/numbers.ts';

const tolerance = 1e-7;

function marginally(table: RatingTable, model: FacetsModel, hasCorrection: boolean, say: ReportVoice): Estimates {
  const progress = progressLine();
  const fit = calibrateFacets(table, {
    tolerance,
    ...model,
    ...(hasCorrection ? { biasCorrection: { random: createRng('facets bias') } } : {}),
    onCycle: (cycle, logLikelihood, change) => {
      progress.say(cycleText({ cycle, logLikelihood, change }, tolerance, say));
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

const scaleJson = ({ element, steps, stepError }: Estimates['scales'][number]) => ({
  ...(element === undefined ? {} : { element }),
  steps: [...steps],
  ...(stepError === undefined ? {} : { stepErrors: [...stepError] }),
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
      scales: scales.map(scaleJson),
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

const options = {
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
};
type Asked = ValuesOf<typeof options>;

const readAsked = (path: string, { criteria, ignore, window, weight, weights, unused }: Asked) =>
  readRatings(path, {
    ...defined({
      criteria: criteria?.split(','),
      ignore: ignore?.split(','),
      window,
      weight,
      elementWeights: weights === undefined ? undefined : weightsOf(weights),
    }),
    unused: unused === 'close' ? 'close' : 'keep',
  });

async function modelOf({ thresholds, slopes, anchors }: Asked): Promise<FacetsModel> {
  return {
    ...(thresholds === 'common' ? {} : { thresholds: { by: thresholds } }),
    ...(slopes === undefined ? {} : { slopes: slopes.split(',') }),
    ...(anchors === undefined ? {} : await readAnchors(anchors)),
  };
}

function elementLine({ facet, element, measure, standardError, fit, reasons, light }: Row, say: ReportVoice): string {
  const mean = (name: string, value: number, z: number): string => `${name} ${fixed(value)} (z ${fixed(z, 1)})`;
  return [
    `${facet.padEnd(12)} ${element.padEnd(16)} ${fixed(measure).padStart(7)} ${fixed(standardError).padStart(6)}`,
    mean('infit', fit.infit, fit.infitZ),
    mean('outfit', fit.outfit, fit.outfitZ),
    `n ${fit.ratings}`,
    ...(reasons.length > 0
      ? [`${say(`report.lights.${light}`)}: ${reasons.map((reason) => say(`facets.reasons.${reason}`)).join(', ')}`]
      : []),
  ].join('  ');
}

function runLine({ logLikelihood, population, cycles, converged }: Estimates, tell: CommandVoice): string {
  return [
    tell('facets.likelihood', { value: logLikelihood.toFixed(4) }),
    ...(population === undefined ? [] : [tell('facets.variance', { value: population.variance.toFixed(4) })]),
    tell('facets.cycles', { count: cycles }),
    tell(converged ? 'facets.converged' : 'facets.not-converged'),
  ].join(', ');
}

interface Rated {
  readonly path: string;
  readonly table: RatingTable;
  readonly estimates: Estimates;
  readonly rows: readonly Row[];
  readonly joins: readonly Join[];
}

function filesOf({ path, table, estimates, rows, joins }: Rated, say: ReportVoice): ReportFiles {
  const [file, madeAt] = [basename(path), now()];
  const cells = rows.map((row) => {
    const one = flat(row);
    return columns.map((name) => one[name]);
  });
  return {
    'facets.json': outcomeJson(file, madeAt, table, estimates, rows, joins),
    'elements.csv': csv(columns, cells),
    'persons.csv': csv(
      ['person', 'theta', 'standardError'],
      table.persons.map((name, n) => [name, estimates.theta[n], estimates.thetaError[n]]),
    ),
    'report.html': facetsReport(table, estimates, rows, { joins, file, madeAt: madeAt.slice(0, 10), say }),
  };
}

export const facetsCommand = command({
  name: 'facets',
  calls: ['RATINGS.csv [OPTIONS]'],
  says: 'facets.says',
  examples: ['meetlat facets ratings.csv --criteria pronunciation,vocabulary --window month --out raters-2026'],
  options,
  run: async (values, [path], tell) => {
    if (path === undefined) throw new UsageError('facets.no-file');
    const { method, thresholds, slopes, anchors, 'correct-bias': hasCorrection } = values;
    const isPlain = thresholds === 'common' && slopes === undefined && anchors === undefined && !hasCorrection;
    if (method === 'jmle' && !isPlain) throw new UsageError('facets.joint-only');
    await requireReportFolder(values.out);
    return withRefusals(values.language, async (say) => {
      const { table, windows } = await readAsked(path, values);
      const model = await modelOf(values);
      const estimates = method === 'mml' ? marginally(table, model, hasCorrection, say) : jointly(table);
      const [rows, joins] = [rowsOf(table, estimates, windows), weakestJoins(table)];
      const told = reportVoice(tell.language === 'nl' ? 'nl' : 'en');
      const lines = [...rows.map((row) => elementLine(row, told)), runLine(estimates, tell)];
      console.log([...lines, ...notesOf(table, estimates, joins, told)].join('\n'));
      await writeReport(values.out, () => filesOf({ path, table, estimates, rows, joins }, say));
      return estimates.converged ? 0 : 1;
    });
  },
});
