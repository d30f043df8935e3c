/** The report of several forms linked at once. */
import { table, section, paragraph, figure, page } from './page.ts';
import { fixed } from './numbers.ts';
import { curveChart, type Line, type Point } from '../../engine/charts/curve.ts';
import { escapeXml } from '../../engine/charts/svg.ts';
import { type ReportVoice } from '../../words/reports.ts';
import type { ManyForms } from '../../item-bank/calibration/many-forms.ts';

function residualChart({ forms, items }: ManyForms, say: ReportVoice): string {
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
    title: say('linking.residuals'),
    description: say('linking.residualsText'),
    x: { label: say('linking.itemsAxis'), from: 0, to: items.length + 1 },
    y: { label: say('linking.residualsAxis'), from: -most, to: most },
    lines: [],
    points,
  });
}

function scoreChart({ forms, base }: ManyForms, name: string, say: ReportVoice): string {
  const others = forms.filter((_, f) => f !== base);
  const lines = others.map((form): Line => ({
    name: form.name,
    points: form.scores.map(({ score, equivalent }) => [score, equivalent - score] as const),
  }));
  const ends = lines.flatMap(({ points }) => points.map(([, y]) => y));
  return curveChart({
    title: say('linking.differenceTitle'),
    description: say('linking.manyDifference', { base: name }),
    x: { label: say('linking.score'), from: 0, to: Math.max(...others.map(({ scores }) => scores.length - 1)) },
    y: {
      label: say('linking.differenceAxis'),
      from: Math.floor(Math.min(-1, ...ends)),
      to: Math.ceil(Math.max(1, ...ends)),
    },
    lines,
  });
}

function formsSection(outcome: ManyForms, base: string, say: ReportVoice): string {
  const { forms } = outcome;
  return section(
    say('linking.forms'),
    paragraph(say('linking.formsText', { base })) +
      table(
        say.each(
          'linking.form',
          'report.unit',
          'report.se',
          'report.shift',
          'report.se',
          'linking.common',
          'linking.used',
          'linking.slopeAll',
          'linking.shiftAll',
        ),
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
  );
}

function equatedTable({ forms, base }: ManyForms, by: 'equivalent' | 'observed', say: ReportVoice): string {
  const others = forms.filter((_, f) => f !== base);
  const scores = Math.max(...others.map((form) => form.scores.length));
  return table(
    [say('linking.score'), ...others.map(({ name }) => name)],
    Array.from({ length: scores }, (_, score) => [
      String(score),
      ...others.map((form) => fixed(form.scores[score]?.[by])),
    ]),
    'narrow',
  );
}

export function manyFormsPage(outcome: ManyForms, madeAt: string, say: ReportVoice): string {
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
  return page(
    say('linking.manyTitle', { count: forms.length, base }),
    say('linking.manyMadeAt', { at: madeAt }),
    say,
    formsSection(outcome, base, say) +
      section(
        say('linking.dropped'),
        paragraph(say('linking.droppedText')) +
          (out.length === 0
            ? paragraph(say('linking.noneDropped'))
            : table(
                say.each(
                  'report.item',
                  'linking.form',
                  'report.difficulty',
                  'linking.residualsAxis',
                  'linking.lnSlope',
                ),
                out,
                'items',
              )),
      ) +
      section(
        say('linking.residuals'),
        paragraph(say('linking.residualsText')) + figure('', residualChart(outcome, say), 'wide'),
      ) +
      section(
        say('linking.differenceTitle'),
        paragraph(say('linking.manyDifference', { base })) + figure('', scoreChart(outcome, base, say), 'wide'),
      ) +
      section(
        say('linking.equatingTitle'),
        paragraph(say('linking.manyScores', { base })) +
          equatedTable(outcome, 'equivalent', say) +
          paragraph(say('linking.manyObserved', { base })) +
          equatedTable(outcome, 'observed', say),
      ),
  );
}
