/** The report of `meetlat facets`: one self-contained page. */
import { table, list, section, paragraph, figure, page } from './page.ts';
import { fixed, pValue } from './numbers.ts';
import { chip } from './lights.ts';
import { curveChart } from '../../engine/charts/curve.ts';
import { escapeXml } from '../../engine/charts/svg.ts';
import { wrightMap } from '../../engine/charts/wright-map.ts';
import { type ReportVoice } from '../../words/reports.ts';
import { createItemParameters } from 'itemresponsetheory';
import {
  agreementOf,
  type FacetMeasures,
  interactionsOf,
  type Join,
  type RatingTable,
  separationOf,
} from 'itemresponsetheory/facets';
import { notesOf } from './facets-notes.ts';
import type { Estimates, Row } from './facets-outcome.ts';

export interface FacetsFrame {
  readonly joins: readonly Join[];
  readonly file: string;
  readonly madeAt: string;
  readonly say: ReportVoice;
}

const numbers = ({
  separation,
  strata,
  reliability,
  chiSquare,
  degreesOfFreedom,
  p,
}: ReturnType<typeof separationOf>): Record<string, string> => ({
  separation: fixed(separation),
  strata: fixed(strata, 1),
  reliability: fixed(reliability),
  chiSquare: fixed(chiSquare, 1),
  df: String(degreesOfFreedom),
  p: pValue(p),
});

/** The elements of a facet with their intervals, from severe to lenient. */
function elementsChart(name: string, mine: readonly Row[], say: ReportVoice): string {
  const reach = Math.max(
    1,
    Math.ceil(
      Math.max(
        ...mine.map(
          ({ measure, standardError }) => Math.abs(measure) + 2 * (Number.isFinite(standardError) ? standardError : 0),
        ),
      ),
    ),
  );
  const points = mine.map(({ element, measure, standardError }, n) => ({
    x: n + 1,
    y: measure,
    ...(Number.isFinite(standardError)
      ? { low: measure - 1.96 * standardError, high: measure + 1.96 * standardError }
      : {}),
    line: 0,
    name: `${element} ${fixed(measure)}`,
  }));
  return curveChart({
    title: name,
    description: say('facets.chartDescription', { facet: name }),
    x: { label: say('facets.elements'), from: 0, to: mine.length + 1 },
    y: { label: say('facets.logits'), from: -reach, to: reach },
    lines: [],
    points,
  });
}

/** Whether the elements of a facet differ, and how surely. */
function separationPart(facet: FacetMeasures, explanation: string, say: ReportVoice): string {
  const n = numbers(separationOf(facet));
  return (
    table(
      [
        say('facets.separation'),
        say('facets.strata'),
        say('facets.reliability'),
        say('facets.alike'),
        say('facets.df'),
        'p',
      ],
      [
        [
          n['separation'] ?? '',
          n['strata'] ?? '',
          n['reliability'] ?? '',
          `χ² ${n['chiSquare'] ?? ''}`,
          n['df'] ?? '',
          escapeXml(n['p'] ?? ''),
        ],
      ],
      'narrow',
    ) + paragraph(explanation)
  );
}

function facetSection(estimates: Estimates, rows: readonly Row[], f: number, say: ReportVoice): string {
  const facet = estimates.facets[f];
  if (facet === undefined) return '';
  const isRaters = f === estimates.facets.length - 1 && f > 0;
  const explanation = say(isRaters ? 'facets.separationRaters' : 'facets.separationText');
  const spread = facet.elements.length < 2 ? '' : separationPart(facet, explanation, say);
  const mine = rows.filter((row) => row.facet === facet.name).sort((a, b) => b.measure - a.measure);
  const cells = mine.map((row) => [
    escapeXml(row.element),
    chip(row.light, say),
    escapeXml(row.reasons.map((reason) => say(`facets.reasons.${reason}`)).join('; ')),
    fixed(row.measure),
    fixed(row.standardError),
    String(row.fit.ratings),
    fixed(row.fit.observedAverage),
    fixed(row.fit.fairAverage),
    fixed(row.fit.infit),
    fixed(row.fit.infitZ, 1),
    fixed(row.fit.outfit),
    fixed(row.fit.outfitZ, 1),
  ]);
  return section(
    facet.name,
    spread +
      figure('', elementsChart(facet.name, mine, say), 'wide') +
      table(
        [
          say('facets.element'),
          say('report.light'),
          say('facets.why'),
          say('facets.measure'),
          say('report.se'),
          say('facets.ratings'),
          say('facets.observed'),
          say('facets.fair'),
          'infit',
          'z',
          'outfit',
          'z',
        ],
        cells,
        'items',
      ),
  );
}

