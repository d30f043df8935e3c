/** `meetlat simulate SPECIFICATION`: simulated candidates of known ability sit the adaptive part by the code that runs it live. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type StudyResult, exposureParameters, simulateStudy } from '../../engine/adaptive/simulate.ts';
import type { AdaptiveBank } from '../../engine/adaptive/bank.ts';
import { curveChart, escapeXml } from '../../engine/charts/curve.ts';
import { adaptiveBank } from '../../item-bank/releases/adaptive-test.ts';
import type { AdaptivePart, Specification } from '../../item-bank/specifications/specification.ts';
import type { Release } from '../../item-bank/releases/release.ts';
import { loadDemonstration } from '../../demonstration/bank.ts';
import { demonstrationFolder } from '../compose.ts';
import { type Command, UsageError } from './command.ts';

/** Cuts of listening on its own scale (the regime nt2-oral-b1). */
const cuts = [{ name: 'A1', theta: -1.5 }, { name: 'A2', theta: 0 }, { name: 'B1', theta: 1.5 }];
const population = { mean: 0.3, sd: 1.4 };

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > 10_000_000) throw new UsageError(`--${name} ${text}: must be a whole number from ${least}`);
  return value;
}

function partOf(specifications: readonly Specification[], id: string): { readonly specification: Specification; readonly part: AdaptivePart } {
  const specification = specifications.find((candidate) => candidate.id === id);
  if (specification === undefined) throw new UsageError(`no specification "${id}"; there are ${specifications.map((one) => one.id).join(', ')}`);
  const part = specification.parts.find((candidate) => candidate.kind === 'adaptive');
  if (part === undefined) throw new UsageError(`${id} has no adaptive part to simulate`);
  return { specification, part };
}

const percent = (value: number | undefined): string => (value === undefined ? '–' : `${(100 * value).toFixed(1)} %`);

function lines(study: StudyResult): string[] {
  return [
    `simulees ${study.simulees}, seed ${study.seed}, ability N(${population.mean}, ${population.sd})`,
    `items    mean ${study.meanLength.toFixed(2)} scored; stopped ${Object.entries(study.stopped).map(([reason, count]) => `${reason} ${count}`).join(', ')}`,
    `error    bias ${study.bias.toFixed(3)}, RMSE ${study.rmse.toFixed(3)}, mean SE ${study.meanStandardError.toFixed(3)}`,
    `exposure highest ${study.maximumExposure.toFixed(3)}`,
    'cut   accuracy   false negatives (of masters)   false positives (of others)',
    ...study.cuts.map(({ name, accuracy, falseNegatives, falsePositives }) => `${name.padEnd(5)} ${percent(accuracy).padStart(8)}   ${percent(falseNegatives).padStart(12)}   ${percent(falsePositives).padStart(27)}`),
    `exact level ${percent(study.exactLevel)}`,
  ];
}

function summary(study: StudyResult) {
  const b1 = study.cuts.find(({ name }) => name === 'B1');
  return { accuracyB1: b1?.accuracy, falseNegativesB1: b1?.falseNegatives, falsePositivesB1: b1?.falsePositives, meanLength: study.meanLength, maximumExposure: study.maximumExposure };
}

