/** The report of drift: which items moved, how far, since when. */
import { type Line, curveChart, escapeXml } from '../../engine/charts/curve.ts';
import type {
  ParameterDriftItem,
  ParameterDriftOutcome,
  ResponseDriftOutcome,
} from '../../item-bank/calibration/drift-run.ts';
import type { Light } from '../../item-bank/calibration/judge.ts';
import texts from './drift.json' with { type: 'json' };
import {
  type ReportLanguage,
  chip,
  figure,
  fill,
  fixed,
  leftOutLines,
  lightsLine,
  lineOf,
  list,
  page,
  pValue,
  paragraph,
  reportTexts,
  section,
  table,
  worstFirst,
} from './report-page.ts';

export const reasonsOf = ({ reasons }: Pick<ParameterDriftItem, 'reasons'>, language: ReportLanguage): string =>
  reasons.map((reason) => texts[language].reasons[reason]).join('; ');

const counts = (items: readonly { readonly light: Light }[], language: ReportLanguage): string =>
  lightsLine(items, reportTexts[language]) + paragraph(texts[language].lightsText);

function coursesChart({ calibrations, items }: ParameterDriftOutcome, language: ReportLanguage): string {
  const t = texts[language];
  const lines = worstFirst(items)
    .filter(({ light }) => light !== 'keep')
    .slice(0, 5)
    .map(({ item, at }): Line => ({
      name: item,
      points: at
        .map(
          ({ calibration, difficulty }) =>
            [calibrations.length - calibrations.findIndex(({ name }) => name === calibration), difficulty] as const,
        )
        .toReversed(),
    }));
  if (lines.length === 0) return '';
  const ends = lines.flatMap(({ points }) => points.map(([, y]) => y));
  return section(
    t.courses,
    paragraph(t.coursesText) +
      figure(
        '',
        curveChart({
          title: t.courses,
          description: t.coursesText,
          x: { label: t.time, from: 1, to: calibrations.length },
          y: {
            label: reportTexts[language].difficulty,
            from: Math.floor(Math.min(...ends)),
            to: Math.ceil(Math.max(...ends)),
          },
          lines,
          points: lines.flatMap(({ points }, line) => points.map(([x, y]) => ({ x, y, line }))),
        }),
        'wide',
      ),
  );
}

export function parameterDriftPage(outcome: ParameterDriftOutcome, madeAt: string, language: ReportLanguage): string {
  const [t, words] = [texts[language], reportTexts[language]];
  const { calibrations, items } = outcome;
  const most = Math.max(1, ...items.map(({ difference }) => Math.abs(difference)).filter(Number.isFinite));
  const changes = curveChart({
    title: t.changes,
    description: t.changesText,
    x: { label: t.itemsAxis, from: 0, to: items.length + 1 },
    y: { label: t.change, from: -most, to: most },
    lines: [],
    points: items.flatMap(({ item, difference, light }, n) =>
      Number.isFinite(difference)
        ? [
            {
              x: n + 1,
              y: difference,
              line: lineOf[light],
              size: light === 'keep' ? 3 : 4.5,
              name: `${item}: ${fixed(difference)}`,
            },
          ]
        : [],
    ),
  });
  const row = (one: ParameterDriftItem): string[] => [
    escapeXml(one.item),
    chip(one.light, words),
    fixed(one.difference),
    fixed(one.slopeRatio),
    fixed(one.robustZ, 1),
    fixed(one.distance, 3),
    escapeXml(pValue(one.test?.pAdjusted)),
  ];
  const attention = worstFirst(items).filter(({ light }) => light !== 'keep');
  return page(
    fill(t.parameterTitle, { newest: calibrations[0]?.name ?? '', oldest: calibrations.at(-1)?.name ?? '' }),
    fill(t.parameterMadeAt, { at: madeAt, count: calibrations.length }),
    language,
    section(
      t.attention,
      counts(items, language) +
        (attention.length === 0
          ? paragraph(t.none)
          : table(
              [words.item, words.light, words.reason, t.change],
              attention.map((one) => [
                escapeXml(one.item),
                chip(one.light, words),
                escapeXml(reasonsOf(one, language)),
                fixed(one.difference),
              ]),
              'attention',
            )),
    ) +
      section(t.changes, paragraph(t.changesText) + figure('', changes, 'wide')) +
      coursesChart(outcome, language) +
      section(
        words.tableTitle,
        table([words.item, words.light, t.change, t.slopeRatio, t.z, t.distance, t.adjusted], items.map(row), 'items'),
      ) +
      section(
        t.calibrations,
        table(
          [t.calibration, words.unit, words.shift, t.hasErrors],
          calibrations.map(({ name, slope, shift, hasErrors }) => [
            escapeXml(name),
            fixed(slope, 4),
            fixed(shift, 4),
            hasErrors ? words.yes : words.no,
          ]),
          'narrow',
        ),
      ) +
      section(words.methodTitle, list(t.parameterMethod)),
  );
}

