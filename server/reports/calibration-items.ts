/** The items of a calibration: those that ask for attention, all of them, their fit and their curves. */
import { table, section, paragraph, figure } from './page.ts';
import { fixed, pValue, optionName, percent } from './numbers.ts';
import { order, chip, lineOf } from './lights.ts';
import { reasonWords } from './calibration-lines.ts';
import { type ReportFrame } from './report-frame.ts';
import { curveChart, type Line, type Point } from '../../engine/charts/curve.ts';
import { escapeXml } from '../../engine/charts/svg.ts';
import { locationOf } from '../../item-bank/calibration/anchor-link.ts';
import type { AppraisedItem } from '../../item-bank/calibration/appraisal.ts';
import { lightBounds } from '../../item-bank/calibration/judge.ts';
import { type CalibrationOutcome } from '../../item-bank/calibration/outcome.ts';
import { type ItemParameters, type ItemSpec, categoryProbabilities } from 'itemresponsetheory';

const byLight = (items: readonly AppraisedItem[]): { readonly item: AppraisedItem; readonly n: number }[] =>
  items.map((item, n) => ({ item, n })).sort((a, b) => order[a.item.light] - order[b.item.light] || a.n - b.n);

/** More responses do not mend an item that is to be dropped. */
const needed = ({ light, moreResponses }: AppraisedItem): string => (light === 'drop' ? '–' : String(moreResponses));

export function attention({ appraisal }: CalibrationOutcome, { say }: ReportFrame): string {
  const rows = byLight(appraisal.items).filter(({ item }) => item.light !== 'keep');
  if (rows.length === 0) return paragraph(say('report.noAttention'));
  return table(
    say.each('report.item', 'report.light', 'report.reason', 'report.more'),
    rows.map(({ item }) => [
      escapeXml(item.item),
      chip(item.light, say),
      escapeXml(reasonWords(item, say)),
      needed(item),
    ]),
    'attention',
  );
}

export function fitPlots({ appraisal, parameters }: CalibrationOutcome, { say }: ReportFrame): string {
  const plot = (
    name: string,
    value: (item: AppraisedItem) => number,
    band: readonly [number, number],
    [from, to]: readonly [number, number],
  ): string =>
    figure(
      escapeXml(name),
      curveChart({
        title: name,
        description: say('report.difficultyOf', { name }),
        x: { label: say('report.difficulty'), from: -4, to: 4 },
        y: { label: '', from, to },
        lines: [],
        compact: true,
        bands: [{ from: band[0], to: band[1] }],
        points: appraisal.items
          .map((item, n) => ({
            x: Math.min(4, Math.max(-4, locationOf(parameters[n] ?? { model: 'logistic', id: '', difficulty: 0 }))),
            y: value(item),
            line: lineOf[item.light],
            name: say('report.persFit', { item: item.item, value: fixed(value(item)) }),
          }))
          .filter(({ y }) => Number.isFinite(y)),
      }),
    );
  const plots = [
    plot(say('report.infit'), ({ infit }) => infit, lightBounds.infit, [0.4, 1.6]),
    plot(say('report.outfit'), ({ outfit }) => outfit, lightBounds.outfit, [0, 2.5]),
    plot(say('report.rmsd'), ({ rmsd }) => rmsd, [0, lightBounds.rmsd], [0, 0.3]),
  ];
  return `${paragraph(say('report.fitText'))}<div class="grid">${plots.join('')}</div>`;
}

const stepsOf = (spec: ItemSpec | undefined): string =>
  spec === undefined
    ? '–'
    : spec.model === 'logistic'
      ? fixed(spec.difficulty)
      : spec.model === 'nominal'
        ? spec.intercepts.map((c) => fixed(c)).join(' ')
        : spec.steps.map((b) => fixed(b)).join(' ');

