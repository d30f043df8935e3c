/**
 * `meetlat simulate SPECIFICATION`: simulated candidates of known ability sit the adaptive part by the code that runs
 * it live.
 */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createItemParameters, createRng, exp, normalGrid, tabulate } from 'itemresponsetheory';
import { bankLife } from 'itemresponsetheory/simulation';
import {
  exposureParameters,
  simulateStudy,
  type StudyPopulation,
  type StudyOptions,
} from '../../engine/adaptive/simulate.ts';
import type { AdaptiveBank } from '../../engine/adaptive/bank.ts';
import { adaptiveBank } from '../../item-bank/releases/adaptive-test.ts';
import type { AdaptivePart, Specification } from '../../item-bank/specifications/specification.ts';
import type { Release } from '../../item-bank/releases/release.ts';
import { loadDemonstration } from '../../demonstration/bank.ts';
import { demonstrationFolder } from '../compose.ts';
import { command } from './command.ts';
import { choice, number, text } from './options.ts';
import { UsageError } from './usage-error.ts';
import { type Reported, reportLanguages, reportPage, summaryOf, tableLines } from '../reports/simulation-report.ts';
import { withWorkers } from './simulation-workers.ts';

/** Cuts of listening on its own scale (the regime nt2-oral-b1). */
const cuts = [
  { name: 'A1', theta: -1.5 },
  { name: 'A2', theta: 0 },
  { name: 'B1', theta: 1.5 },
];
const population = { mean: 0.3, sd: 1.4 };

function partOf(
  specifications: readonly Specification[],
  id: string,
): { readonly specification: Specification; readonly part: AdaptivePart } {
  const specification = specifications.find((candidate) => candidate.id === id);
  if (specification === undefined)
    throw new UsageError('simulate.unknown-specification', {
      id,
      known: specifications.map((one) => one.id).join(', '),
    });
  const part = specification.parts.find((candidate) => candidate.kind === 'adaptive');
  if (part === undefined) throw new UsageError('simulate.nothing-adaptive', { id });
  return { specification, part };
}

/**
 * The same bank with slopes drawn anew, ln a ~ N(ln mean − spread²/2, spread²): what better items would bring. The draw
 * belongs to the item.
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

/** Everything beside its place first, then renamed: an interrupted command leaves nothing half-written. */
async function writeAll(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, `${name}.part`), text);
  for (const name of Object.keys(files)) await rename(join(folder, `${name}.part`), join(folder, name));
  console.log(`${folder}: ${Object.keys(files).join(', ')}`);
}

/** A bar on the terminal's error stream; nothing when that is a file. */
function progressBar(total: number): (done: number) => void {
  if (!process.stderr.isTTY) return () => undefined;
  return (done) => {
    const filled = Math.floor((30 * done) / total);
    process.stderr.write(
      `\r[${'#'.repeat(filled)}${'.'.repeat(30 - filled)}] ${done} / ${total}${done >= total ? '\n' : ''}`,
    );
  };
}

export const simulateCommand = command({
  name: 'simulate',
  calls: ['SPECIFICATION [OPTIONS]'],
  says: 'simulate.says',
  examples: ['meetlat simulate nt2-oral --simulees 20000 --exposure 0.25 --out simulation-2026'],
  options: {
    simulees: number('N', 'simulate.simulees', { isWhole: true, most: 10_000_000 }, 2000),
    seed: number('S', 'simulate.seed', { isWhole: true, least: 0, most: 10_000_000 }, 1),
    exposure: number('MOST', 'simulate.exposure', { most: 1 }),
    slopes: number('MEAN', 'simulate.slopes', { most: 5 }),
    spread: number('SD', 'simulate.spread', { most: 2 }, 0.25),
    candidates: number('PER_MONTH', 'simulate.candidates', { most: 1e6 }, 400),
    seen: number('MOST', 'simulate.seen', { most: 1e7 }, 1000),
    workers: number('N', 'simulate.workers', { isWhole: true, most: 64 }),
    language: choice(['nl', 'en'], 'option.language', 'en'),
    out: text('DIR', 'option.out'),
  },
  run: async (values, [id]) => {
    if (id === undefined) throw new UsageError('simulate.no-specification');
    const { simulees, seed, exposure: maximum, slopes, spread, language, candidates: candidatesPerMonth } = values;
    const { seen: mostSeen, workers = Math.min(availableParallelism(), 64) } = values;
    const t = reportLanguages[language];
    const { specifications, releases } = await loadDemonstration(demonstrationFolder);
    const { specification, part } = partOf(specifications, id);
    const pinned: Release[] = releases.filter((release) => specification.banks.includes(release.bank));
    const released = adaptiveBank(
      part,
      pinned.flatMap(({ items }) => items),
      pinned.flatMap(({ parameters }) => parameters),
    );
    const changes = [
      ...(slopes === undefined ? [] : [t.slopes.replace('{mean}', String(slopes)).replace('{spread}', String(spread))]),
      ...(maximum === undefined ? [] : [t.exposureAim.replace('{maximum}', String(maximum))]),
    ];
    const sitters: StudyPopulation = {
      policy: part.policy,
      bank: slopes === undefined ? released : withSlopes(released, part.policy, slopes, spread),
      population,
    };
    return withWorkers(sitters, workers, async (options) => {
      const controlled =
        maximum === undefined
          ? undefined
          : await controlExposure(sitters, { simulees: Math.min(simulees, 6000), seed, maximum }, options);
      const bank = controlled?.bank ?? sitters.bank;
      const study = await simulateStudy(
        { ...sitters, bank, simulees, seed, cuts },
        { ...options, onProgress: progressBar(simulees) },
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
      const items = bank.isPretest.map((isPretest, n) => ({ isPretest, difficulty: bank.parameters.step[n] ?? 0 }));
      const reported: Reported = {
        specification: id,
        version: specification.version,
        synthetic: specification.synthetic === true,
        study,
        population,
        cuts,
        items,
        life,
        candidatesPerMonth,
        mostSeen,
        changes,
      };
      console.log(tableLines(reported, language).join('\n'));
      if (values.out !== undefined) {
        await writeAll(values.out, {
          'simulation.json': `${JSON.stringify({ specification: id, version: specification.version, changes, summary: summaryOf(study), life: { candidatesPerMonth, mostSeen, ...life, retirement: life.retirement.map(({ item, ...rest }) => ({ id: bank.parameters.id[item], ...rest })) }, study }, null, 2)}\n`,
          'simulation.html': reportPage(reported, language),
          ...(controlled === undefined ? {} : { 'exposure.json': `${JSON.stringify(controlled.held, null, 1)}\n` }),
        });
      }
      return 0;
    });
  },
});
