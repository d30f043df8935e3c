/** The report of a calibration or of a fit. */
import { table, list, section, paragraph, figure, page } from './page.ts';
import { inLanguage, fixed, pValue, percent } from './numbers.ts';
import { lightsLine } from './lights.ts';
import { remarkLines, notConverged } from './calibration-lines.ts';
import { attention, fitPlots, allItems, curves, distractors } from './calibration-items.ts';
import { persons, personFit, groups } from './calibration-persons.ts';
import { type ReportFrame } from './report-frame.ts';
import { escapeXml } from '../../engine/charts/svg.ts';
import { informationChart } from '../../engine/charts/item.ts';
import { type CalibrationOutcome } from '../../item-bank/calibration/outcome.ts';
import { type ItemParameters, createItemParameters, testInformation } from 'itemresponsetheory';

function outline(outcome: CalibrationOutcome, { say }: ReportFrame): string {
  const number = inLanguage(say.language);
  const {
    calibration,
    appraisal: { reliability },
    population,
  } = outcome;
  const missing = 1 - outcome.responses / (outcome.persons * outcome.items);
  const cards = [
    [say('report.persons'), number.format(outcome.persons)],
    [say('report.items'), number.format(outcome.items)],
    [say('report.responses'), number.format(outcome.responses)],
    [say('report.missing'), percent(missing)],
    [say('report.reliability'), fixed(reliability.wle)],
  ];
  const rows: (readonly [string, string])[] = [
    [say('report.population'), `${fixed(population.mean)}; ${fixed(population.sd)}`],
    [say('report.marginal'), fixed(reliability.marginal, 3)],
    [say('report.wle'), fixed(reliability.wle, 3)],
    ...(reliability.alpha === undefined
      ? []
      : [
          [say('report.alpha'), fixed(reliability.alpha, 3)] as const,
          [say('report.omega'), fixed(reliability.omega, 3)] as const,
        ]),
    ...(calibration === undefined
      ? []
      : ([
          [say('report.logLikelihood'), fixed(calibration.logLikelihood, 4)],
          [say('report.freeParameters'), String(calibration.freeParameters)],
          [say('report.aic'), fixed(calibration.aic, 1)],
          [say('report.bic'), fixed(calibration.bic, 1)],
          [say('report.cycles'), `${calibration.cycles}; ${calibration.largestChange.toExponential(1)}`],
        ] as const)),
  ];
  const card = ([name = '', value = '']: readonly string[]): string =>
    `<div><dt>${escapeXml(name)}</dt><dd>${escapeXml(value)}</dd></div>`;
  return (
    `<dl class="cards">${cards.map(card).join('')}</dl>` +
    `${lightsLine(outcome.appraisal.items, say)}${table(
      say.each('report.measure', 'report.value'),
      rows.map(([name, value]) => [escapeXml(name), escapeXml(value)]),
      'narrow',
    )}`
  );
}

/** Numbers of the items that are not to be dropped. */
const kept = ({ appraisal }: CalibrationOutcome): number[] =>
  appraisal.items.flatMap(({ light }, n) => (light === 'drop' ? [] : [n]));

function information(outcome: CalibrationOutcome, bank: ItemParameters, { say, cuts }: ReportFrame): string {
  const items = kept(outcome);
  const titles = {
    title: say('report.informationTitle'),
    description: say('report.informationDescription'),
    ability: say('report.ability'),
    information: say('report.information'),
  };
  const rows = cuts.map(({ name, x }) => {
    const value = testInformation(bank, items, x);
    return [escapeXml(`${name} (θ = ${fixed(x)})`), fixed(value), fixed(1 / Math.sqrt(value))];
  });
  return (
    paragraph(say('report.informationText')) +
    figure('', informationChart(bank, items, titles, cuts), 'wide') +
    (rows.length === 0
      ? ''
      : table(say.each('report.cut', 'report.information', 'report.standardError'), rows, 'narrow'))
  );
}

function modelFit(
  { appraisal: { limitedInformation: fit, dependentPairs } }: CalibrationOutcome,
  { say }: ReportFrame,
): string {
  const whole =
    fit === undefined
      ? ''
      : section(
          say('report.modelFit'),
          table(
            say.each(
              'report.statistic',
              'report.value',
              'report.df',
              'report.p',
              'report.rmsea',
              'report.srmsr',
              'report.tli',
              'report.cfi',
            ),
            [
              [
                fit.statistic,
                fixed(fit.value),
                String(fit.degreesOfFreedom),
                escapeXml(pValue(fit.p)),
                `${fixed(fit.rmsea, 3)} [${fixed(fit.rmseaLower, 3)}; ${fixed(fit.rmseaUpper, 3)}]`,
                fixed(fit.srmsr, 3),
                fixed(fit.tli, 3),
                fixed(fit.cfi, 3),
              ],
            ],
          ),
        );
  const shown = dependentPairs.slice(0, 20);
  return (
    whole +
    section(
      say('report.pairs'),
      shown.length === 0
        ? paragraph(say('report.noPairs'))
        : paragraph(say('report.pairsText')) +
            table(
              say.each('report.pair', 'report.q3', 'report.adjusted'),
              shown.map(({ first, second, q3, adjusted }) => [
                escapeXml(`${first} – ${second}`),
                fixed(q3),
                fixed(adjusted),
              ]),
              'narrow',
            ) +
            (dependentPairs.length > shown.length
              ? paragraph(say('report.shownOf', { shown: shown.length, all: dependentPairs.length }))
              : ''),
    )
  );
}

