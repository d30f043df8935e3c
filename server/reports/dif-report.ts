/**
 * The report of fairness: which items differ for whom, how much, and which methods say so; every number of an item in
 * its own small table.
 */
import { table, list, section, paragraph, figure, page } from './page.ts';
import { fixed, pValue, percent } from './numbers.ts';
import { worstFirst, chip, lineOf } from './lights.ts';
import { leftOutLines } from './calibration-lines.ts';
import { curveChart } from '../../engine/charts/curve.ts';
import { escapeXml } from '../../engine/charts/svg.ts';
import { type ReportVoice } from '../../words/reports.ts';
import type { DifComparison, DifItem, DifMethod, DifOutcome } from '../../item-bank/calibration/dif-outcome.ts';

const classOf = ({ mantelHaenszel: mh, mantel }: DifItem): string => mh?.etsClass ?? mantel?.etsClass ?? '–';
export const sayersOf = ({ pointedAtBy }: DifItem, say: ReportVoice): string =>
  pointedAtBy.map((method) => say(`dif.methods.${method}`)).join(', ');

/** Towards whom an item leans, of those that something points at. */
function directionOf(
  { mantelHaenszel: mh, difference, pointedAtBy }: DifItem,
  focal: string,
  say: ReportVoice,
): string {
  const isUniform = pointedAtBy.some(
    (method) => method === 'mantel-haenszel' || method === 'mantel' || method === 'sibtest',
  );
  if (
    !isUniform &&
    pointedAtBy.some((method) => method === 'crossing-sibtest' || method === 'breslow-day' || method === 'logistic')
  )
    return say('dif.crosses');
  const lean = mh?.delta ?? difference;
  return lean === undefined ? '–' : say(lean < 0 ? 'dif.harder' : 'dif.easier', { focal });
}

const chances = ({ negligible, moderate, large }: NonNullable<DifItem['shrunken']>): string =>
  [negligible, moderate, large].map((share) => percent(share)).join(' / ');

const pCell = (p: number | undefined): string => escapeXml(pValue(p)).replace(' ', '&nbsp;');

interface Tested {
  readonly p: number;
  readonly pAdjusted: number;
}

/** A row of an item's table: method, finding, p, p corrected, whether it points at the item. */
function methodRow(item: DifItem, method: DifMethod, finding: string, say: ReportVoice, test?: Tested): string[] {
  return [
    escapeXml(say(`dif.methods.${method}`)),
    escapeXml(finding),
    pCell(test?.p),
    pCell(test?.pAdjusted),
    item.pointedAtBy.includes(method) ? '▲' : '',
  ];
}

const chi = (test: { readonly statistic: number; readonly degreesOfFreedom: number }): string =>
  `χ²(${test.degreesOfFreedom}) = ${fixed(test.statistic)}`;

function shrunkenRow({ shrunken }: DifItem, say: ReportVoice): string[][] {
  if (shrunken === undefined) return [];
  const finding = say('dif.shrunkenFinding', {
    delta: fixed(shrunken.delta),
    error: fixed(shrunken.standardError),
    a: percent(shrunken.negligible),
    b: percent(shrunken.moderate),
    c: percent(shrunken.large),
  });
  return [[escapeXml(say('dif.shrunken')), escapeXml(finding), '–', '–', '']];
}

/** The methods that compare persons of equal score or ability. */
function matchedRows(item: DifItem, say: ReportVoice): string[][] {
  const { mantelHaenszel: mh, mantel, logistic, sibtest, crossingSibtest, breslowDay } = item;
  const row = (method: DifMethod, finding: string, test: Tested): string[][] => [
    methodRow(item, method, finding, say, test),
  ];
  const delta =
    mh && say('dif.deltaFinding', { delta: fixed(mh.delta), error: fixed(mh.standardError), class: mh.etsClass });
  const beta =
    sibtest && say('dif.betaFinding', { beta: fixed(sibtest.beta, 3), error: fixed(sibtest.standardError, 3) });
  const effect = mantel && say('dif.effectFinding', { effect: fixed(mantel.effect), class: mantel.etsClass });
  const change =
    logistic && say('dif.logisticFinding', { value: fixed(logistic.deltaR2, 3), class: logistic.jodoinGierl });
  return [
    ...(mh && delta ? row('mantel-haenszel', delta, mh) : []),
    ...shrunkenRow(item, say),
    ...(mantel && effect ? row('mantel', effect, mantel) : []),
    ...(logistic && change ? row('logistic', change, logistic) : []),
    ...(sibtest && beta ? row('sibtest', beta, sibtest) : []),
    ...(crossingSibtest ? row('crossing-sibtest', `β ${fixed(crossingSibtest.beta, 3)}`, crossingSibtest) : []),
    ...(breslowDay ? row('breslow-day', chi(breslowDay), breslowDay) : []),
  ];
}

/** The methods that need a model of the items. */
function modelRows(item: DifItem, say: ReportVoice): string[][] {
  const { wald, likelihoodRatio, rmsd, lord, raju, isAnchor } = item;
  const row = (method: DifMethod, finding: string, test?: Tested): string[][] => [
    methodRow(item, method, finding, say, test),
  ];
  const waldFinding = wald && (isAnchor === true ? `${chi(wald)}, ${say('dif.isAnchor')}` : chi(wald));
  const distance =
    rmsd &&
    say('dif.rmsdFinding', { focal: fixed(rmsd.focal, 3), reference: fixed(rmsd.reference, 3) }) +
      (rmsd.isFree ? `, ${say('dif.isFree')}` : '');
  return [
    ...(wald && waldFinding ? row('wald', waldFinding, wald) : []),
    ...(likelihoodRatio ? row('likelihood-ratio', chi(likelihoodRatio), likelihoodRatio) : []),
    ...(distance ? row('rmsd', distance) : []),
    ...(lord ? row('lord', `χ² = ${fixed(lord.statistic)}`, lord) : []),
    ...(raju ? row('raju', say('dif.areaFinding', { value: fixed(raju.area) }), raju) : []),
  ];
}

