/**
 * The report of a study: one self-contained page with the curves a test designer expects; and the table that the
 * terminal shows.
 */
import type { StudyResult } from '../../engine/adaptive/simulate.ts';
import { type CurveChart, curveChart, escapeXml } from '../../engine/charts/curve.ts';
import type { BankLife } from 'itemresponsetheory/simulation';
import en from './simulation.en.json' with { type: 'json' };
import nl from './simulation.nl.json' with { type: 'json' };

export const reportLanguages = { nl, en } as const;
export type ReportLanguage = keyof typeof reportLanguages;

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

const percent = (value: number | undefined): string =>
  value === undefined || Number.isNaN(value) ? '–' : `${(100 * value).toFixed(1)} %`;

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

/** `{name}` in a text of the catalogue. */
const fill = (text: string, values: Readonly<Record<string, string | number>>): string =>
  text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));

export function tableLines(
  { study, population, cuts, life, candidatesPerMonth, mostSeen, changes }: Reported,
  language: ReportLanguage,
): string[] {
  const t = reportLanguages[language];
  const stopped = Object.entries(study.stopped)
    .map(([reason, count]) => `${reason} ${count}`)
    .join(', ');
  return [
    fill(t.simulees, { count: study.simulees, seed: study.seed, mean: population.mean, sd: population.sd }),
    ...changes,
    fill(t.length, { mean: study.meanLength.toFixed(2), stopped }),
    fill(t.error, { bias: study.bias.toFixed(3), rmse: study.rmse.toFixed(3), se: study.meanStandardError.toFixed(3) }),
    fill(t.exposure, {
      highest: study.maximumExposure.toFixed(3),
      overlap: percent(study.overlap),
      kept: percent(study.informationKept),
    }),
    t.cutHeader.join('  '),
    ...study.cuts.map(({ name, accuracy, falseNegatives, falsePositives }) =>
      [
        name.padEnd(t.cutHeader[0]?.length ?? 0),
        ...[accuracy, falseNegatives, falsePositives].map((value, n) =>
          percent(value).padStart(t.cutHeader[n + 1]?.length ?? 0),
        ),
      ].join('  '),
    ),
    fill(t.exactLevel, { share: percent(study.exactLevel) }),
    lifeLine(life, cuts, candidatesPerMonth, mostSeen, language),
  ];
}

function lifeLine(
  life: BankLife,
  cuts: Reported['cuts'],
  candidatesPerMonth: number,
  mostSeen: number,
  language: ReportLanguage,
): string {
  const t = reportLanguages[language];
  const values = {
    months: life.wornOutInMonth,
    cut: cuts.find(({ theta }) => theta === life.atCut)?.name ?? '',
    candidates: candidatesPerMonth,
    seen: mostSeen,
    retired: life.retirement.length,
  };
  return fill(Number.isFinite(life.wornOutInMonth) ? t.wornOut : t.neverWornOut, values);
}

const row = (cells: readonly (string | number)[], tag: 'td' | 'th'): string =>
  `<tr>${cells.map((cell) => `<${tag}>${escapeXml(String(cell))}</${tag}>`).join('')}</tr>`;
const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  `<table><thead>${row(head, 'th')}</thead><tbody>${rows.map((cells) => row(cells, 'td')).join('')}</tbody></table>`;

type Bin = StudyResult['conditional'][number];

/** Charts over the true ability, with the cuts. */
function curves({ study, cuts }: Reported, language: ReportLanguage): string {
  const t = reportLanguages[language];
  const bins = study.conditional.filter(({ theta, simulees }) => Math.abs(theta) <= 4 && simulees >= 20);
  const chart = (
    title: string,
    lines: readonly (readonly [string, (bin: Bin) => number])[],
    from: number,
    to: number,
  ): string =>
    figure(title, {
      title,
      description: fill(t.byAbility, { title }),
      x: { label: t.ability, from: -4, to: 4 },
      y: { label: '', from, to },
      marks: cuts.map(({ name, theta }) => ({ name, x: theta })),
      lines: lines.map(([name, value]) => ({ name, points: bins.map((bin) => [bin.theta, value(bin)] as const) })),
    });
  const longest = Math.max(10, ...bins.map(({ meanLength }) => meanLength));
  return (
    chart(
      t.precision,
      [
        ['RMSE', ({ rmse }) => rmse],
        [t.meanSe, ({ meanStandardError }) => meanStandardError],
      ],
      0,
      1,
    ) +
    chart(t.bias, [[t.bias, ({ bias }) => bias]], -0.5, 0.5) +
    chart(t.items, [[t.items, ({ meanLength }) => meanLength]], 0, Math.ceil(longest / 10) * 10) +
    nearCuts(study, language)
  );
}

const figure = (title: string, chart: CurveChart): string =>
  `<figure><figcaption>${escapeXml(title)}</figcaption>${curveChart(chart)}</figure>`;

