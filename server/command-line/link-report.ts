/** The report of a link: one page with the anchors, both test characteristic curves and the table of equivalent scores. */
import { curveChart, escapeXml } from '../../engine/charts/curve.ts';
import type { LinkOutcome } from '../../item-bank/calibration/anchor-link.ts';
import { type ReportLanguage, fill, figure, fixed, page, paragraph, reportTexts, section, table } from '../reports/report-page.ts';

export interface LinkFrame { readonly fresh: string; readonly known: string; readonly madeAt: string; readonly language: ReportLanguage }

function anchorsChart({ link }: LinkOutcome, language: ReportLanguage): string {
  const t = reportTexts[language];
  const ends = link.residuals.flatMap(({ from, to }) => [from, to]);
  const [from, to] = [Math.floor(Math.min(-2, ...ends)), Math.ceil(Math.max(2, ...ends))];
  return curveChart({
    title: t.anchorsTitle, description: t.anchorsDescription, x: { label: t.newScale, from, to }, y: { label: t.oldScale, from, to },
    lines: [{ name: t.linkLine, points: [from, to].map((x) => [x, link.slope * x + link.shift] as const) }],
    points: link.residuals.map((anchor) => ({ x: anchor.from, y: anchor.to, line: anchor.isUsed ? 0 : 1, size: 4.5, name: fill(t.persFit, { item: anchor.item, value: fixed(anchor.residual) }) })),
  });
}

export function linkPage(outcome: LinkOutcome, { fresh, known, madeAt, language }: LinkFrame): string {
  const t = reportTexts[language];
  const { link, methods, curves, scores } = outcome;
  const used = link.residuals.filter(({ isUsed }) => isUsed).length;
  const most = Math.max(1, ...curves.map(({ known: value }) => value));
  const curvesChart = curveChart({
    title: t.scoreCurves, description: t.scoreCurvesDescription, x: { label: t.ability, from: -4, to: 4 }, y: { label: t.expectedScore, from: 0, to: Math.ceil(most) },
    lines: [{ name: t.oldScale, points: curves.map(({ theta, known: value }) => [theta, value] as const) }, { name: t.linkedScale, dashed: true, points: curves.map(({ theta, linked }) => [theta, linked] as const) }],
  });
  const title = fill(t.linkPageTitle, { fresh, known });
  return page(title, fill(t.linkMadeAt, { at: madeAt, method: link.method }), language,
    section(t.linkTitle, paragraph(fill(t.linkText, { slope: fixed(link.slope, 4), shift: fixed(link.shift, 4), used, all: link.residuals.length })) + table([t.method_, t.unit, t.se, t.shift, t.se], methods.map(({ method, a, b, slopeError, shiftError }) => [method === link.method ? `<b>${method}</b>` : method, fixed(a, 4), fixed(slopeError, 4), fixed(b, 4), fixed(shiftError, 4)]), 'narrow'))
    + section(t.anchorsTitle, paragraph(t.anchorsDescription) + figure('', anchorsChart(outcome, language), 'wide') + table([t.anchor, t.newScale, t.oldScale, t.residual, t.isUsed], link.residuals.map((anchor) => [escapeXml(anchor.item), fixed(anchor.from), fixed(anchor.to), fixed(anchor.residual), anchor.isUsed ? t.yes : t.no]), 'narrow'))
    + section(t.scoreCurves, paragraph(t.scoreCurvesDescription) + figure('', curvesChart, 'wide'))
    + section(t.equating, paragraph(t.equatingText) + table([t.newScore, t.ability, t.equivalent], scores.map(({ score, theta, equivalent }) => [String(score), fixed(theta), fixed(equivalent)]), 'narrow')));
}
