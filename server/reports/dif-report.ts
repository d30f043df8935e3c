/**
 * The report of fairness: which items differ for whom, how much, and which methods say so; every number of an item in
 * its own small table.
 */
import { curveChart, escapeXml } from '../../engine/charts/curve.ts';
import type { DifComparison, DifItem, DifOutcome } from '../../item-bank/calibration/dif-run.ts';
import texts from './dif.json' with { type: 'json' };
import {
  type ReportLanguage,
  chip,
  figure,
  fill,
  fixed,
  leftOutLines,
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

const classOf = ({ mantelHaenszel: mh, mantel }: DifItem): string => mh?.etsClass ?? mantel?.etsClass ?? '–';
export const sayersOf = ({ pointedAtBy }: DifItem, language: ReportLanguage): string =>
  pointedAtBy.map((method) => texts[language].methods[method]).join(', ');

/** Towards whom an item leans, of those that something points at. */
function directionOf(
  { mantelHaenszel: mh, difference, pointedAtBy }: DifItem,
  focal: string,
  language: ReportLanguage,
): string {
  const t = texts[language];
  const isUniform = pointedAtBy.some(
    (method) => method === 'mantel-haenszel' || method === 'mantel' || method === 'sibtest',
  );
  if (
    !isUniform &&
    pointedAtBy.some((method) => method === 'crossing-sibtest' || method === 'breslow-day' || method === 'logistic')
  )
    return t.crosses;
  const lean = mh?.delta ?? difference;
  return lean === undefined ? '–' : fill(lean < 0 ? t.harder : t.easier, { focal });
}

const percent = (share: number): string => `${Math.round(100 * share)} %`;
const chances = ({ negligible, moderate, large }: NonNullable<DifItem['shrunken']>): string =>
  [negligible, moderate, large].map(percent).join(' / ');

const pCell = (p: number | undefined): string => escapeXml(pValue(p)).replace(' ', '&nbsp;');

/** One row for each method that looked at the item. */
function methodRows(item: DifItem, language: ReportLanguage): string[][] {
  const t = texts[language];
  const {
    mantelHaenszel: mh,
    shrunken,
    mantel,
    logistic,
    sibtest,
    crossingSibtest,
    breslowDay,
    wald,
    likelihoodRatio,
    rmsd,
    lord,
    raju,
    isAnchor,
  } = item;
  const chi = ({
    statistic,
    degreesOfFreedom,
  }: {
    readonly statistic: number;
    readonly degreesOfFreedom: number;
  }): string => `χ²(${degreesOfFreedom}) = ${fixed(statistic)}`;
  const row = (
    method: keyof typeof t.methods,
    finding: string,
    test?: { readonly p: number; readonly pAdjusted: number },
  ): string[] => [
    escapeXml(t.methods[method]),
    escapeXml(finding),
    pCell(test?.p),
    pCell(test?.pAdjusted),
    item.pointedAtBy.includes(method) ? '▲' : '',
  ];
  return [
    ...(mh
      ? [row('mantel-haenszel', `Δ ${fixed(mh.delta)} (SE ${fixed(mh.standardError)}), ETS ${mh.etsClass}`, mh)]
      : []),
    ...(shrunken
      ? [
          [
            escapeXml(t.shrunken),
            escapeXml(
              fill(t.shrunkenFinding, {
                delta: fixed(shrunken.delta),
                error: fixed(shrunken.standardError),
                a: percent(shrunken.negligible),
                b: percent(shrunken.moderate),
                c: percent(shrunken.large),
              }),
            ),
            '–',
            '–',
            '',
          ],
        ]
      : []),
    ...(mantel ? [row('mantel', `${fixed(mantel.effect)} SD, ETS ${mantel.etsClass}`, mantel)] : []),
    ...(logistic ? [row('logistic', `ΔR² ${fixed(logistic.deltaR2, 3)}, JG ${logistic.jodoinGierl}`, logistic)] : []),
    ...(sibtest
      ? [row('sibtest', `β ${fixed(sibtest.beta, 3)} (SE ${fixed(sibtest.standardError, 3)})`, sibtest)]
      : []),
    ...(crossingSibtest ? [row('crossing-sibtest', `β ${fixed(crossingSibtest.beta, 3)}`, crossingSibtest)] : []),
    ...(breslowDay ? [row('breslow-day', chi(breslowDay), breslowDay)] : []),
    ...(wald ? [row('wald', `${chi(wald)}${isAnchor === true ? `, ${t.isAnchor}` : ''}`, wald)] : []),
    ...(likelihoodRatio ? [row('likelihood-ratio', chi(likelihoodRatio), likelihoodRatio)] : []),
    ...(rmsd
      ? [
          row(
            'rmsd',
            `${fill(t.rmsdFinding, { focal: fixed(rmsd.focal, 3), reference: fixed(rmsd.reference, 3) })}${rmsd.isFree ? `, ${t.isFree}` : ''}`,
          ),
        ]
      : []),
    ...(lord ? [row('lord', `χ² = ${fixed(lord.statistic)}`, lord)] : []),
    ...(raju ? [row('raju', fill(t.areaFinding, { value: fixed(raju.area) }), raju)] : []),
  ];
}

function chart({ items, focal }: DifComparison, language: ReportLanguage): string {
  const t = texts[language];
  const highest = Math.max(
    2,
    ...items.map(({ mantelHaenszel }) => Math.abs(mantelHaenszel?.delta ?? 0)).filter(Number.isFinite),
  );
  const text = fill(t.chartText, { focal });
  return section(
    t.chart,
    paragraph(text) +
      figure(
        '',
        curveChart({
          title: t.chart,
          description: text,
          x: { label: reportTexts[language].items, from: 0, to: items.length + 1 },
          y: { label: 'Δ', from: -Math.ceil(highest), to: Math.ceil(highest) },
          bands: [{ from: -1, to: 1 }],
          lines: [],
          points: items.flatMap(({ item, mantelHaenszel: mh, light }, n) =>
            mh === undefined || !Number.isFinite(mh.delta)
              ? []
              : [
                  {
                    x: n + 1,
                    y: mh.delta,
                    low: mh.delta - 1.96 * mh.standardError,
                    high: mh.delta + 1.96 * mh.standardError,
                    line: lineOf[light],
                    name: `${item}: ${fixed(mh.delta)}`,
                  },
                ],
          ),
        }),
        'wide',
      ),
  );
}

function comparisonPart(one: DifComparison, language: ReportLanguage): string {
  const [t, words] = [texts[language], reportTexts[language]];
  const { focal, reference, persons, items, isSmall, purification } = one;
  const lines = leftOutLines(one, language);
  const flagged = worstFirst(items.filter(({ light }) => light !== 'keep'));
  const attention = table(
    [words.item, words.light, t.sayers, t.direction, 'ETS', 'Δ', ...(isSmall ? [t.small] : [])],
    flagged.map((item) => [
      escapeXml(item.item),
      chip(item.light, words),
      escapeXml(sayersOf(item, language) || t.nobody),
      escapeXml(directionOf(item, focal, language)),
      classOf(item),
      fixed(item.mantelHaenszel?.delta ?? item.mantel?.effect),
      ...(isSmall ? [item.shrunken === undefined ? '–' : chances(item.shrunken)] : []),
    ]),
    'attention',
  );
  const details = (item: DifItem): string =>
    `<details${item.light === 'keep' ? '' : ' open'}><summary>${escapeXml(fill(t.details, { item: item.item }))} ${chip(item.light, words)} ${escapeXml(item.pointedAtBy.length > 0 ? sayersOf(item, language) : '')}</summary>${table([t.method, t.finding, words.p, t.adjusted, t.points], methodRows(item, language), 'attention')}</details>`;
  return (
    `<hr><h1>${escapeXml(fill(t.comparison, { focal, reference: reference.join(', '), focalPersons: persons.focal, referencePersons: persons.reference }))}</h1>` +
    section(
      t.attention,
      (isSmall ? paragraph(t.smallText) : '') + (flagged.length === 0 ? paragraph(t.noAttention) : attention),
    ) +
    chart(one, language) +
    section(
      words.done,
      (lines.length === 0 ? paragraph(words.nothingDone) : list(lines)) +
        (purification === undefined
          ? ''
          : paragraph(
              fill(t.anchors, {
                anchors: purification.anchors,
                rounds: purification.rounds,
                stable: purification.isStable ? t.stable : t.unstable,
              }),
            )),
    ) +
    section(words.tableTitle, [...flagged, ...items.filter(({ light }) => light === 'keep')].map(details).join(''))
  );
}

function overview({ comparisons }: DifOutcome, language: ReportLanguage): string {
  const [t, words] = [texts[language], reportTexts[language]];
  if (comparisons.length < 2) return '';
  const names = [...new Set(comparisons.flatMap(({ items }) => items.map(({ item }) => item)))];
  const found = (name: string): (DifItem | undefined)[] =>
    comparisons.map(({ items }) => items.find(({ item }) => item === name));
  const rows = names.filter((name) => found(name).some((item) => item !== undefined && item.light !== 'keep'));
  const against = new Set(comparisons.map(({ reference }) => reference.join(', ')));
  const [only = ''] = against;
  return section(
    t.overview,
    rows.length === 0
      ? paragraph(t.nothing)
      : paragraph(fill(t.overviewText, { against: against.size === 1 ? only : t.others })) +
          table(
            [words.item, ...comparisons.map(({ focal }) => focal)],
            rows.map((name) => [
              escapeXml(name),
              ...found(name).map((item) => (item === undefined ? '–' : `${chip(item.light, words)} ${classOf(item)}`)),
            ]),
            'narrow',
          ),
  );
}

export function difPage(outcome: DifOutcome, file: string, madeAt: string, language: ReportLanguage): string {
  const [t, words] = [texts[language], reportTexts[language]];
  const [first] = outcome.comparisons;
  return page(
    fill(t.title, { file }),
    fill(t.madeAt, { at: madeAt }),
    language,
    overview(outcome, language) +
      outcome.comparisons.map((one) => comparisonPart(one, language)).join('') +
      section(
        words.methodTitle,
        list([
          ...(first === undefined ? [] : [t.matchedOn[first.matchedOn]]),
          ...t.reading,
          ...(first?.purification === undefined ? [] : t.modelReading),
        ]),
      ),
  );
}