/** The chance to be placed at or above a cut, by distance from it. */
function nearCuts({ cuts }: StudyResult, language: ReportLanguage): string {
  const t = reportLanguages[language];
  return figure(t.nearCuts, {
    title: t.nearCuts,
    description: t.nearCutsDescription,
    x: { label: t.distance, from: -0.75, to: 0.75 },
    y: { label: '', from: 0, to: 1 },
    lines: cuts.map(({ name, near }) => ({
      name,
      points: near.filter(({ simulees }) => simulees > 0).map(({ distance, above }) => [distance, above] as const),
    })),
    marks: [{ name: t.cut, x: 0 }],
  });
}

function exposures({ study, items }: Reported, language: ReportLanguage): string {
  const t = reportLanguages[language];
  const sorted = study.exposure
    .filter((_, n) => items[n]?.isPretest !== true)
    .map(({ rate }) => rate)
    .sort((a, b) => b - a);
  return figure(t.exposureOrdered, {
    title: t.exposureOrdered,
    description: t.exposureOrderedDescription,
    x: { label: t.itemsOrdered, from: 0, to: Math.max(1, sorted.length) },
    y: { label: '', from: 0, to: 0.5 },
    lines: [{ name: t.exposureTitle, points: sorted.map((rate, n) => [n, rate] as const) }],
  });
}

function itemTable({ study, items, cuts, life }: Reported, language: ReportLanguage): string {
  const t = reportLanguages[language];
  const month = new Map(life.retirement.map((one) => [one.item, one.month]));
  const rows = study.exposure
    .map((one, n) => ({ ...one, n }))
    .filter(({ n }) => items[n]?.isPretest !== true)
    .sort((a, b) => b.rate - a.rate)
    .map(({ id, rate, atCuts, n }) => [
      id,
      (items[n]?.difficulty ?? 0).toFixed(2),
      percent(rate),
      ...atCuts.map(percent),
      month.get(n) ?? '–',
    ]);
  return table(
    [t.item, t.difficulty, t.all, ...cuts.map(({ name }) => fill(t.atCut, { cut: name })), t.retireInMonth],
    rows,
  );
}

const style =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b}h1{font-size:1.7rem}h2{margin-top:2.2rem;border-bottom:2px solid #0b5c6b}table{border-collapse:collapse;margin:1rem 0}th,td{padding:.25rem .7rem;text-align:right;border-bottom:1px solid #ddd}th:first-child,td:first-child{text-align:left}figure{display:inline-block;width:30rem;max-width:100%;margin:.5rem}figcaption{font-weight:600}.note{background:#fff4d6;padding:.6rem 1rem;border-left:4px solid #b3541e}@media print{figure{break-inside:avoid}}';

/** Self-contained HTML: no script, no outside address. */
export function reportPage(reported: Reported, language: ReportLanguage): string {
  const t = reportLanguages[language];
  const { study, specification, version, synthetic, cuts, changes } = reported;
  const title = fill(t.title, { specification, version });
  const near = study.cuts.map(({ name, near: list }) => [name, ...list.map(({ above }) => percent(above))]);
  const distances = study.cuts[0]?.near.map(({ distance }) => (distance > 0 ? `+${distance}` : String(distance))) ?? [];
  return (
    `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeXml(title)}</title><style>${style}</style></head><body><h1>${escapeXml(title)}</h1>` +
    `<p class="note">${escapeXml(synthetic ? t.synthetic : t.simulated)}${changes.map((change) => ` ${escapeXml(change)}.`).join('')}</p>` +
    `<h2>${escapeXml(t.outline)}</h2>${table(
      [t.measure, t.value],
      [
        [t.candidates, study.simulees],
        [t.meanItems, study.meanLength.toFixed(2)],
        [t.bias, study.bias.toFixed(3)],
        ['RMSE', study.rmse.toFixed(3)],
        [t.meanSe, study.meanStandardError.toFixed(3)],
        [t.highestExposure, percent(study.maximumExposure)],
        [t.overlap, percent(study.overlap)],
        [t.informationKept, percent(study.informationKept)],
        [t.exactLevelName, percent(study.exactLevel)],
      ],
    )}` +
    `<h2>${escapeXml(t.decisions)}</h2><p>${escapeXml(t.decisionsNote)}</p>${table(
      [t.cut, t.right, t.falseNegatives, t.falsePositives],
      study.cuts.map(({ name, accuracy, falseNegatives, falsePositives }) => [
        `${name} (θ ${cuts.find((cut) => cut.name === name)?.theta ?? ''})`,
        percent(accuracy),
        percent(falseNegatives),
        percent(falsePositives),
      ]),
    )}` +
    `<p>${escapeXml(t.nearCutsDescription)}</p>${table([t.cut, ...distances], near)}<h2>${escapeXml(t.curves)}</h2>${curves(reported, language)}` +
    `<h2>${escapeXml(t.exposureTitle)}</h2><p>${escapeXml(lifeLine(reported.life, cuts, reported.candidatesPerMonth, reported.mostSeen, language))}</p>${exposures(reported, language)}${itemTable(reported, language)}</body></html>\n`
  );
}