/** One self-contained page: the curves a test designer expects, and the table they come from. */
function report(specification: Specification, study: StudyResult): string {
  const chart = (title: string, value: (bin: StudyResult['conditional'][number]) => number, from: number, to: number): string => curveChart({
    title, description: `${title}, by true ability`, x: { label: 'θ', from: -4, to: 4 }, y: { label: title, from, to },
    lines: [{ name: title, points: study.conditional.filter(({ theta, simulees }) => Math.abs(theta) <= 4 && simulees >= 5).map((bin) => [bin.theta, value(bin)]) }], marks: cuts.map(({ name, theta }) => ({ name, x: theta })),
  });
  const rates = study.exposure.map(({ rate }) => rate).sort((a, b) => b - a);
  const exposure = curveChart({ title: 'Exposure', description: 'Share of candidates who got an item, items ordered', x: { label: 'item', from: 0, to: rates.length }, y: { label: 'exposure', from: 0, to: 0.5 }, lines: [{ name: 'exposure', points: rates.map((rate, n) => [n, rate]) }] });
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Simulation of ${escapeXml(specification.id)}</title><h1>Simulation of ${escapeXml(specification.id)}, version ${specification.version}</h1>`
    + `<p>Simulated candidates; item parameters are ${specification.synthetic ? 'expert guesses of a demonstration' : 'those of the release'}.</p><pre>${escapeXml(lines(study).join('\n'))}</pre>`
    + `${chart('RMSE', ({ rmse }) => rmse, 0, 1)}${chart('Bias', ({ bias }) => bias, -0.5, 0.5)}${exposure}</html>\n`;
}

function rate(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 1)) throw new UsageError(`--exposure ${text}: must be a share above 0 and at most 1`);
  return value;
}

const rounds = 12;

/** Sympson–Hetter parameters for a release: exposure.json holds K for each item that must be held back. */
async function controlExposure(part: AdaptivePart, bank: AdaptiveBank, { simulees, seed, maximum, out }: { simulees: number; seed: number; maximum: number; out: string | undefined }): Promise<number> {
  const { k, maximumExposure } = exposureParameters({ policy: part.policy, bank, simulees, seed, population }, maximum, rounds);
  const held = [...k].filter(([, value]) => value < 1).map(([id, value]) => [id, Math.round(value * 10_000) / 10_000] as const);
  console.log(`exposure at most ${maximum}: ${held.length} items are held back; highest rate of the last round ${maximumExposure.toFixed(3)}`);
  if (out !== undefined) {
    await mkdir(out, { recursive: true });
    await writeFile(join(out, 'exposure.json'), `${JSON.stringify(Object.fromEntries(held), null, 1)}\n`);
    console.log(`written to ${out}: exposure.json`);
  }
  return 0;
}

export const simulateCommand: Command = {
  usage: 'simulate SPECIFICATION [--simulees N] [--seed S] [--exposure MAX] [--out DIR]   how an adaptive test behaves, e.g. nt2-oral',
  run: async (argv) => {
    const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options: { simulees: { type: 'string', default: '2000' }, seed: { type: 'string', default: '1' }, exposure: { type: 'string' }, out: { type: 'string' } } });
    const [id] = positionals;
    if (id === undefined) throw new UsageError('simulate needs the id of a specification, e.g. nt2-oral');
    const [simulees, seed] = [wholeNumber('simulees', values.simulees, 1), wholeNumber('seed', values.seed, 0)];
    const { specifications, releases } = await loadDemonstration(demonstrationFolder);
    const { specification, part } = partOf(specifications, id);
    const pinned: Release[] = releases.filter((release) => specification.banks.includes(release.bank));
    const bank = adaptiveBank(part, pinned.flatMap(({ items }) => items), pinned.flatMap(({ parameters }) => parameters));
    const progress = process.stderr.isTTY;
    if (values.exposure !== undefined) return controlExposure(part, bank, { simulees, seed, maximum: rate(values.exposure), out: values.out });
    const study = simulateStudy({ policy: part.policy, bank, simulees, seed, population, cuts, onProgress: (done) => { if (progress) process.stderr.write(`\r${done} of ${simulees}`); } });
    if (progress) process.stderr.write('\n');
    console.log(lines(study).join('\n'));
    if (values.out !== undefined) {
      await mkdir(values.out, { recursive: true });
      await writeFile(join(values.out, 'simulation.json'), `${JSON.stringify({ specification: id, version: specification.version, summary: summary(study), study }, null, 2)}\n`);
      await writeFile(join(values.out, 'simulation.html'), report(specification, study));
      console.log(`written to ${values.out}: simulation.json, simulation.html`);
    }
    return 0;
  },
};
