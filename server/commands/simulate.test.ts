import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isFull, recordFigures } from '../../tests/figures.ts';

const program = join(import.meta.dirname, '../../bin/meetlat.mjs');
const count = isFull ? 20_000 : 2000;

interface Written {
  readonly summary: {
    readonly accuracyB1: number;
    readonly falseNegativesB1: number;
    readonly falsePositivesB1: number;
    readonly meanLength: number;
    readonly maximumExposure: number;
    readonly informationKept: number;
  };
  readonly life: { readonly wornOutInMonth: number; readonly retirement: readonly { readonly id: string }[] };
}

function simulated(...options: readonly string[]): {
  readonly written: Written;
  readonly text: string;
  readonly folder: string;
} {
  const folder = mkdtempSync(join(tmpdir(), 'meetlat-simulate-'));
  execFileSync(process.execPath, [program, 'simulate', 'nt2-oral', ...options, '--out', folder], { stdio: 'pipe' });
  const text = readFileSync(join(folder, 'simulation.json'), 'utf8');
  return { text, folder, written: JSON.parse(text) };
}

describe('meetlat simulate nt2-oral', () => {
  it('keeps its promises with slopes 1; the report is one page without script', () => {
    const {
      written: { summary, life },
      folder,
    } = simulated('--simulees', String(count));
    recordFigures('nt2-oral', summary);
    // A study of 2,000 has a Monte-Carlo error of its own: half a hundredth on accuracy, two on false negatives (400
    // masters).
    expect(summary.accuracyB1).toBeGreaterThan(isFull ? 0.935 : 0.92);
    expect(summary.falseNegativesB1).toBeLessThan(isFull ? 0.17 : 0.21);
    expect(summary.falsePositivesB1).toBeLessThan(0.06);
    expect(summary.meanLength).toBeLessThanOrEqual(30);
    expect(summary.maximumExposure).toBeLessThanOrEqual(0.27);
    expect(summary.informationKept).toBeGreaterThan(0.92);
    expect(life.wornOutInMonth).toBeGreaterThan(3);
    expect(life.retirement.length).toBeGreaterThan(10);
    const page = readFileSync(join(folder, 'simulation.html'), 'utf8');
    expect(page).toMatch(/<svg[\s\S]*<svg/);
    expect(page).not.toMatch(/<script|src=|href=/);
    expect(existsSync(join(folder, 'simulation.json.part'))).toBe(false);
  }, 900_000);

  it('gives the same numbers for one worker and for two', () => {
    const [one, two] = ['1', '2'].map(
      (workers) => simulated('--simulees', '600', '--seed', '9', '--workers', workers).text,
    );
    expect(two).toBe(one);
  }, 300_000);

  it.runIf(isFull)(
    'with slopes of mean 1.3 decides better with fewer items',
    () => {
      const {
        written: { summary },
      } = simulated('--simulees', String(count), '--slopes', '1.3', '--exposure', '0.25');
      recordFigures('nt2-oral-slopes', summary);
      expect(summary.accuracyB1).toBeGreaterThanOrEqual(0.955);
      expect(summary.falseNegativesB1).toBeLessThanOrEqual(0.1);
      expect(summary.meanLength).toBeLessThanOrEqual(24);
      expect(summary.maximumExposure).toBeLessThanOrEqual(0.27);
    },
    1_800_000,
  );

  it.each([
    [['nowhere'], /no specification "nowhere"/],
    [['nt2-oral', '--simulees', '0'], /--simulees 0/],
    [['nt2-oral', '--exposure', '2'], /--exposure 2/],
    [['nt2-oral', '--language', 'xx'], /--language xx/],
    [['mo'], /no adaptive part/],
  ])('refuses %j in one line', (options, message) => {
    const { status, stderr } = spawnSync(process.execPath, [program, 'simulate', ...options], { encoding: 'utf8' });
    expect(status).not.toBe(0);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});
