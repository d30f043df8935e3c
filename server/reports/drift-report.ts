/** The report of drift: which items moved, how far, since when. */
import { table, list, section, paragraph, figure, page } from './page.ts';
import { fixed, pValue } from './numbers.ts';
import { worstFirst, chip, lightsLine, lineOf } from './lights.ts';
import { leftOutLines } from './calibration-lines.ts';
import { curveChart, type Line } from '../../engine/charts/curve.ts';
import { escapeXml } from '../../engine/charts/svg.ts';
import { type Light } from '../../item-bank/calibration/judge.ts';
import { type ReportVoice } from '../../words/reports.ts';
import type {
  ParameterDriftItem,
  ParameterDriftOutcome,
  ResponseDriftOutcome,
} from '../../item-bank/calibration/drift-run.ts';

export const reasonsOf = ({ reasons }: Pick<ParameterDriftItem, 'reasons'>, say: ReportVoice): string =>
  reasons.map((reason) => say(`drift.reasons.${reason}`)).join('; ');

const counts = (items: readonly { readonly light: Light }[], say: ReportVoice): string =>
  lightsLine(items, say) + paragraph(say('drift.lightsText'));

function coursesChart({ calibrations, items }: ParameterDriftOutcome, say: ReportVoice): string {
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
    say('drift.courses'),
    paragraph(say('drift.coursesText')) +
      figure(
        '',
        curveChart({
          title: say('drift.courses'),
          description: say('drift.coursesText'),
          x: { label: say('drift.time'), from: 1, to: calibrations.length },
          y: {
            label: say('report.difficulty'),
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

function changesChart({ items }: ParameterDriftOutcome, say: ReportVoice): string {
  const most = Math.max(1, ...items.map(({ difference }) => Math.abs(difference)).filter(Number.isFinite));
  return curveChart({
    title: say('drift.changes'),
    description: say('drift.changesText'),
    x: { label: say('drift.itemsAxis'), from: 0, to: items.length + 1 },
    y: { label: say('drift.change'), from: -most, to: most },
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
}

const changeCells = (one: ParameterDriftItem, say: ReportVoice): string[] => [
  escapeXml(one.item),
  chip(one.light, say),
  fixed(one.difference),
  fixed(one.slopeRatio),
  fixed(one.robustZ, 1),
  fixed(one.distance, 3),
  escapeXml(pValue(one.test?.pAdjusted)),
];

export function parameterDriftPage(outcome: ParameterDriftOutcome, madeAt: string, say: ReportVoice): string {
  const { calibrations, items } = outcome;
  const attention = worstFirst(items).filter(({ light }) => light !== 'keep');
  return page(
    say('drift.parameterTitle', { newest: calibrations[0]?.name ?? '', oldest: calibrations.at(-1)?.name ?? '' }),
    say('drift.parameterMadeAt', { at: madeAt, count: calibrations.length }),
    say,
    section(
      say('drift.attention'),
      counts(items, say) +
        (attention.length === 0
          ? paragraph(say('drift.none'))
          : table(
              say.each('report.item', 'report.light', 'report.reason', 'drift.change'),
              attention.map((one) => [
                escapeXml(one.item),
                chip(one.light, say),
                escapeXml(reasonsOf(one, say)),
                fixed(one.difference),
              ]),
              'attention',
            )),
    ) +
      section(
        say('drift.changes'),
        paragraph(say('drift.changesText')) + figure('', changesChart(outcome, say), 'wide'),
      ) +
      coursesChart(outcome, say) +
      section(
        say('report.tableTitle'),
        table(
          say.each(
            'report.item',
            'report.light',
            'drift.change',
            'drift.slopeRatio',
            'drift.z',
            'drift.distance',
            'drift.adjusted',
          ),
          items.map((one) => changeCells(one, say)),
          'items',
        ),
      ) +
      section(
        say('drift.calibrations'),
        table(
          say.each('drift.calibration', 'report.unit', 'report.shift', 'drift.hasErrors'),
          calibrations.map(({ name, slope, shift, hasErrors }) => [
            escapeXml(name),
            fixed(slope, 4),
            fixed(shift, 4),
            hasErrors ? say('report.yes') : say('report.no'),
          ]),
          'narrow',
        ),
      ) +
      section(say('report.methodTitle'), list(say.all('drift.parameterMethod'))),
  );
}

function sumsChart({ items }: ResponseDriftOutcome, say: ReportVoice): string {
  const most = Math.max(1.5, ...items.flatMap(({ easier, harder, bound }) => [easier / bound, harder / bound]));
  return curveChart({
    title: say('drift.sums'),
    description: say('drift.sumsText'),
    x: { label: say('drift.itemsAxis'), from: 0, to: items.length + 1 },
    y: { label: say('drift.sumsAxis'), from: -most, to: most },
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
}

/** A person with the place in the file, where the name is no number. */
const placed = (name: string, number: number): string =>
  escapeXml(name === String(number) ? name : `${name} (${number})`);

function alarms({ items }: ResponseDriftOutcome, say: ReportVoice): string {
  const attention = worstFirst(items).filter(({ light }) => light !== 'keep');
  if (attention.length === 0) return paragraph(say('drift.none'));
  return table(
    say.each('report.item', 'report.light', 'report.reason', 'drift.since', 'drift.alarm'),
    attention.map((one) => [
      escapeXml(one.item),
      chip(one.light, say),
      escapeXml(reasonsOf(one, say)),
      one.alarm === undefined ? '–' : placed(one.alarm.since, one.alarm.sinceNumber),
      one.alarm === undefined ? '–' : placed(one.alarm.person, one.alarm.number),
    ]),
    'attention',
  );
}

export function responseDriftPage(
  outcome: ResponseDriftOutcome,
  file: string,
  madeAt: string,
  say: ReportVoice,
): string {
  const { items, persons, responses, population, alpha, allowance } = outcome;
  const lines = leftOutLines(outcome, say);
  return page(
    say('drift.responseTitle', { file }),
    say('drift.responseMadeAt', {
      at: madeAt,
      persons,
      responses,
      mean: fixed(population.mean),
      sd: fixed(population.sd),
    }),
    say,
    section(say('drift.attention'), counts(items, say) + alarms(outcome, say)) +
      section(say('report.done'), lines.length === 0 ? paragraph(say('report.nothingDone')) : list(lines)) +
      section(say('drift.sums'), paragraph(say('drift.sumsText')) + figure('', sumsChart(outcome, say), 'wide')) +
      section(
        say('report.tableTitle'),
        table(
          say.each(
            'report.item',
            'report.light',
            'drift.responses',
            'drift.easier',
            'drift.harder',
            'drift.bound',
            'report.rmsd',
            'drift.bias',
          ),
          items.map((one) => [
            escapeXml(one.item),
            chip(one.light, say),
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
        say('report.methodTitle'),
        list(
          say.all('drift.responseMethod', {
            allowance,
            alpha,
            count: items.length,
            expected: fixed(alpha * items.length, 1),
          }),
        ),
      ),
  );
}
