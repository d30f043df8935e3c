/**
 * The report of a link: one page with the anchors, both test characteristic curves and the table of equivalent scores.
 */
import { curveChart, escapeXml } from '../../engine/charts/curve.ts';
import type { LinkOutcome } from '../../item-bank/calibration/anchor-link.ts';
import texts from './linking.json' with { type: 'json' };
import {
  type ReportLanguage,
  fill,
  figure,
  fixed,
  page,
  paragraph,
  reportTexts,
  section,
  table,
} from './report-page.ts';

export interface LinkFrame {
  readonly fresh: string;
  readonly known: string;
  readonly madeAt: string;
  readonly language: ReportLanguage;
}

function anchorsChart({ link }: LinkOutcome, language: ReportLanguage): string {
  const t = reportTexts[language];
  const ends = link.residuals.flatMap(({ from, to }) => [from, to]);
  const [from, to] = [Math.floor(Math.min(-2, ...ends)), Math.ceil(Math.max(2, ...ends))];
  return curveChart({
    title: t.anchorsTitle,
    description: t.anchorsDescription,
    x: { label: t.newScale, from, to },
    y: { label: t.oldScale, from, to },
    lines: [{ name: t.linkLine, points: [from, to].map((x) => [x, link.slope * x + link.shift] as const) }],
    points: link.residuals.map((anchor) => ({
      x: anchor.from,
      y: anchor.to,
      line: anchor.isUsed ? 0 : 1,
      size: 4.5,
      name: fill(t.persFit, { item: anchor.item, value: fixed(anchor.residual) }),
    })),
  });
}

function differenceChart({ scores }: LinkOutcome, language: ReportLanguage): string {
  const t = texts[language];
  const ends = scores.flatMap(({ score, equivalent, observed, standardError = 0 }) => [
    equivalent - score - 2 * standardError,
    equivalent - score + 2 * standardError,
    observed - score,
  ]);
  return curveChart({
    title: t.differenceTitle,
    description: t.differenceText,
    x: { label: reportTexts[language].newScore, from: 0, to: scores.length - 1 },
    y: { label: t.differenceAxis, from: Math.floor(Math.min(-1, ...ends)), to: Math.ceil(Math.max(1, ...ends)) },
    lines: [
      { name: t.trueScore, points: scores.map(({ score, equivalent }) => [score, equivalent - score] as const) },
      {
        name: t.observedScore,
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

function equating(outcome: LinkOutcome, language: ReportLanguage): string {
  const [t, words] = [texts[language], reportTexts[language]];
  const { scores, population } = outcome;
  const hasErrors = scores.some(({ standardError }) => standardError !== undefined);
  const head = [
    words.newScore,
    words.ability,
    t.trueScore,
    ...(hasErrors ? [words.se] : []),
    t.observedScore,
    ...(hasErrors ? [words.se] : []),
  ];
  return (
    section(t.differenceTitle, paragraph(t.differenceText) + figure('', differenceChart(outcome, language), 'wide')) +
    section(
      t.equatingTitle,
      paragraph(
        fill(t.equatingText, { mean: fixed(population.mean), sd: fixed(population.sd), from: t.from[population.from] }),
      ) +
        (hasErrors ? '' : paragraph(t.noErrors)) +
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

export function linkPage(outcome: LinkOutcome, { fresh, known, madeAt, language }: LinkFrame): string {
  const t = reportTexts[language];
  const { link, direction: chosen, methods, curves } = outcome;
  const used = link.residuals.filter(({ isUsed }) => isUsed).length;
  const most = Math.max(1, ...curves.map(({ known: value }) => value));
  const curvesChart = curveChart({
    title: t.scoreCurves,
    description: t.scoreCurvesDescription,
    x: { label: t.ability, from: -4, to: 4 },
    y: { label: t.expectedScore, from: 0, to: Math.ceil(most) },
    lines: [
      { name: t.oldScale, points: curves.map(({ theta, known: value }) => [theta, value] as const) },
      { name: t.linkedScale, dashed: true, points: curves.map(({ theta, linked }) => [theta, linked] as const) },
    ],
  });
  const title = fill(t.linkPageTitle, { fresh, known });
  return page(
    title,
    fill(t.linkMadeAt, { at: madeAt, method: link.method }),
    language,
    section(
      t.linkTitle,
      paragraph(
        fill(t.linkText, {
          slope: fixed(link.slope, 4),
          shift: fixed(link.shift, 4),
          used,
          all: link.residuals.length,
        }),
      ) +
        table(
          [t.method_, texts[language].direction, t.unit, t.se, t.shift, t.se],
          methods.map(({ method, direction, a, b, slopeError, shiftError }) => [
            method === link.method && (direction === undefined || direction === chosen) ? `<b>${method}</b>` : method,
            direction === undefined ? '–' : texts[language].directions[direction],
            fixed(a, 4),
            fixed(slopeError, 4),
            fixed(b, 4),
            fixed(shiftError, 4),
          ]),
          'narrow',
        ),
    ) +
      section(
        t.anchorsTitle,
        paragraph(t.anchorsDescription) +
          figure('', anchorsChart(outcome, language), 'wide') +
          table(
            [t.anchor, t.newScale, t.oldScale, t.residual, t.isUsed],
            link.residuals.map((anchor) => [
              escapeXml(anchor.item),
              fixed(anchor.from),
              fixed(anchor.to),
              fixed(anchor.residual),
              anchor.isUsed ? t.yes : t.no,
            ]),
            'narrow',
          ),
      ) +
      section(t.scoreCurves, paragraph(t.scoreCurvesDescription) + figure('', curvesChart, 'wide')) +
      equating(outcome, language),
  );
}