function chart({ items, focal }: DifComparison, say: ReportVoice): string {
  const highest = Math.max(
    2,
    ...items.map(({ mantelHaenszel }) => Math.abs(mantelHaenszel?.delta ?? 0)).filter(Number.isFinite),
  );
  const text = say('dif.chartText', { focal });
  return section(
    say('dif.chart'),
    paragraph(text) +
      figure(
        '',
        curveChart({
          title: say('dif.chart'),
          description: text,
          x: { label: say('report.items'), from: 0, to: items.length + 1 },
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

/** Every number of an item, folded away where nothing points at it. */
function detailsOf(item: DifItem, say: ReportVoice): string {
  const title = escapeXml(say('dif.details', { item: item.item }));
  const summary = `${title} ${chip(item.light, say)} ${escapeXml(sayersOf(item, say))}`;
  const head = say.each('dif.method', 'dif.finding', 'report.p', 'dif.adjusted', 'dif.points');
  const methods = table(head, [...matchedRows(item, say), ...modelRows(item, say)], 'attention');
  return `<details${item.light === 'keep' ? '' : ' open'}><summary>${summary}</summary>${methods}</details>`;
}

function comparisonPart(one: DifComparison, say: ReportVoice): string {
  const { focal, reference, persons, items, isSmall, purification } = one;
  const lines = leftOutLines(one, say);
  const flagged = worstFirst(items.filter(({ light }) => light !== 'keep'));
  const attention = table(
    [
      say('report.item'),
      say('report.light'),
      say('dif.sayers'),
      say('dif.direction'),
      'ETS',
      'Δ',
      ...(isSmall ? [say('dif.small')] : []),
    ],
    flagged.map((item) => [
      escapeXml(item.item),
      chip(item.light, say),
      escapeXml(sayersOf(item, say) || say('dif.nobody')),
      escapeXml(directionOf(item, focal, say)),
      classOf(item),
      fixed(item.mantelHaenszel?.delta ?? item.mantel?.effect),
      ...(isSmall ? [item.shrunken === undefined ? '–' : chances(item.shrunken)] : []),
    ]),
    'attention',
  );
  const title = say('dif.comparison', {
    focal,
    reference: reference.join(', '),
    focalPersons: persons.focal,
    referencePersons: persons.reference,
  });
  return (
    `<hr><h1>${escapeXml(title)}</h1>` +
    section(
      say('dif.attention'),
      (isSmall ? paragraph(say('dif.smallText')) : '') +
        (flagged.length === 0 ? paragraph(say('dif.noAttention')) : attention),
    ) +
    chart(one, say) +
    section(
      say('report.done'),
      (lines.length === 0 ? paragraph(say('report.nothingDone')) : list(lines)) +
        (purification === undefined
          ? ''
          : paragraph(
              say('dif.anchors', {
                anchors: purification.anchors,
                rounds: purification.rounds,
                stable: purification.isStable ? say('dif.stable') : say('dif.unstable'),
              }),
            )),
    ) +
    section(
      say('report.tableTitle'),
      [...flagged, ...items.filter(({ light }) => light === 'keep')].map((item) => detailsOf(item, say)).join(''),
    )
  );
}

function overview({ comparisons }: DifOutcome, say: ReportVoice): string {
  if (comparisons.length < 2) return '';
  const names = [...new Set(comparisons.flatMap(({ items }) => items.map(({ item }) => item)))];
  const found = (name: string): (DifItem | undefined)[] =>
    comparisons.map(({ items }) => items.find(({ item }) => item === name));
  const rows = names.filter((name) => found(name).some((item) => item !== undefined && item.light !== 'keep'));
  const against = new Set(comparisons.map(({ reference }) => reference.join(', ')));
  const [only = ''] = against;
  return section(
    say('dif.overview'),
    rows.length === 0
      ? paragraph(say('dif.nothing'))
      : paragraph(say('dif.overviewText', { against: against.size === 1 ? only : say('dif.others') })) +
          table(
            [say('report.item'), ...comparisons.map(({ focal }) => focal)],
            rows.map((name) => [
              escapeXml(name),
              ...found(name).map((item) => (item === undefined ? '–' : `${chip(item.light, say)} ${classOf(item)}`)),
            ]),
            'narrow',
          ),
  );
}

export function difPage(outcome: DifOutcome, file: string, madeAt: string, say: ReportVoice): string {
  const [first] = outcome.comparisons;
  return page(
    say('dif.title', { file }),
    say('dif.madeAt', { at: madeAt }),
    say,
    overview(outcome, say) +
      outcome.comparisons.map((one) => comparisonPart(one, say)).join('') +
      section(
        say('report.methodTitle'),
        list([
          ...(first === undefined ? [] : [say(`dif.matchedOn.${first.matchedOn}`)]),
          ...say.all('dif.reading'),
          ...(first?.purification === undefined ? [] : say.all('dif.modelReading')),
        ]),
      ),
  );
}
