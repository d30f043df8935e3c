/**
 * `meetlat simulate SPECIFICATION`: simulated candidates of known ability sit the adaptive part by the code that runs
 * it live.
 */
import { availableParallelism } from 'node:os';
import { createItemParameters, createRng, exp, normalGrid, tabulate } from 'itemresponsetheory';
import { bankLife } from 'itemresponsetheory/simulation';
import {
  exposureParameters,
  simulateStudy,
  type StudyPopulation,
  type StudyOptions,
} from '../../engine/adaptive/simulate.ts';
import type { AdaptiveBank } from '../../engine/adaptive/bank.ts';
import type { AdaptivePart } from '../../item-bank/specifications/specification.ts';
import { listeningCuts } from '../../scoring/regimes/cuts.ts';
import { type ReportVoice, reportLanguages, reportVoice } from '../../words/reports.ts';
import { now } from '../machine.ts';
import { command } from './command.ts';
import { type ValuesOf, choice, number, text } from './options.ts';
import { UsageError } from './usage-error.ts';
import { type Reported, studyLines, summaryOf } from '../reports/simulation-lines.ts';
import { simulationPage } from '../reports/simulation-page.ts';
import { progressBar } from './progress.ts';
import { type ReportFiles, outOption, requireReportFolder, writeReport } from './report-folder.ts';
import { type TestToSimulate, simulatedTest } from './simulated-test.ts';
import { withWorkers } from './simulation-workers.ts';

/** Whom the test is for, in logits of its scale. */
const population = { mean: 0.3, sd: 1.4 };

/**
 * The same bank with slopes drawn anew, ln a ~ N(ln mean − spread²/2, spread²): what better items would bring. The
 * draw belongs to the item.
 */
function withSlopes(
  bank: AdaptiveBank,
  { grid, prior }: AdaptivePart['policy'],
  mean: number,
  spread: number,
): AdaptiveBank {
  const random = createRng('slopes');
  const { id, step, lower } = bank.parameters;
  const parameters = createItemParameters(
    id.map((name, n) => ({
      model: 'logistic',
      id: name,
      difficulty: step[n] ?? 0,
      lower: lower[n] ?? 0,
      slope: mean * exp(spread * random.fork(name).normal() - (spread * spread) / 2),
    })),
  );
  return { ...bank, parameters, table: tabulate(parameters, normalGrid({ ...grid, ...prior })) };
}

const rounds = 10;

/** Sympson–Hetter parameters, and the bank under them. */
async function controlExposure(
  sitters: StudyPopulation,
  { simulees, seed, maximum }: { simulees: number; seed: number; maximum: number },
  options: StudyOptions,
): Promise<{ readonly bank: AdaptiveBank; readonly held: Readonly<Record<string, number>> }> {
  const { k } = await exposureParameters({ ...sitters, simulees, seed: seed + 1000 }, maximum, rounds, options);
  const held = Object.fromEntries(
    [...k].filter(([, value]) => value < 1).map(([id, value]) => [id, Math.round(value * 10_000) / 10_000]),
  );
  return {
    held,
    bank: { ...sitters.bank, exposure: Float64Array.from(sitters.bank.parameters.id, (id) => held[id] ?? 1) },
  };
}

const options = {
  release: text('RELEASE', 'simulate.release'),
  simulees: number('N', 'simulate.simulees', { isWhole: true, most: 10_000_000 }, 2000),
  seed: number('S', 'simulate.seed', { isWhole: true, least: 0, most: 10_000_000 }, 1),
  exposure: number('MOST', 'simulate.exposure', { most: 1 }),
  slopes: number('MEAN', 'simulate.slopes', { most: 5 }),
  spread: number('SD', 'simulate.spread', { most: 2 }, 0.25),
  candidates: number('PER_MONTH', 'simulate.candidates', { most: 1e6 }, 400),
  seen: number('MOST', 'simulate.seen', { most: 1e7 }, 1000),
  workers: number('N', 'simulate.workers', { isWhole: true, most: 64 }),
  language: choice(reportLanguages, 'option.language', 'en'),
  out: outOption,
};
type Asked = ValuesOf<typeof options>;

