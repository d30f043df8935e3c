/**
 * `meetlat simulate SPECIFICATION`: simulated candidates of known ability sit the adaptive part by the code that runs
 * it live.
 */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createItemParameters, createRng, exp, normalGrid, tabulate } from 'itemresponsetheory';
import { bankLife } from 'itemresponsetheory/simulation';
import { exposureParameters, simulateStudy, type Sitters, type StudyOptions } from '../../engine/adaptive/simulate.ts';
import type { AdaptiveBank } from '../../engine/adaptive/bank.ts';
import { adaptiveBank } from '../../item-bank/releases/adaptive-test.ts';
import type { AdaptivePart, Specification } from '../../item-bank/specifications/specification.ts';
import type { Release } from '../../item-bank/releases/release.ts';
import { loadDemonstration } from '../../demonstration/bank.ts';
import { demonstrationFolder } from '../compose.ts';
import { type Command, UsageError } from './command.ts';
import {
  type Reported,
  type ReportLanguage,
  reportLanguages,
  reportPage,
  summaryOf,
  tableLines,
} from '../reports/simulation-report.ts';
import { withWorkers } from './simulation-workers.ts';

/** Cuts of listening on its own scale (the regime nt2-oral-b1). */
const cuts = [
  { name: 'A1', theta: -1.5 },
  { name: 'A2', theta: 0 },
  { name: 'B1', theta: 1.5 },
];
const population = { mean: 0.3, sd: 1.4 };

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > 10_000_000)
    throw new UsageError(`--${name} ${text}: must be a whole number from ${least}`);
  return value;
}

function partOf(
  specifications: readonly Specification[],
  id: string,
): { readonly specification: Specification; readonly part: AdaptivePart } {
  const specification = specifications.find((candidate) => candidate.id === id);
  if (specification === undefined)
    throw new UsageError(`no specification "${id}"; there are ${specifications.map((one) => one.id).join(', ')}`);
  const part = specification.parts.find((candidate) => candidate.kind === 'adaptive');
  if (part === undefined) throw new UsageError(`${id} has no adaptive part to simulate`);
  return { specification, part };
}

/** A number above 0 and at most `most`. */
function positive(name: string, text: string, most: number): number {
  const value = Number(text);
  if (!(value > 0 && value <= most))
    throw new UsageError(`--${name} ${text}: must be a number above 0 and at most ${most}`);
  return value;
}

const isLanguage = (name: string): name is ReportLanguage => Object.hasOwn(reportLanguages, name);

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
  sitters: Sitters,
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

const optionsOf = {
  simulees: { type: 'string', default: '2000' },
  seed: { type: 'string', default: '1' },
  workers: { type: 'string', default: String(availableParallelism()) },
  exposure: { type: 'string' },
  slopes: { type: 'string' },
  spread: { type: 'string', default: '0.25' },
  candidates: { type: 'string', default: '400' },
  seen: { type: 'string', default: '1000' },
  language: { type: 'string', default: 'en' },
  out: { type: 'string' },
} as const;

export const simulateCommand: Command = {
  usage:
    'simulate SPECIFICATION [--simulees N] [--seed S] [--workers N] [--exposure MAX] [--slopes MEAN [--spread SD]] [--candidates PER_MONTH] [--seen MOST] [--language nl|en] [--out DIR]   how an adaptive test behaves, e.g. nt2-oral',
  run: async (argv) => {
    const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options: optionsOf });
    const [id] = positionals;
    if (id === undefined) throw new UsageError('simulate needs the id of a specification, e.g. nt2-oral');
    const [simulees, seed, workers] = [
      wholeNumber('simulees', values.simulees, 1),
      wholeNumber('seed', values.seed, 0),
      wholeNumber('workers', values.workers, 1),
    ];
    const { language } = values;
    if (!isLanguage(language))
      throw new UsageError(`--language ${language}: must be ${Object.keys(reportLanguages).join(' or ')}`);
    const t = reportLanguages[language];
    const { specifications, releases } = await loadDemonstration(demonstrationFolder);
    const { specification, part } = partOf(specifications, id);
    const pinned: Release[] = releases.filter((release) => specification.banks.includes(release.bank));
    const released = adaptiveBank(
      part,
      pinned.flatMap(({ items }) => items),
      pinned.flatMap(({ parameters }) => parameters),
    );
    const [slopes, spread, maximum] = [
      values.slopes === undefined ? undefined : positive('slopes', values.slopes, 5),
      positive('spread', values.spread, 2),
      values.exposure === undefined ? undefined : positive('exposure', values.exposure, 1),
    ];
    const changes = [
      ...(slopes === undefined ? [] : [t.slopes.replace('{mean}', String(slopes)).replace('{spread}', String(spread))]),
      ...(maximum === undefined ? [] : [t.exposureAim.replace('{maximum}', String(maximum))]),
    ];
    const sitters: Sitters = {
      policy: part.policy,
      bank: slopes === undefined ? released : withSlopes(released, part.policy, slopes, spread),
      population,
    };
    return withWorkers(sitters, Math.min(workers, 64), async (options) => {
      const controlled =
        maximum === undefined
          ? undefined
          : await controlExposure(sitters, { simulees: Math.min(simulees, 6000), seed, maximum }, options);
      const bank = controlled?.bank ?? sitters.bank;
      const study = await simulateStudy(
        { ...sitters, bank, simulees, seed, cuts },
        { ...options, onProgress: progressBar(simulees) },
      );
      const [candidatesPerMonth, mostSeen] = [
        positive('candidates', values.candidates, 1e6),
        positive('seen', values.seen, 1e7),
      ];
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
};