function scaleSections({ categories }: RatingTable, { scales, slopes }: Estimates, say: ReportVoice): string {
  const hasOwn = scales.length > 1;
  const steps = scales.flatMap(({ element, steps: values, stepError }) =>
    Array.from(values, (value, v) => [
      ...(hasOwn ? [escapeXml(element ?? '')] : []),
      `${categories[v] ?? ''} → ${categories[v + 1] ?? ''}`,
      fixed(value),
      fixed(stepError?.[v]),
    ]),
  );
  const slope = slopes.flatMap(({ elements, slope: values, logSlopeError }) =>
    elements.map((element, e) => [
      escapeXml(element),
      fixed(values[e]),
      fixed((logSlopeError[e] ?? NaN) * (values[e] ?? NaN)),
    ]),
  );
  return (
    section(
      say('facets.scale'),
      paragraph(say('facets.scaleText')) +
        table(
          [...(hasOwn ? [say('facets.element')] : []), say('facets.step'), say('facets.measure'), say('report.se')],
          steps,
          'items',
        ),
    ) +
    (slope.length === 0
      ? ''
      : section(
          say('facets.slopes'),
          paragraph(say('facets.slopesText')) +
            table(say.each('facets.element', 'facets.slope', 'report.se'), slope, 'items'),
        ))
  );
}

function effectsSection(rows: readonly Row[], say: ReportVoice): string {
  const effects = rows.flatMap(({ element, effects: one }) =>
    one === undefined
      ? []
      : [
          [
            escapeXml(element),
            fixed(one.spread),
            fixed(one.halo),
            fixed(one.haloZ, 1),
            fixed(one.pointMeasure),
            fixed(one.expectedPointMeasure),
          ],
        ],
  );
  const head = [
    ...say.each('facets.element', 'facets.spread', 'facets.halo'),
    'z',
    ...say.each('facets.pointMeasure', 'facets.expected'),
  ];
  return effects.length === 0
    ? ''
    : section(say('facets.effects'), paragraph(say('facets.effectsText')) + table(head, effects, 'items'));
}

function driftSection(rows: readonly Row[], say: ReportVoice): string {
  const drifts = rows.flatMap(({ element, drift }) =>
    drift === undefined
      ? []
      : drift.windows.map(({ window, ratings, bias, standardError, z }, n) => [
          n === 0 ? escapeXml(element) : '',
          escapeXml(window),
          String(ratings),
          fixed(bias),
          fixed(standardError),
          fixed(z, 1),
          n === 0 ? `${escapeXml(say(`facets.verdicts.${drift.verdict}`))} (p ${pValue(drift.p)})` : '',
        ]),
  );
  const head = [...say.each('facets.element', 'facets.window', 'facets.ratings', 'facets.bias', 'report.se'), 'z', ''];
  return drifts.length === 0
    ? ''
    : section(say('facets.drift'), paragraph(say('facets.driftText')) + table(head, drifts, 'items'));
}