export function allItems({ appraisal, calibration, parameters }: CalibrationOutcome, { say }: ReportFrame): string {
  const hasSlope = calibration === undefined || !['rasch', '1pl', 'pcm', 'rsm'].includes(calibration.model);
  const hasLower = parameters.some((spec) => spec.model === 'logistic' && (spec.lower ?? 0) > 0);
  const head = [
    say('report.item'),
    say('report.light'),
    say('report.n'),
    say('report.share'),
    say('report.itemRest'),
    ...(hasSlope ? [say('report.slope'), ...(calibration ? [say('report.se')] : [])] : []),
    say('report.difficulty'),
    ...(calibration ? [say('report.se')] : []),
    ...(hasLower ? [say('report.lower'), ...(calibration ? [say('report.se')] : [])] : []),
    say('report.infit'),
    say('report.outfit'),
    say('report.rmsd'),
    say('report.sumScoreP'),
    say('report.more'),
  ];
  return table(
    head,
    appraisal.items.map((item, n) => {
      const [estimate, spec] = [calibration?.estimates[n], parameters[n]];
      const slope = estimate?.slope ?? (spec === undefined || spec.model === 'nominal' ? undefined : (spec.slope ?? 1));
      return [
        escapeXml(item.item),
        chip(item.light, say),
        String(item.responses),
        fixed(item.p),
        fixed(item.itemRest),
        ...(hasSlope ? [fixed(slope), ...(calibration ? [fixed(estimate?.slopeStandardError)] : [])] : []),
        stepsOf(spec),
        ...(calibration ? [fixed(estimate?.difficultyStandardError)] : []),
        ...(hasLower
          ? [
              fixed(spec?.model === 'logistic' ? spec.lower : undefined),
              ...(calibration ? [fixed(estimate?.lowerStandardError)] : []),
            ]
          : []),
        fixed(item.infit),
        fixed(item.outfit),
        fixed(item.rmsd, 3),
        escapeXml(pValue(item.sumScoreFit?.p)),
        needed(item),
      ];
    }),
    'items',
  );
}

const steps = 48;

/** Up to this many drawings: a page of a thousand items would be slow to open. */
const mostCurves = 240;

function itemCurve(bank: ItemParameters, n: number, item: AppraisedItem, { say }: ReportFrame): string {
  const categories = bank.categories[n] ?? 2;
  const out = new Float64Array(categories);
  const shown = categories === 2 ? [1] : Array.from({ length: categories }, (_, k) => k);
  const thetas = Array.from({ length: steps + 1 }, (_, q) => -4 + (8 * q) / steps);
  const chances = thetas.map((theta) => {
    categoryProbabilities(bank, n, theta, out);
    return Array.from(out);
  });
  const lines = shown.map((k): Line => ({
    name: String(k),
    points: thetas.map((theta, q) => [theta, chances[q]?.[k] ?? 0] as const),
  }));
  const points = item.points.flatMap(({ theta, persons: count, observed }) =>
    shown.map((k, line): Point => {
      const y = observed[k] ?? 0;
      const half = 1.96 * Math.sqrt((y * (1 - y)) / count);
      return {
        x: theta,
        y,
        low: Math.max(0, y - half),
        high: Math.min(1, y + half),
        line,
        name: say('report.observedOf', { share: fixed(y), persons: Math.round(count) }),
      };
    }),
  );
  return figure(
    `${escapeXml(item.item)} ${chip(item.light, say)}`,
    curveChart({
      title: item.item,
      description: say('report.curveDescription', { item: item.item }),
      x: { label: say('report.ability'), from: -4, to: 4 },
      y: { label: say('report.probability'), from: 0, to: 1 },
      lines,
      points,
      compact: true,
    }),
  );
}

export function curves({ appraisal }: CalibrationOutcome, bank: ItemParameters, frame: ReportFrame): string {
  const { say } = frame;
  const all = byLight(appraisal.items);
  const note =
    all.length > mostCurves ? paragraph(say('report.curvesShown', { shown: mostCurves, all: all.length })) : '';
  return `${paragraph(say('report.curvesText'))}${note}<div class="grid">${all
    .slice(0, mostCurves)
    .map(({ item, n }) => itemCurve(bank, n, item, frame))
    .join('')}</div>`;
}

/** Items whose distractors are drawn: those with something to look at first. */
const mostDistractors = 60;

export function distractors({ distractors: found }: CalibrationOutcome, { say }: ReportFrame): string {
  if (found === undefined) return '';
  const flagText = (flag: (typeof found)[number]['flags'][number]): string =>
    escapeXml(say(`report.distractors.flags.${flag}`));
  const rows = found
    .slice(0, mostDistractors)
    .flatMap(({ item, options, flags }) =>
      options.map(
        ({ option, isKey, persons: chosen, share, restCorrelation, groupShares: [weak, middle, strong] }, n) => [
          n === 0 ? [`<b>${escapeXml(item)}</b>`, ...flags.map(flagText)].join('<br>') : '',
          isKey ? `<b>${optionName(option)} ✓</b>` : optionName(option),
          String(chosen),
          percent(share),
          fixed(restCorrelation),
          percent(weak),
          percent(middle),
          percent(strong),
        ],
      ),
    );
  const note =
    found.length > mostDistractors
      ? paragraph(say('report.shownOf', { shown: mostDistractors, all: found.length }))
      : '';
  return section(
    say('report.distractors.title'),
    paragraph(say('report.distractors.text')) +
      note +
      table(
        say.each(
          'report.item',
          'report.distractors.option',
          'report.distractors.chosen',
          'report.distractors.share',
          'report.distractors.rest',
          'report.distractors.weak',
          'report.distractors.middle',
          'report.distractors.strong',
        ),
        rows,
        'attention',
      ),
  );
}
