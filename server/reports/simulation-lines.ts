/** A simulated study in numbers and sentences, for the page and for the terminal. */
import type { BankLife } from 'itemresponsetheory/simulation';
import type { StudyResult } from '../../engine/adaptive/simulate.ts';
import type { ReportVoice } from '../../words/reports.ts';
import { percent } from './numbers.ts';

export const share = (value: number | undefined): string => percent(value, 1);

export interface Reported {
  readonly specification: string;
  readonly version: number;
  readonly synthetic: boolean;
  readonly study: StudyResult;
  readonly population: { readonly mean: number; readonly sd: number };
  readonly cuts: readonly { readonly name: string; readonly theta: number }[];
  readonly items: readonly { readonly difficulty: number; readonly isPretest: boolean }[];
  readonly life: BankLife;
  readonly candidatesPerMonth: number;
  readonly mostSeen: number;
  /** What was changed for this study, in words; empty when nothing. */
  readonly changes: readonly string[];
}

export function summaryOf(study: StudyResult) {
  const b1 = study.cuts.find(({ name }) => name === 'B1');
  return {
    accuracyB1: b1?.accuracy,
    falseNegativesB1: b1?.falseNegatives,
    falsePositivesB1: b1?.falsePositives,
    meanLength: study.meanLength,
    maximumExposure: study.maximumExposure,
    informationKept: study.informationKept,
  };
}

export function studyLines(reported: Reported, say: ReportVoice): string[] {
  const { study, population, changes } = reported;
  const stopped = Object.entries(study.stopped)
    .map(([reason, count]) => say.find(`simulation.stopped.${reason}`, { count }) ?? `${reason} ${count}`)
    .join(', ');
  return [
    say('simulation.simulees', { count: study.simulees, seed: study.seed, mean: population.mean, sd: population.sd }),
    ...changes,
    say('simulation.length', { mean: study.meanLength.toFixed(2), stopped }),
    say('simulation.error', {
      bias: study.bias.toFixed(3),
      rmse: study.rmse.toFixed(3),
      se: study.meanStandardError.toFixed(3),
    }),
    say('simulation.exposure', {
      highest: study.maximumExposure.toFixed(3),
      overlap: share(study.overlap),
      kept: share(study.informationKept),
    }),
    ...cutLines(study, say),
    say('simulation.exactLevel', { share: share(study.exactLevel) }),
    lifeLine(reported, say),
  ];
}

/** A column for each rate, as wide as its title. */
function cutLines({ cuts }: StudyResult, say: ReportVoice): string[] {
  const [cut, ...titles] = [
    say('simulation.cut'),
    say('simulation.right'),
    say('simulation.falseNegatives'),
    say('simulation.falsePositives'),
  ];
  return [
    [cut, ...titles].join('  '),
    ...cuts.map(({ name, accuracy, falseNegatives, falsePositives }) => {
      const rates = [accuracy, falseNegatives, falsePositives];
      return [name.padEnd(cut.length), ...titles.map((title, n) => share(rates[n]).padStart(title.length))].join('  ');
    }),
  ];
}

export function lifeLine({ life, cuts, candidatesPerMonth, mostSeen }: Reported, say: ReportVoice): string {
  const values = {
    months: life.wornOutInMonth,
    cut: cuts.find(({ theta }) => theta === life.atCut)?.name ?? '',
    candidates: candidatesPerMonth,
    seen: mostSeen,
    retired: life.retirement.length,
  };
  return say(Number.isFinite(life.wornOutInMonth) ? 'simulation.wornOut' : 'simulation.neverWornOut', values);
}
