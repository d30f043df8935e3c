/** What a calibration did and found, in sentences: for the page and for the terminal. */
import { type AppraisedItem } from '../../item-bank/calibration/appraisal.ts';
import { type Light } from '../../item-bank/calibration/judge.ts';
import { type ReportVoice } from '../../words/reports.ts';
import { type CalibrationOutcome } from '../../item-bank/calibration/outcome.ts';

/** Persons, items and responses that were repaired or left out, in words. */
export function leftOutLines(
  { remarks, leftOut }: Pick<CalibrationOutcome, 'remarks' | 'leftOut'>,
  say: ReportVoice,
): string[] {
  return [
    ...remarks.map(
      ({ code, count, names = [] }) => say.find(`report.remarks.${code}`, { count, names: names.join(', ') }) ?? code,
    ),
    ...leftOut.map(({ item, why, responses, category }) =>
      say(`report.leftOut.${why}`, { item, responses, category: category ?? '' }),
    ),
  ];
}

/** The same, and statistics that could not be computed; for the terminal too. */
export function remarkLines(outcome: CalibrationOutcome, say: ReportVoice): string[] {
  return [
    ...leftOutLines(outcome, say),
    ...outcome.appraisal.leftOut.map(({ statistic, why }) =>
      say(`report.statisticsLeftOut.${why}`, {
        statistic: statistic === 'classical' ? say('report.classical') : statistic,
      }),
    ),
  ];
}

export const lightCounts = ({ appraisal }: CalibrationOutcome): Readonly<Record<Light, number>> => ({
  keep: appraisal.items.filter(({ light }) => light === 'keep').length,
  look: appraisal.items.filter(({ light }) => light === 'look').length,
  drop: appraisal.items.filter(({ light }) => light === 'drop').length,
});

export const reasonWords = ({ reasons }: AppraisedItem, say: ReportVoice): string =>
  reasons.map((reason) => say(`report.reasons.${reason}`)).join('; ');

export const notConverged = ({ calibration }: CalibrationOutcome, say: ReportVoice): string | undefined =>
  calibration === undefined || calibration.converged
    ? undefined
    : say('report.notConverged', {
        cycles: calibration.cycles,
        change: calibration.largestChange.toExponential(2),
      });

const column = (value: number | undefined): string =>
  (value === undefined || !Number.isFinite(value) ? '–' : value.toFixed(3)).padStart(9);

function itemLines({ appraisal, calibration, parameters }: CalibrationOutcome, say: ReportVoice): string[] {
  const width = Math.max(4, ...appraisal.items.map(({ item }) => item.length));
  const rows = appraisal.items.map((item, n) => {
    const [estimate, spec] = [calibration?.estimates[n], parameters[n]];
    const given = spec?.model === 'logistic' ? spec : undefined;
    const numbers = [
      estimate?.slope ?? given?.slope,
      estimate?.slopeStandardError,
      estimate?.difficulty ?? given?.difficulty,
      estimate?.difficultyStandardError,
      item.infit,
      item.rmsd,
    ];
    const verdict = say(`report.lights.${item.light}`);
    const reasons = item.reasons.length === 0 ? '' : `: ${reasonWords(item, say)}`;
    const counts = `${String(item.responses).padStart(7)} ${item.p.toFixed(2)}`;
    return `${item.item.padEnd(width)} ${numbers.map(column).join('')} ${counts}  ${verdict}${reasons}`;
  });
  const head = say.each(
    'report.slope',
    'report.se',
    'report.columnDifficulty',
    'report.se',
    'report.infit',
    'report.rmsd',
  );
  const titles = head.map((title) => title.padStart(9)).join('');
  const counts = `${say('report.n').padStart(7)} ${say('report.p').padStart(4)}`;
  return [`${say('report.item').padEnd(width)} ${titles} ${counts}`, ...rows];
}

function runLine({ calibration, persons, responses, population }: CalibrationOutcome, say: ReportVoice): string[] {
  if (calibration === undefined) return [];
  const { model, cycles, logLikelihood, converged } = calibration;
  return [
    [
      say('report.ran', {
        ...{ model, persons, responses, cycles },
        logLikelihood: logLikelihood.toFixed(4),
        mean: population.mean.toFixed(4),
        variance: (population.sd ** 2).toFixed(4),
      }),
      say(converged ? 'report.converged' : 'report.didNotConverge'),
    ].join(', '),
  ];
}

/** The outcome on the terminal: a line for each item, what was left out, how it went. */
export function outcomeLines(outcome: CalibrationOutcome, say: ReportVoice): string[] {
  const alarm = notConverged(outcome, say);
  return [
    ...itemLines(outcome, say),
    '',
    ...remarkLines(outcome, say).map((line) => `- ${line}`),
    ...runLine(outcome, say),
    say('report.lightsOf', lightCounts(outcome)),
    ...(alarm === undefined ? [] : [alarm]),
  ];
}
