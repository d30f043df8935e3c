/**
 * The report of a link: one page with the anchors, both test characteristic curves and the table of equivalent scores.
 */
import { table, section, paragraph, figure, page } from './page.ts';
import { fixed } from './numbers.ts';
import { curveChart } from '../../engine/charts/curve.ts';
import { escapeXml } from '../../engine/charts/svg.ts';
import type { LinkOutcome } from '../../item-bank/calibration/anchor-link.ts';
import { type ReportVoice } from '../../words/reports.ts';

export interface LinkFrame {
  readonly fresh: string;
  readonly known: string;
  readonly madeAt: string;
  readonly say: ReportVoice;
}

function anchorsChart({ link }: LinkOutcome, say: ReportVoice): string {
  const ends = link.residuals.flatMap(({ from, to }) => [from, to]);
  const [from, to] = [Math.floor(Math.min(-2, ...ends)), Math.ceil(Math.max(2, ...ends))];
  return curveChart({
    title: say('report.anchorsTitle'),
    description: say('report.anchorsDescription'),
    x: { label: say('report.newScale'), from, to },
    y: { label: say('report.oldScale'), from, to },
    lines: [{ name: say('report.linkLine'), points: [from, to].map((x) => [x, link.slope * x + link.shift] as const) }],
    points: link.residuals.map((anchor) => ({
      x: anchor.from,
      y: anchor.to,
      line: anchor.isUsed ? 0 : 1,
      size: 4.5,
      name: say('report.persFit', { item: anchor.item, value: fixed(anchor.residual) }),
    })),
  });
}

function differenceChart({ scores }: LinkOutcome, say: ReportVoice): string {
  const ends = scores.flatMap(({ score, equivalent, observed, standardError = 0 }) => [
    equivalent - score - 2 * standardError,
    equivalent - score + 2 * standardError,
    observed - score,
  ]);
  return curveChart({
    title: say('linking.differenceTitle'),
    description: say('linking.differenceText'),
    x: { label: say('report.newScore'), from: 0, to: scores.length - 1 },
    y: {
      label: say('linking.differenceAxis'),
      from: Math.floor(Math.min(-1, ...ends)),
      to: Math.ceil(Math.max(1, ...ends)),
    },
    lines: [
      {
        name: say('linking.trueScore'),
        points: scores.map(({ score, equivalent }) => [score, equivalent - score] as const),
      },
      {
        name: say('linking.observedScore'),
        dashed: true,
        points: scores.map(({ score, observed }) => [score, observed - score] as const),
      },
    ],
    points: scores.flatMap(({ score, equivalent, standardError }) =>
      standardError === undefined
        ? []
        : [
            {
              x: score,
              y: equivalent - score,
              size: 2,
              low: equivalent - score - 1.96 * standardError,
              high: equivalent - score + 1.96 * standardError,
            },
          ],
    ),
  });
}

function equating(outcome: LinkOutcome, say: ReportVoice): string {
  const { scores, population } = outcome;
  const hasErrors = scores.some(({ standardError }) => standardError !== undefined);
  const head = [
    say('report.newScore'),
    say('report.ability'),
    say('linking.trueScore'),
    ...(hasErrors ? [say('report.se')] : []),
    say('linking.observedScore'),
    ...(hasErrors ? [say('report.se')] : []),
  ];
  return (
    section(
      say('linking.differenceTitle'),
      paragraph(say('linking.differenceText')) + figure('', differenceChart(outcome, say), 'wide'),
    ) +
    section(
      say('linking.equatingTitle'),
      paragraph(
        say('linking.equatingText', {
          mean: fixed(population.mean),
          sd: fixed(population.sd),
          from: say(`linking.from.${population.from}`),
        }),
      ) +
        (hasErrors ? '' : paragraph(say('linking.noErrors'))) +
        table(
          head,
          scores.map(({ score, theta, equivalent, standardError, observed, observedError }) => [
            String(score),
            fixed(theta),
            fixed(equivalent),
            ...(hasErrors ? [fixed(standardError)] : []),
            fixed(observed),
            ...(hasErrors ? [fixed(observedError)] : []),
          ]),
          'narrow',
        ),
    )
  );
}

function curvesChart({ curves }: LinkOutcome, say: ReportVoice): string {
  const most = Math.max(1, ...curves.map(({ known: value }) => value));
  return curveChart({
    title: say('report.scoreCurves'),
    description: say('report.scoreCurvesDescription'),
    x: { label: say('report.ability'), from: -4, to: 4 },
    y: { label: say('report.expectedScore'), from: 0, to: Math.ceil(most) },
    lines: [
      { name: say('report.oldScale'), points: curves.map(({ theta, known: value }) => [theta, value] as const) },
      {
        name: say('report.linkedScale'),
        dashed: true,
        points: curves.map(({ theta, linked }) => [theta, linked] as const),
      },
    ],
  });
}

export function linkPage(outcome: LinkOutcome, { fresh, known, madeAt, say }: LinkFrame): string {
  const { link, direction: chosen, methods } = outcome;
  const used = link.residuals.filter(({ isUsed }) => isUsed).length;
  const title = say('report.linkPageTitle', { fresh, known });
  return page(
    title,
    say('report.linkMadeAt', { at: madeAt, method: link.method }),
    say,
    section(
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
          say.each('report.linkMethod', 'linking.direction', 'report.unit', 'report.se', 'report.shift', 'report.se'),
          methods.map(({ method, direction, a, b, slopeError, shiftError }) => [
            method === link.method && (direction === undefined || direction === chosen) ? `<b>${method}</b>` : method,
            direction === undefined ? '–' : say(`linking.directions.${direction}`),
            fixed(a, 4),
            fixed(slopeError, 4),
            fixed(b, 4),
            fixed(shiftError, 4),
          ]),
          'narrow',
        ),
    ) +
      section(
        say('report.anchorsTitle'),
        paragraph(say('report.anchorsDescription')) +
          figure('', anchorsChart(outcome, say), 'wide') +
          table(
            say.each('report.anchor', 'report.newScale', 'report.oldScale', 'report.residual', 'report.isUsed'),
            link.residuals.map((anchor) => [
              escapeXml(anchor.item),
              fixed(anchor.from),
              fixed(anchor.to),
              fixed(anchor.residual),
              anchor.isUsed ? say('report.yes') : say('report.no'),
            ]),
            'narrow',
          ),
      ) +
      section(
        say('report.scoreCurves'),
        paragraph(say('report.scoreCurvesDescription')) + figure('', curvesChart(outcome, say), 'wide'),
      ) +
      equating(outcome, say),
  );
}