interface Simulated {
  readonly reported: Reported;
  readonly bank: AdaptiveBank;
  /** Exposure parameters below 1, where they were asked for. */
  readonly held: Readonly<Record<string, number>> | undefined;
}

async function simulated(
  { specification, part }: TestToSimulate,
  sitters: StudyPopulation,
  { simulees, seed, exposure: maximum, candidates: candidatesPerMonth, seen: mostSeen }: Asked,
  threads: StudyOptions,
): Promise<Omit<Simulated, 'reported'> & { readonly reported: Omit<Reported, 'changes'> }> {
  const controlled =
    maximum === undefined
      ? undefined
      : await controlExposure(sitters, { simulees: Math.min(simulees, 6000), seed, maximum }, threads);
  const bank = controlled?.bank ?? sitters.bank;
  const cuts = listeningCuts(specification.regime, now().slice(0, 10));
  const study = await simulateStudy(
    { ...sitters, bank, simulees, seed, cuts },
    { ...threads, onProgress: progressBar(simulees) },
  );
  const life = bankLife({
    bank: bank.parameters,
    rates: study.exposure.map(({ rate }) => rate),
    isInUse: (item) => bank.isPretest[item] !== true,
    candidatesPerMonth,
    mostSeen,
    cuts: cuts.map(({ theta }) => theta),
    length: part.policy.maximumItems,
  });
  const { id, version, synthetic } = specification;
  return {
    bank,
    held: controlled?.held,
    reported: {
      specification: id,
      version,
      synthetic: synthetic === true,
      study,
      population,
      cuts,
      items: bank.isPretest.map((isPretest, n) => ({ isPretest, difficulty: bank.parameters.step[n] ?? 0 })),
      life,
      candidatesPerMonth,
      mostSeen,
    },
  };
}

/** What is otherwise than in force, in words. */
const changesOf = ({ release, slopes, spread, exposure }: Asked, say: ReportVoice): string[] => [
  ...(release === undefined ? [] : [say('simulation.release', { release })]),
  ...(slopes === undefined ? [] : [say('simulation.slopes', { mean: slopes, spread })]),
  ...(exposure === undefined ? [] : [say('simulation.exposureAim', { maximum: exposure })]),
];

function filesOf({ releases }: TestToSimulate, { reported, bank, held }: Simulated, say: ReportVoice): ReportFiles {
  const { specification, version, changes, study, candidatesPerMonth, mostSeen } = reported;
  const retirement = reported.life.retirement.map(({ item, ...rest }) => ({ id: bank.parameters.id[item], ...rest }));
  const life = { candidatesPerMonth, mostSeen, ...reported.life, retirement };
  const json = { specification, version, releases, changes, summary: summaryOf(study), life, study };
  return {
    'simulation.json': `${JSON.stringify(json, null, 2)}\n`,
    'simulation.html': simulationPage(reported, say),
    ...(held === undefined ? {} : { 'exposure.json': `${JSON.stringify(held, null, 1)}\n` }),
  };
}

export const simulateCommand = command({
  name: 'simulate',
  calls: ['SPECIFICATION [OPTIONS]'],
  says: 'simulate.says',
  examples: [
    'meetlat simulate nt2-oral --simulees 20000 --exposure 0.25 --out simulation-2026',
    'meetlat simulate nt2-oral --release nt2-listening-2 --out simulation-2',
  ],
  options,
  run: async (values, [id]) => {
    if (id === undefined) throw new UsageError('simulate.no-specification');
    await requireReportFolder(values.out);
    const say = reportVoice(values.language);
    const { slopes, spread, workers = Math.min(availableParallelism(), 64) } = values;
    const subject = await simulatedTest(id, values.release);
    const { policy } = subject.part;
    const bank = slopes === undefined ? subject.bank : withSlopes(subject.bank, policy, slopes, spread);
    const sitters: StudyPopulation = { policy, bank, population };
    const found = await withWorkers(sitters, workers, (threads) => simulated(subject, sitters, values, threads));
    const outcome: Simulated = { ...found, reported: { ...found.reported, changes: changesOf(values, say) } };
    console.log(studyLines(outcome.reported, say).join('\n'));
    await writeReport(values.out, () => filesOf(subject, outcome, say));
    return 0;
  },
});