function linking({ calibration }: CalibrationOutcome, { say }: ReportFrame): string {
  const link = calibration?.link;
  if (link === undefined) return '';
  const used = link.residuals.filter(({ isUsed }) => isUsed).length;
  return section(
    say('report.linkTitle'),
    paragraph(
      say('report.linkText', {
        slope: fixed(link.slope, 4),
        shift: fixed(link.shift, 4),
        used,
        all: link.residuals.length,
      }),
    ) +
      table(
        say.each('report.anchor', 'report.residual', 'report.isUsed'),
        link.residuals.map(({ item, residual, isUsed }) => [
          escapeXml(item),
          fixed(residual),
          isUsed ? say('report.yes') : say('report.no'),
        ]),
        'narrow',
      ),
  );
}

/**
 * How the numbers came about: the estimator, what it assumes, how near the maximum it ended; and a latent regression's
 * table.
 */
function estimation({ calibration }: CalibrationOutcome, { say }: ReportFrame): string {
  if (calibration === undefined) return '';
  const { estimator, online, biasCorrection, largestGradient, andersen, regression } = calibration;
  const lines = [
    say(`estimation.estimators.${estimator}`),
    ...(online === undefined ? [] : [say(`estimation.online.${online}`)]),
    ...(biasCorrection === true ? [say('estimation.biasCorrection')] : []),
    ...(Number.isFinite(largestGradient)
      ? [say('estimation.gradient', { gradient: largestGradient < 0.001 ? '< 0.001' : largestGradient.toFixed(3) })]
      : []),
    ...(andersen === undefined
      ? []
      : [
          say('estimation.andersen', {
            statistic: fixed(andersen.statistic),
            df: andersen.degreesOfFreedom,
            p: pValue(andersen.p),
          }),
        ]),
  ];
  const known =
    regression === undefined
      ? ''
      : section(
          say('estimation.regressionTitle'),
          paragraph(say('estimation.regressionText', { sd: fixed(regression.residualSd) })) +
            table(
              say.each('estimation.covariate', 'estimation.coefficient', 'report.se'),
              regression.names.map((name, n) => [
                escapeXml(name),
                fixed(regression.coefficients[n], 3),
                fixed(regression.standardErrors[n], 3),
              ]),
              'narrow',
            ),
        );
  return section(say('estimation.title'), list(lines)) + known;
}

/** Throws nothing; `outcome` is what runCalibration or fitKnown gave. */
export function calibrationPage(outcome: CalibrationOutcome, frame: ReportFrame): string {
  const { say } = frame;
  const title = say(outcome.kind === 'calibrate' ? 'report.calibrateTitle' : 'report.fitTitle', { file: frame.file });
  const bank = createItemParameters(outcome.parameters);
  const lines = remarkLines(outcome, say);
  const alarm = notConverged(outcome, say);
  return page(
    title,
    say('report.madeAt', {
      at: frame.madeAt.slice(0, 10),
      model:
        outcome.calibration === undefined ? say('report.given') : say(`report.models.${outcome.calibration.model}`),
    }),
    say,
    (alarm === undefined ? '' : `<p class="alarm">${escapeXml(alarm)}</p>`) +
      section(say('report.outline'), outline(outcome, frame)) +
      section(say('report.done'), lines.length === 0 ? paragraph(say('report.nothingDone')) : list(lines)) +
      estimation(outcome, frame) +
      linking(outcome, frame) +
      section(say('report.attention'), attention(outcome, frame)) +
      section(say('report.informationTitle'), information(outcome, bank, frame)) +
      persons(outcome, frame) +
      section(say('report.fitTitleItems'), fitPlots(outcome, frame)) +
      modelFit(outcome, frame) +
      personFit(outcome, frame) +
      groups(outcome, frame) +
      section(say('report.tableTitle'), allItems(outcome, frame)) +
      distractors(outcome, frame) +
      section(say('report.curvesTitle'), curves(outcome, bank, frame)) +
      section(say('report.methodTitle'), list(say.all('report.method'))),
  );
}
