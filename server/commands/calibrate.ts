/** `meetlat calibrate RESPONSES`: item parameters with standard errors and fit, as a table, JSON, CSV and a report. */
import { existsSync } from 'node:fs';
import type { ItemSpec } from 'itemresponsetheory';
import type { CalibrationTeam, Priors } from 'itemresponsetheory/calibration';
import { estimators, onlineMethods } from '../../item-bank/calibration/estimation.ts';
import {
  itemModels,
  parametersFrom,
  readModels,
  readParameters,
  readPriors,
} from '../../item-bank/calibration/parameter-file.ts';
import { type CalibrateOptions, runCalibration } from '../../item-bank/calibration/run.ts';
import { loadDemonstration } from '../../demonstration/bank.ts';
import type { ResponseData } from '../../item-bank/calibration/stream-responses.ts';
import { defined } from '../../storage/document/defined.ts';
import type { ReportVoice } from '../../words/reports.ts';
import { demonstrationFolder } from '../machine.ts';
import { tellOutcome } from './calibration-outcome.ts';
import { command } from './command.ts';
import { inInstallation } from './installation.ts';
import { type ValuesOf, choice, flag, number, text } from './options.ts';
import { cycleText, progressLine } from './progress.ts';
import { withRefusals } from './refused.ts';
import { readWithProgress, responsesOptions, responsesRequest } from './responses-file.ts';
import { withTeam, workersOption } from './team.ts';
import { UsageError } from './usage-error.ts';

/** A file of parameters, or the id of a release: of the demonstration, or published here. */
async function anchorsOf(name: string): Promise<readonly ItemSpec[]> {
  if (existsSync(name)) return (await readParameters(name)).parameters;
  const releases = [
    ...(await loadDemonstration(demonstrationFolder)).releases,
    ...((await inInstallation(({ bank }) => Promise.resolve(bank.allReleases()))) ?? []),
  ];
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

const errorMethods = { oakes: 'oakes', 'cross-product': 'crossProduct', sandwich: 'sandwich' } as const;

const defaultTolerance = 1e-6;

const options = {
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
  ...responsesOptions,
};

async function priorsOf(file: string | undefined): Promise<Priors | 'none' | undefined> {
  return file === undefined || file === 'none' ? file : readPriors(file);
}

/** What the files say that the options name. */
async function calibrateOptions(values: ValuesOf<typeof options>): Promise<CalibrateOptions> {
  return defined({
    model: values.model,
    models: values.models === undefined ? undefined : await readModels(values.models),
    estimator: values.estimator,
    online: values.online,
    standardErrors: errorMethods[values.errors],
    biasCorrection: values['bias-correction'],
    density: values.density,
    tolerance: values.tolerance,
    maximumCycles: values.cycles,
    equivalentGroups: values['equivalent-groups'],
    priors: await priorsOf(values.priors),
    anchors: values.anchors === undefined ? undefined : await anchorsOf(values.anchors),
    anchorMethod: values['anchor-method'],
  });
}

/** With the team where there is one, and a line that tells how it goes. */
function calibrateVisibly(
  data: ResponseData,
  asked: CalibrateOptions,
  team: CalibrationTeam | undefined,
  say: ReportVoice,
) {
  const progress = progressLine();
  const outcome = runCalibration(data, {
    ...asked,
    ...defined({ team }),
    onCycle: (cycle, logLikelihood, change) => {
      progress.say(cycleText({ cycle, logLikelihood, change }, asked.tolerance ?? defaultTolerance, say));
    },
  });
  progress.end();
  return outcome;
}

export const calibrateCommand = command({
  name: 'calibrate',
  calls: ['RESPONSES.csv [OPTIONS]'],
  says: 'calibrate.says',
  examples: [
    'meetlat calibrate responses.csv --model 2pl --groups school --cuts A2=0,B1=1.5 --out calibration-2026',
    'meetlat calibrate responses.jsonl.gz --anchors nt2-listening-1 --online mwu-mem --language en',
  ],
  options,
  run: async (values, [path]) => {
    if (path === undefined) throw new UsageError('calibrate.no-file');
    return withRefusals(values.language, async () => {
      const request = await responsesRequest(values);
      const asked = await calibrateOptions(values);
      const covariates = values.covariates?.split(',').map((name) => name.trim());
      const read = { ...request.read, inOrder: values['in-order'], ...defined({ covariates }) };
      const data = await readWithProgress(path, read, request.say);
      const outcome = await withTeam(values.workers, (team) => calibrateVisibly(data, asked, team, request.say));
      return tellOutcome(outcome, path, request);
    });
  },
});