/** Candidates on the left, the elements of all facets as items on the right. */
function ruler({ facets, theta }: Estimates, say: ReportVoice): string {
  const elements = facets
    .flatMap(({ elements: names, measure }) =>
      names.map((id, e) => ({ model: 'logistic' as const, id, difficulty: measure[e] ?? 0 })),
    )
    .filter(({ difficulty }) => Number.isFinite(difficulty));
  // The same name in two facets would be the same item.
  const titles = {
    title: say('facets.wright'),
    description: say('facets.wrightDescription'),
    persons: say('facets.persons'),
    items: say('facets.items'),
  };
  const unique = elements.filter(({ id }, n) => elements.findIndex((other) => other.id === id) === n);
  return section(
    say('facets.wright'),
    paragraph(say('facets.wrightText')) +
      figure('', wrightMap(createItemParameters(unique), Array.from(theta).filter(Number.isFinite), titles), 'wide'),
  );
}

/** Where a rater and an element of the first facet do not go together. */
function interactionsSection(data: RatingTable, estimates: Estimates, say: ReportVoice): string {
  const last = data.facets.length - 1;
  if (data.facets.length < 2) return '';
  return section(
    say('facets.interactions'),
    paragraph(say('facets.interactionsText')) +
      table(
        [say('facets.element'), say('facets.ratings'), say('facets.bias'), say('report.se'), 't'],
        interactionsOf(data, estimates, estimates.theta, last, 0)
          .filter(({ t: value }) => Number.isFinite(value))
          .sort((a, b) => Math.abs(b.t) - Math.abs(a.t))
          .slice(0, 15)
          .map((one) => [
            escapeXml(one.elements.join(' × ')),
            String(one.ratings),
            fixed(one.bias),
            fixed(one.standardError),
            fixed(one.t),
          ]),
        'items',
      ),
  );
}

function agreementSection(data: RatingTable, estimates: Estimates, say: ReportVoice): string {
  const last = data.facets.length - 1;
  const agreement = agreementOf(data, estimates, estimates.theta, last);
  if (agreement.pairs === 0) return '';
  return section(
    say('facets.agreement'),
    table(
      [say('facets.pairs'), say('facets.equal'), say('facets.expectedShare'), 'kappa'],
      [
        [
          String(agreement.pairs),
          `${fixed(100 * agreement.observed, 1)} %`,
          `${fixed(100 * agreement.expected, 1)} %`,
          fixed(agreement.kappa),
        ],
      ],
      'narrow',
    ) + paragraph(say('facets.agreementText')),
  );
}

export function facetsReport(
  data: RatingTable,
  estimates: Estimates,
  rows: readonly Row[],
  { joins, file, madeAt, say }: FacetsFrame,
): string {
  const spread =
    estimates.population === undefined ? spreadOf(estimates.theta) : Math.sqrt(estimates.population.variance);
  const notes = notesOf(data, estimates, joins, say);
  const byName = rows.toSorted((a, b) => a.element.localeCompare(b.element));
  const body =
    (notes.length === 0 ? '' : section(say('facets.toKnow'), list(notes))) +
    ruler(estimates, say) +
    estimates.facets.map((_, f) => facetSection(estimates, rows, f, say)).join('') +
    effectsSection(byName, say) +
    driftSection(byName, say) +
    agreementSection(data, estimates, say) +
    interactionsSection(data, estimates, say) +
    scaleSections(data, estimates, say) +
    section(
      say('report.methodTitle'),
      list(estimates.method === 'mml' ? say.all('facets.method') : say.all('facets.methodJoint')),
    );
  return page(
    say('facets.title', { file }),
    say('facets.madeAt', { at: madeAt, ratings: data.score.length, persons: data.persons.length, sd: fixed(spread) }),
    say,
    body,
  );
}

function spreadOf(theta: Float64Array): number {
  const finite = theta.filter(Number.isFinite);
  const mean = finite.reduce((a, b) => a + b, 0) / finite.length;
  return Math.sqrt(finite.reduce((a, b) => a + (b - mean) ** 2, 0) / (finite.length - 1));
}
