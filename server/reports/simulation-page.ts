/** The report of a simulated study: one page with the curves that a test designer expects. */
import { table, section, paragraph, figure, page } from './page.ts';
import { lifeLine, share, type Reported } from './simulation-lines.ts';
import { curveChart, type CurveChart } from '../../engine/charts/curve.ts';
import { escapeXml } from '../../engine/charts/svg.ts';
import { type ReportVoice } from '../../words/reports.ts';
import type { StudyResult } from '../../engine/adaptive/simulate.ts';

/** A chart under its title. */
const drawn = (chart: CurveChart): string => figure(escapeXml(chart.title), curveChart(chart));

type Bin = StudyResult['conditional'][number];

/** Charts over the true ability, with the cuts. */
function curves({ study, cuts }: Reported, say: ReportVoice): string {
  const bins = study.conditional.filter(({ theta, simulees }) => Math.abs(theta) <= 4 && simulees >= 20);
  const chart = (
    title: string,
    lines: readonly (readonly [string, (bin: Bin) => number])[],
    from: number,
    to: number,
  ): string =>
    drawn({
      title,
      description: say('simulation.byAbility', { title }),
      x: { label: say('simulation.ability'), from: -4, to: 4 },
      y: { label: '', from, to },
      marks: cuts.map(({ name, theta }) => ({ name, x: theta })),
      lines: lines.map(([name, value]) => ({ name, points: bins.map((bin) => [bin.theta, value(bin)] as const) })),
    });
  const longest = Math.max(10, ...bins.map(({ meanLength }) => meanLength));
  return (
    chart(
      say('simulation.precision'),
      [
        [say('simulation.rmse'), ({ rmse }) => rmse],
        [say('simulation.meanSe'), ({ meanStandardError }) => meanStandardError],
      ],
      0,
      1,
    ) +
    chart(say('simulation.bias'), [[say('simulation.bias'), ({ bias }) => bias]], -0.5, 0.5) +
    chart(
      say('simulation.items'),
      [[say('simulation.items'), ({ meanLength }) => meanLength]],
      0,
      Math.ceil(longest / 10) * 10,
    ) +
    nearCuts(study, say)
  );
}

/** The chance to be placed at or above a cut, by distance from it. */
function nearCuts({ cuts }: StudyResult, say: ReportVoice): string {
  return drawn({
    title: say('simulation.nearCuts'),
    description: say('simulation.nearCutsDescription'),
    x: { label: say('simulation.distance'), from: -0.75, to: 0.75 },
    y: { label: '', from: 0, to: 1 },
    lines: cuts.map(({ name, near }) => ({
      name,
      points: near.filter(({ simulees }) => simulees > 0).map(({ distance, above }) => [distance, above] as const),
    })),
    marks: [{ name: say('simulation.cut'), x: 0 }],
  });
}

function exposures({ study, items }: Reported, say: ReportVoice): string {
  const sorted = study.exposure
    .filter((_, n) => items[n]?.isPretest !== true)
    .map(({ rate }) => rate)
    .sort((a, b) => b - a);
  return drawn({
    title: say('simulation.exposureOrdered'),
    description: say('simulation.exposureOrderedDescription'),
    x: { label: say('simulation.itemsOrdered'), from: 0, to: Math.max(1, sorted.length) },
    y: { label: '', from: 0, to: 0.5 },
    lines: [{ name: say('simulation.exposureTitle'), points: sorted.map((rate, n) => [n, rate] as const) }],
  });
}

function itemTable({ study, items, cuts, life }: Reported, say: ReportVoice): string {
  const month = new Map(life.retirement.map((one) => [one.item, one.month]));
  const rows = study.exposure
    .map((one, n) => ({ ...one, n }))
    .filter(({ n }) => items[n]?.isPretest !== true)
    .sort((a, b) => b.rate - a.rate)
    .map(({ id, rate, atCuts, n }) => [
      escapeXml(id),
      (items[n]?.difficulty ?? 0).toFixed(2),
      share(rate),
      ...atCuts.map((value) => share(value)),
      String(month.get(n) ?? '–'),
    ]);
  return table(
    [
      say('simulation.item'),
      say('simulation.difficulty'),
      say('simulation.all'),
      ...cuts.map(({ name }) => say('simulation.atCut', { cut: name })),
      say('simulation.retireInMonth'),
    ],
    rows,
    'items',
  );
}

function outline({ study }: Reported, say: ReportVoice): string {
  return table(
    say.each('simulation.measure', 'simulation.value'),
    [
      [say('simulation.candidates'), String(study.simulees)],
      [say('simulation.meanItems'), study.meanLength.toFixed(2)],
      [say('simulation.bias'), study.bias.toFixed(3)],
      [say('simulation.rmse'), study.rmse.toFixed(3)],
      [say('simulation.meanSe'), study.meanStandardError.toFixed(3)],
      [say('simulation.highestExposure'), share(study.maximumExposure)],
      [say('simulation.overlap'), share(study.overlap)],
      [say('simulation.informationKept'), share(study.informationKept)],
      [say('simulation.exactLevelName'), share(study.exactLevel)],
    ].map((cells) => cells.map(escapeXml)),
    'narrow',
  );
}

function decisions({ study, cuts }: Reported, say: ReportVoice): string {
  const distances = study.cuts[0]?.near.map(({ distance }) => (distance > 0 ? `+${distance}` : String(distance))) ?? [];
  const theta = (name: string): string => String(cuts.find((cut) => cut.name === name)?.theta ?? '');
  return (
    paragraph(say('simulation.decisionsNote')) +
    table(
      say.each('simulation.cut', 'simulation.right', 'simulation.falseNegatives', 'simulation.falsePositives'),
      study.cuts.map(({ name, accuracy, falseNegatives, falsePositives }) => [
        escapeXml(`${name} (θ ${theta(name)})`),
        share(accuracy),
        share(falseNegatives),
        share(falsePositives),
      ]),
      'narrow',
    ) +
    paragraph(say('simulation.nearCutsDescription')) +
    table(
      [say('simulation.cut'), ...distances],
      study.cuts.map(({ name, near }) => [escapeXml(name), ...near.map(({ above }) => share(above))]),
      'narrow',
    )
  );
}

export function simulationPage(reported: Reported, say: ReportVoice): string {
  const { study, specification, version, synthetic, changes } = reported;
  const note = [
    say(synthetic ? 'simulation.synthetic' : 'simulation.simulated'),
    ...changes.map((change) => `${change}.`),
  ].join(' ');
  return page(
    say('simulation.title', { specification, version }),
    say('simulation.madeWith', { count: study.simulees, seed: study.seed }),
    say,
    `<p class="note">${escapeXml(note)}</p>` +
      section(say('simulation.outline'), outline(reported, say)) +
      section(say('simulation.decisions'), decisions(reported, say)) +
      section(say('simulation.curves'), `<div class="grid">${curves(reported, say)}</div>`) +
      section(
        say('simulation.exposureTitle'),
        paragraph(lifeLine(reported, say)) +
          `<div class="grid">${exposures(reported, say)}</div>` +
          itemTable(reported, say),
      ),
  );
}
