/** The report of several forms linked at once. */
import { type Line, type Point, curveChart, escapeXml } from '../../engine/charts/curve.ts';
import type { ManyForms } from '../../item-bank/calibration/many-forms.ts';
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

function residualChart({ forms, items }: ManyForms, language: ReportLanguage): string {
  const t = texts[language];
  const points = items.flatMap(({ item, at }, n) =>
    at.map(({ form, residual, isUsed }): Point => ({
      x: n + 1,
      y: residual,
      line: isUsed ? 0 : 1,
      size: isUsed ? 3 : 4.5,
      name: `${item} · ${forms[form]?.name ?? ''}: ${fixed(residual)}`,
    })),
  );
  const most = Math.max(0.5, ...points.map(({ y }) => Math.abs(y)).filter(Number.isFinite));
  return curveChart({
    title: t.residuals,
    description: t.residualsText,
    x: { label: t.itemsAxis, from: 0, to: items.length + 1 },
    y: { label: t.residualsAxis, from: -most, to: most },
    lines: [],
    points,
  });
}

function scoreChart({ forms, base }: ManyForms, name: string, language: ReportLanguage): string {
  const t = texts[language];
  const others = forms.filter((_, f) => f !== base);
  const lines = others.map((form): Line => ({
    name: form.name,
    points: form.scores.map(({ score, equivalent }) => [score, equivalent - score] as const),
  }));
  const ends = lines.flatMap(({ points }) => points.map(([, y]) => y));
  return curveChart({
    title: t.differenceTitle,
    description: fill(t.manyDifference, { base: name }),
    x: { label: t.score, from: 0, to: Math.max(...others.map(({ scores }) => scores.length - 1)) },
    y: { label: t.differenceAxis, from: Math.floor(Math.min(-1, ...ends)), to: Math.ceil(Math.max(1, ...ends)) },
    lines,
  });
}

export function manyFormsPage(outcome: ManyForms, madeAt: string, language: ReportLanguage): string {
  const [t, words] = [texts[language], reportTexts[language]];
  const { forms, items } = outcome;
  const base = forms[outcome.base]?.name ?? '';
  const out = items.flatMap(({ item, at }) =>
    at
      .filter(({ isUsed }) => !isUsed)
      .map((one) => [
        escapeXml(item),
        escapeXml(forms[one.form]?.name ?? ''),
        fixed(one.difficulty),
        fixed(one.residual),
        fixed(one.lnSlopeResidual),
      ]),
  );
  const others = forms.filter((_, f) => f !== outcome.base);
  const scores = Math.max(...others.map((form) => form.scores.length));
  const equated = (by: 'equivalent' | 'observed'): string =>
    table(
      [t.score, ...others.map(({ name }) => name)],
      Array.from({ length: scores }, (_, score) => [
        String(score),
        ...others.map((form) => fixed(form.scores[score]?.[by])),
      ]),
      'narrow',
    );
  return page(
    fill(t.manyTitle, { count: forms.length, base }),
    fill(t.manyMadeAt, { at: madeAt }),
    language,
    section(
      t.forms,
      paragraph(fill(t.formsText, { base })) +
        table(
          [t.form, words.unit, words.se, words.shift, words.se, t.common, t.used, t.slopeAll, t.shiftAll],
          forms.map((form, f) => [
            f === outcome.base ? `<b>${escapeXml(form.name)}</b>` : escapeXml(form.name),
            fixed(form.slope, 4),
            fixed(f === outcome.base ? undefined : form.slopeError, 4),
            fixed(form.shift, 4),
            fixed(f === outcome.base ? undefined : form.shiftError, 4),
            String(form.common),
            String(form.used),
            fixed(form.withAll.slope, 4),
            fixed(form.withAll.shift, 4),
          ]),
          'narrow',
        ),
    ) +
      section(
        t.dropped,
        paragraph(t.droppedText) +
          (out.length === 0
            ? paragraph(t.noneDropped)
            : table([words.item, t.form, words.difficulty, t.residualsAxis, t.lnSlope], out, 'items')),
      ) +
      section(t.residuals, paragraph(t.residualsText) + figure('', residualChart(outcome, language), 'wide')) +
      section(
        t.differenceTitle,
        paragraph(fill(t.manyDifference, { base })) + figure('', scoreChart(outcome, base, language), 'wide'),
      ) +
      section(
        t.equatingTitle,
        paragraph(fill(t.manyScores, { base })) +
          equated('equivalent') +
          paragraph(fill(t.manyObserved, { base })) +
          equated('observed'),
      ),
  );
}
