/** `meetlat calibrate RESPONSES`: item parameters with standard errors and fit, as a table, JSON, CSV and a report. */
import { existsSync } from 'node:fs';
import type { ItemSpec } from 'itemresponsetheory';
import { estimators, onlineMethods } from '../../item-bank/calibration/estimate.ts';
import {
  itemModels,
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
import { command } from './command.ts';
import { choice, flag, number, text } from './options.ts';
import { withTeam, workersOption } from './team.ts';
import { UsageError } from './usage-error.ts';
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
    throw new UsageError('calibrate.unknown-anchors', {
      name,
      releases: [...new Set(releases.map(({ id }) => id))].join(', '),
    });
  // Journal rows name an item with its version.
  const versions = new Map(release.items.map(({ id, version }) => [id, version]));
  return parametersFrom(release, name).parameters.flatMap((spec) => {
    const version = versions.get(spec.id);
    return [spec, ...(version === undefined ? [] : [{ ...spec, id: `${spec.id}@${version}` }])];
  });
}

const present = <K extends string, V>(name: K, value: V | undefined): { [P in K]?: V } => {
  const found: { [P in K]?: V } = {};
  if (value !== undefined) found[name] = value;
  return found;
};

const errorMethods = { oakes: 'oakes', 'cross-product': 'crossProduct', sandwich: 'sandwich' } as const;

const defaultTolerance = 1e-6;

export const calibrateCommand = command({
  name: 'calibrate',
  calls: ['RESPONSES.csv [OPTIONS]'],
  says: 'calibrate.says',
  examples: [
    'meetlat calibrate responses.csv --model 2pl --groups school --cuts A2=0,B1=1.5 --out calibration-2026',
    'meetlat calibrate responses.jsonl.gz --anchors nt2-listening-1 --online mwu-mem --language en',
  ],
  options: {
    model: choice([...itemModels, 'auto'], 'calibrate.model', '2pl'),
    models: text('FILE.csv', 'calibrate.models'),
    estimator: choice(estimators, 'calibrate.estimator', 'mml'),
    errors: choice(['oakes', 'cross-product', 'sandwich'], 'calibrate.errors', 'oakes'),
    'bias-correction': flag('calibrate.bias-correction'),
    density: choice(['normal', 'histogram'], 'calibrate.density', 'normal'),
    covariates: text('COLUMN,…', 'calibrate.covariates'),
    anchors: text('FILE|RELEASE', 'calibrate.anchors'),
    'anchor-method': choice(['fixed', 'linked'], 'calibrate.anchor-method', 'fixed'),
    online: choice(onlineMethods, 'calibrate.online'),
    priors: text('FILE|none', 'calibrate.priors'),
    'equivalent-groups': flag('calibrate.equivalent-groups'),
    'in-order': flag('option.in-order'),
    tolerance: number('T', 'calibrate.tolerance', {}),
    cycles: number('MOST', 'calibrate.cycles', { isWhole: true }),
    workers: workersOption,
    ...commonOptions,
  },
  run: async (values, [path]) => {
    if (path === undefined) throw new UsageError('calibrate.no-file');
    const { model, density, estimator, online, workers, tolerance, cycles: maximumCycles } = values;
    const standardErrors = errorMethods[values.errors];
    const covariates = values.covariates?.split(',').map((name) => name.trim());
    const anchorMethod = values['anchor-method'];
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
});