export function responseDriftPage(
  outcome: ResponseDriftOutcome,
  file: string,
  madeAt: string,
  language: ReportLanguage,
): string {
  const [t, words] = [texts[language], reportTexts[language]];
  const { items, persons, responses, population, alpha, allowance } = outcome;
  const most = Math.max(1.5, ...items.flatMap(({ easier, harder, bound }) => [easier / bound, harder / bound]));
  const sums = curveChart({
    title: t.sums,
    description: t.sumsText,
    x: { label: t.itemsAxis, from: 0, to: items.length + 1 },
    y: { label: t.sumsAxis, from: -most, to: most },
    bands: [{ from: -1, to: 1 }],
    lines: [],
    points: items.flatMap(({ item, easier, harder, bound, light }, n) =>
      [easier / bound, -harder / bound].map((y) => ({
        x: n + 1,
        y,
        line: lineOf[light],
        name: `${item}: ${fixed(y)}`,
      })),
    ),
  });
  const attention = worstFirst(items).filter(({ light }) => light !== 'keep');
  const lines = leftOutLines(outcome, language);
  const named = (name: string, number: number): string =>
    escapeXml(name === String(number) ? name : `${name} (${number})`);
  return page(
    fill(t.responseTitle, { file }),
    fill(t.responseMadeAt, { at: madeAt, persons, responses, mean: fixed(population.mean), sd: fixed(population.sd) }),
    language,
    section(
      t.attention,
      counts(items, language) +
        (attention.length === 0
          ? paragraph(t.none)
          : table(
              [words.item, words.light, words.reason, t.since, t.alarm],
              attention.map((one) => [
                escapeXml(one.item),
                chip(one.light, words),
                escapeXml(reasonsOf(one, language)),
                one.alarm === undefined ? '–' : named(one.alarm.since, one.alarm.sinceNumber),
                one.alarm === undefined ? '–' : named(one.alarm.person, one.alarm.number),
              ]),
              'attention',
            )),
    ) +
      section(words.done, lines.length === 0 ? paragraph(words.nothingDone) : list(lines)) +
      section(t.sums, paragraph(t.sumsText) + figure('', sums, 'wide')) +
      section(
        words.tableTitle,
        table(
          [words.item, words.light, t.responses, t.easier, t.harder, t.bound, words.rmsd, t.bias],
          items.map((one) => [
            escapeXml(one.item),
            chip(one.light, words),
            String(one.responses),
            fixed(one.easier, 1),
            fixed(one.harder, 1),
            fixed(one.bound, 1),
            fixed(one.rmsd, 3),
            fixed(one.bias, 3),
          ]),
          'items',
        ),
      ) +
      section(
        words.methodTitle,
        list(
          t.responseMethod.map((line) =>
            fill(line, { allowance, alpha, count: items.length, expected: fixed(alpha * items.length, 1) }),
          ),
        ),
      ),
  );
}
