/** `meetlat calibrate RESPONSES`: item parameters with standard errors and fit, as a table, JSON, CSV and a report. */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { ItemSpec } from 'itemresponsetheory';
import { estimators, onlineMethods } from '../../item-bank/calibration/estimate.ts';
import {
  isItemModel,
  parametersFrom,
  readModels,
  readParameters,
  readPriors,
} from '../../item-bank/calibration/parameter-file.ts';
import { runCalibration } from '../../item-bank/calibration/run.ts';
import { loadDemonstration } from '../../demonstration/bank.ts';
import type { Release } from '../../item-bank/releases/release.ts';
import { demonstrationFolder, openStores } from '../compose.ts';
import { readConfiguration } from '../configuration.ts';
import { type Command, UsageError } from './command.ts';
import { withTeam, workersOf } from './team.ts';
import { asUsage, commonOf, commonOptions, cycleText, progressLine, readWithProgress, tell } from './report-outcome.ts';

/** Releases that were published here, where there is an installation. */
async function publishedReleases(): Promise<readonly Release[]> {
  const configuration = readConfiguration(process.env, process.cwd());
  if (configuration.mongodbUri === undefined && !existsSync(configuration.dataFolder)) return [];
  const stores = await openStores(configuration);
  try {
    return stores.bank.allReleases();
  } finally {
    await stores.storage.close();
  }
}

/** A file of parameters, or the id of a release: of the demonstration, or published here. */
async function anchorsOf(name: string): Promise<readonly ItemSpec[]> {
  if (existsSync(name)) return (await readParameters(name)).parameters;
  const releases = [...(await loadDemonstration(demonstrationFolder)).releases, ...(await publishedReleases())];
  const release = releases.find(({ id }) => id === name);
  if (release === undefined)
    throw new UsageError(
      `--anchors ${name}: no such file or release; there are ${[...new Set(releases.map(({ id }) => id))].join(', ')}`,
    );
  // Journal rows name an item with its version.
  const versions = new Map(release.items.map(({ id, version }) => [id, version]));
  return parametersFrom(release, name).parameters.flatMap((spec) => {
    const version = versions.get(spec.id);
    return [spec, ...(version === undefined ? [] : [{ ...spec, id: `${spec.id}@${version}` }])];
  });
}

function positive(name: string, text: string | undefined, whole: boolean): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value) || (whole && !Number.isInteger(value)))
    throw new UsageError(`--${name} ${text}: must be a ${whole ? 'whole ' : ''}number above 0`);
  return value;
}

const present = <K extends string, V>(name: K, value: V | undefined): { [P in K]?: V } => {
  const found: { [P in K]?: V } = {};
  if (value !== undefined) found[name] = value;
  return found;
};

const errorMethods = { oakes: 'oakes', 'cross-product': 'crossProduct', sandwich: 'sandwich' } as const;

function oneOf<T extends string>(name: string, text: string, known: readonly T[]): T {
  const found = known.find((one) => one === text);
  if (found === undefined) throw new UsageError(`--${name} ${text}: must be ${known.join(', ')}`);
  return found;
}

const defaultTolerance = 1e-6;

export const calibrateCommand: Command = {
  usage:
    'calibrate RESPONSES.csv --model rasch|1pl|2pl|3pl|pcm|gpcm|rsm|grm|nrm|auto [--models FILE.csv] [--estimator mml|cml|jml] [--errors oakes|cross-product|sandwich] [--bias-correction] [--density normal|histogram] [--covariates COLUMN,…] [--workers N] [--anchors FILE_OR_RELEASE [--anchor-method fixed|linked] [--online mwu-mem|mem|oem|method-a]] [--groups COLUMN] [--priors FILE|none] [--cuts NAME=θ,…] [--equivalent-groups] [--duplicates refuse|first] [--in-order] [--tolerance T] [--cycles MOST] [--language nl|en] [--out DIR]   item parameters from responses',
  run: async (argv) => {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        ...commonOptions,
        model: { type: 'string', default: '2pl' },
        anchors: { type: 'string' },
        'anchor-method': { type: 'string', default: 'fixed' },
        priors: { type: 'string' },
        'equivalent-groups': { type: 'boolean', default: false },
        'in-order': { type: 'boolean', default: false },
        models: { type: 'string' },
        density: { type: 'string', default: 'normal' },
        estimator: { type: 'string', default: 'mml' },
        errors: { type: 'string', default: 'oakes' },
        'bias-correction': { type: 'boolean', default: false },
        covariates: { type: 'string' },
        online: { type: 'string' },
        workers: { type: 'string', default: '1' },
        tolerance: { type: 'string' },
        cycles: { type: 'string' },
      },
    });
    const [path] = positionals;
    if (path === undefined)
      throw new UsageError('calibrate needs a file of responses: .csv, .jsonl, or either with .gz');
    const { model } = values;
    if (model !== 'auto' && !isItemModel(model))
      throw new UsageError(
        `--model ${model}: the estimator knows rasch, 1pl, 2pl, 3pl, pcm, gpcm, rsm, grm, nrm, and auto: 2pl or gpcm`,
      );
    const { density } = values;
    if (density !== 'normal' && density !== 'histogram')
      throw new UsageError(`--density ${density}: must be normal or histogram`);
    const estimator = oneOf('estimator', values.estimator, estimators);
    const online = values.online === undefined ? undefined : oneOf('online', values.online, onlineMethods);
    const standardErrors = errorMethods[oneOf('errors', values.errors, ['oakes', 'cross-product', 'sandwich'])];
    const covariates = values.covariates?.split(',').map((name) => name.trim());
    const workers = workersOf(values.workers);
    const anchorMethod = values['anchor-method'];
    if (anchorMethod !== 'fixed' && anchorMethod !== 'linked')
      throw new UsageError(`--anchor-method ${anchorMethod}: must be fixed or linked`);
    const [tolerance, maximumCycles] = [
      positive('tolerance', values.tolerance, false),
      positive('cycles', values.cycles, true),
    ];
    try {
      const common = await commonOf(values);
      const anchors = values.anchors === undefined ? undefined : await anchorsOf(values.anchors);
      const priors =
        values.priors === undefined || values.priors === 'none' ? values.priors : await readPriors(values.priors);
      const data = await readWithProgress(path, {
        ...common.read,
        inOrder: values['in-order'],
        ...present('covariates', covariates),
      });
      const models = values.models === undefined ? undefined : await readModels(values.models);
      const progress = progressLine();
      const outcome = await withTeam(workers, (team) =>
        runCalibration(data, {
          model,
          density,
          estimator,
          standardErrors,
          biasCorrection: values['bias-correction'],
          ...present('online', online),
          ...present('models', models),
          ...present('team', team),
          equivalentGroups: values['equivalent-groups'],
          ...present('tolerance', tolerance),
          ...present('maximumCycles', maximumCycles),
          ...present('anchors', anchors),
          anchorMethod,
          ...present('priors', priors),
          onCycle: (cycle, logLikelihood, change) => {
            progress.say(cycleText(cycle, logLikelihood, change, tolerance ?? defaultTolerance));
          },
        }),
      );
      progress.end();
      return await tell(outcome, path, common);
    } catch (error) {
      throw asUsage(error, values.language);
    }
  },
};
