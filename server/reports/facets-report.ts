/** The report of `meetlat facets`: one self-contained page. */
import { createItemParameters } from 'itemresponsetheory';
import { agreementOf, interactionsOf, type Join, type RatingTable, separationOf } from 'itemresponsetheory/facets';
import { curveChart, escapeXml } from '../../engine/charts/curve.ts';
import { wrightMap } from '../../engine/charts/wright-map.ts';
import { notesOf } from './facets-notes.ts';
import type { Estimates, Row } from './facets-outcome.ts';
import texts from './facets.json' with { type: 'json' };
import {
  chip,
  figure,
  fill,
  fixed,
  list,
  page,
  paragraph,
  pValue,
  type ReportLanguage,
  reportTexts,
  section,
  table,
} from './report-page.ts';

export interface FacetsFrame {
  readonly joins: readonly Join[];
  readonly file: string;
  readonly madeAt: string;
  readonly language: ReportLanguage;
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

function facetSection(estimates: Estimates, rows: readonly Row[], f: number, language: ReportLanguage): string {
  const [t, own] = [reportTexts[language], texts[language]];
  const facet = estimates.facets[f];
  if (facet === undefined) return '';
  const mine = rows.filter((row) => row.facet === facet.name).sort((a, b) => b.measure - a.measure);
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
  const chart = curveChart({
    title: facet.name,
    description: fill(own.chartDescription, { facet: facet.name }),
    x: { label: own.elements, from: 0, to: mine.length + 1 },
    y: { label: own.logits, from: -reach, to: reach },
    lines: [],
    points,
  });
  const n = numbers(separationOf(facet));
  const spread =
    facet.elements.length < 2
      ? ''
      : table(
          [own.separation, own.strata, own.reliability, own.alike, own.df, 'p'],
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
        ) + paragraph(f === estimates.facets.length - 1 && f > 0 ? own.separationRaters : own.separationText);
  const cells = mine.map((row) => [
    escapeXml(row.element),
    chip(row.light, t),
    escapeXml(row.reasons.map((reason) => own.reasons[reason]).join('; ')),
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
      figure('', chart, 'wide') +
      table(
        [
          own.element,
          t.light,
          own.why,
          own.measure,
          t.se,
          own.ratings,
          own.observed,
          own.fair,
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

function scaleSections({ categories }: RatingTable, { scales, slopes }: Estimates, language: ReportLanguage): string {
  const [t, own] = [reportTexts[language], texts[language]];
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
      own.scale,
      paragraph(own.scaleText) + table([...(hasOwn ? [own.element] : []), own.step, own.measure, t.se], steps, 'items'),
    ) +
    (slope.length === 0
      ? ''
      : section(own.slopes, paragraph(own.slopesText) + table([own.element, own.slope, t.se], slope, 'items')))
  );
}

function raterSections(all: readonly Row[], language: ReportLanguage): string {
  const own = texts[language];
  const rows = all.toSorted((a, b) => a.element.localeCompare(b.element));
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
          n === 0 ? `${escapeXml(own.verdicts[drift.verdict])} (p ${pValue(drift.p)})` : '',
        ]),
  );
  return (
    (effects.length === 0
      ? ''
      : section(
          own.effects,
          paragraph(own.effectsText) +
            table([own.element, own.spread, own.halo, 'z', own.pointMeasure, own.expected], effects, 'items'),
        )) +
    (drifts.length === 0
      ? ''
      : section(
          own.drift,
          paragraph(own.driftText) +
            table([own.element, own.window, own.ratings, own.bias, reportTexts[language].se, 'z', ''], drifts, 'items'),
        ))
  );
}

/** Candidates on the left, the elements of all facets as items on the right. */
function ruler({ facets, theta }: Estimates, language: ReportLanguage): string {
  const own = texts[language];
  const elements = facets
    .flatMap(({ elements: names, measure }) =>
      names.map((id, e) => ({ model: 'logistic' as const, id, difficulty: measure[e] ?? 0 })),
    )
    .filter(({ difficulty }) => Number.isFinite(difficulty));
  // The same name in two facets would be the same item.
  const unique = elements.filter(({ id }, n) => elements.findIndex((other) => other.id === id) === n);
  return section(
    own.wright,
    paragraph(own.wrightText) +
      `<figure class="wide">${wrightMap(createItemParameters(unique), Array.from(theta).filter(Number.isFinite), { title: own.wright, description: own.wrightDescription, persons: own.persons, items: own.items })}</figure>`,
  );
}

export function facetsReport(
  data: RatingTable,
  estimates: Estimates,
  rows: readonly Row[],
  { joins, file, madeAt, language }: FacetsFrame,
): string {
  const [t, own] = [reportTexts[language], texts[language]];
  const last = data.facets.length - 1;
  const bias =
    data.facets.length < 2
      ? ''
      : section(
          own.interactions,
          paragraph(own.interactionsText) +
            table(
              [own.element, own.ratings, own.bias, t.se, 't'],
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
  const agreement = agreementOf(data, estimates, estimates.theta, last);
  const agree =
    agreement.pairs === 0
      ? ''
      : section(
          own.agreement,
          table(
            [own.pairs, own.equal, own.expectedShare, 'kappa'],
            [
              [
                String(agreement.pairs),
                `${fixed(100 * agreement.observed, 1)} %`,
                `${fixed(100 * agreement.expected, 1)} %`,
                fixed(agreement.kappa),
              ],
            ],
            'narrow',
          ) + paragraph(own.agreementText),
        );
  const spread =
    estimates.population === undefined ? spreadOf(estimates.theta) : Math.sqrt(estimates.population.variance);
  const notes = notesOf(data, estimates, joins, language);
  const body =
    (notes.length === 0 ? '' : section(own.toKnow, list(notes))) +
    ruler(estimates, language) +
    estimates.facets.map((_, f) => facetSection(estimates, rows, f, language)).join('') +
    raterSections(rows, language) +
    agree +
    bias +
    scaleSections(data, estimates, language) +
    section(t.methodTitle, list(estimates.method === 'mml' ? own.method : own.methodJoint));
  return page(
    fill(own.title, { file }),
    fill(own.madeAt, { at: madeAt, ratings: data.score.length, persons: data.persons.length, sd: fixed(spread) }),
    language,
    body,
  );
}

function spreadOf(theta: Float64Array): number {
  const finite = theta.filter(Number.isFinite);
  const mean = finite.reduce((a, b) => a + b, 0) / finite.length;
  return Math.sqrt(finite.reduce((a, b) => a + (b - mean) ** 2, 0) / (finite.length - 1));
}
