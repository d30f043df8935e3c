/** The report of a calibration: one self-contained page, printable, without script or outside address. */
import {
  type ItemParameters,
  type ItemSpec,
  categoryProbabilities,
  createItemParameters,
  testInformation,
} from 'itemresponsetheory';
import { type Line, type Mark, type Point, curveChart, escapeXml } from '../../engine/charts/curve.ts';
import { informationChart } from '../../engine/charts/item.ts';
import { wrightMap } from '../../engine/charts/wright-map.ts';
import { locationOf } from '../../item-bank/calibration/anchor-link.ts';
import { type AppraisedItem, bounds } from '../../item-bank/calibration/appraisal.ts';
import type { Light } from '../../item-bank/calibration/judge.ts';
import estimationTexts from './estimation.json' with { type: 'json' };
import en from './report.en.json' with { type: 'json' };
import nl from './report.nl.json' with { type: 'json' };
import type { CalibrationOutcome } from '../../item-bank/calibration/outcome.ts';

export const reportTexts = { nl, en } as const;
export type ReportLanguage = keyof typeof reportTexts;
export const isReportLanguage = (name: string): name is ReportLanguage => Object.hasOwn(reportTexts, name);
type Texts = (typeof reportTexts)[ReportLanguage];

export interface ReportFrame {
  readonly file: string;
  /** An instant; the page shows its day. */ readonly madeAt: string;
  readonly language: ReportLanguage;
  readonly cuts: readonly Mark[];
}

/** `{name}` in a text of the catalogue. */
export const fill = (text: string, values: Readonly<Record<string, string | number>>): string =>
  text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
const inLanguage = (language: ReportLanguage) => new Intl.NumberFormat(language === 'nl' ? 'nl-BE' : 'en-GB');

export const fixed = (value: number | undefined, digits = 2): string =>
  value === undefined || !Number.isFinite(value) ? '–' : value.toFixed(digits).replace(/^-/, '−');
export const pValue = (value: number | undefined): string =>
  value === undefined || !Number.isFinite(value) ? '–' : value < 0.001 ? '< .001' : value.toFixed(3);

const symbols: Readonly<Record<Light, string>> = { keep: '●', look: '▲', drop: '✖' };
/** What asks for attention first. */
export const worstFirst = <T extends { readonly light: Light }>(items: readonly T[]): T[] =>
  items.toSorted((a, b) => order[a.light] - order[b.light]);
const order: Readonly<Record<Light, number>> = { drop: 0, look: 1, keep: 2 };
export const chip = (light: Light, t: Texts): string =>
  `<span class="light ${light}">${symbols[light]} ${escapeXml(t.lights[light])}</span>`;

/** Cells are HTML already. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[], name = ''): string =>
  `<table class="${name}"><thead><tr>${head.map((cell) => `<th scope="col">${escapeXml(cell)}</th>`).join('')}</tr></thead><tbody>${rows.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('')}</tbody></table>`;
export const list = (lines: readonly string[]): string =>
  `<ul>${lines.map((line) => `<li>${escapeXml(line)}</li>`).join('')}</ul>`;
export const section = (title: string, body: string, name = ''): string =>
  `<section class="${name}"><h2>${escapeXml(title)}</h2>${body}</section>`;
export const paragraph = (text: string): string => `<p>${escapeXml(text)}</p>`;
export const figure = (caption: string, svg: string, name = ''): string =>
  `<figure class="${name}">${caption === '' ? '' : `<figcaption>${caption}</figcaption>`}${svg}</figure>`;

/** Persons, items and responses that were repaired or left out, in words. */
export function leftOutLines(
  { remarks, leftOut }: Pick<CalibrationOutcome, 'remarks' | 'leftOut'>,
  language: ReportLanguage,
): string[] {
  const t = reportTexts[language];
  const words: Readonly<Record<string, string>> = t.remarks;
  return [
    ...remarks.map(({ code, count, names }) => fill(words[code] ?? code, { count, names: (names ?? []).join(', ') })),
    ...leftOut.map(({ item, why, responses, category }) =>
      fill(t.leftOut[why], { item, responses, category: category ?? '' }),
    ),
  ];
}

/** The same, and statistics that could not be computed; for the terminal too. */
export function remarkLines(outcome: CalibrationOutcome, language: ReportLanguage): string[] {
  const t = reportTexts[language];
  return [
    ...leftOutLines(outcome, language),
    ...outcome.appraisal.leftOut.map(({ statistic, why }) =>
      fill(t.statisticsLeftOut[why], { statistic: statistic === 'classical' ? t.classical : statistic }),
    ),
  ];
}

export const lightCounts = ({ appraisal }: CalibrationOutcome): Readonly<Record<Light, number>> => ({
  keep: appraisal.items.filter(({ light }) => light === 'keep').length,
  look: appraisal.items.filter(({ light }) => light === 'look').length,
  drop: appraisal.items.filter(({ light }) => light === 'drop').length,
});

/** How many of each light. */
export const lightsLine = (items: readonly { readonly light: Light }[], t: Texts): string =>
  `<p class="lights">${(['keep', 'look', 'drop'] as const).map((light) => `${chip(light, t)} <b>${items.filter((item) => item.light === light).length}</b>`).join(' ')}</p>`;

export const reasonWords = ({ reasons }: AppraisedItem, language: ReportLanguage): string =>
  reasons.map((reason) => reportTexts[language].reasons[reason]).join('; ');
export const notConverged = ({ calibration }: CalibrationOutcome, language: ReportLanguage): string | undefined =>
  calibration === undefined || calibration.converged
    ? undefined
    : fill(reportTexts[language].notConverged, {
        cycles: calibration.cycles,
        change: calibration.largestChange.toExponential(2),
      });

function outline(outcome: CalibrationOutcome, { language }: ReportFrame): string {
  const t = reportTexts[language];
  const number = inLanguage(language);
  const {
    calibration,
    appraisal: { reliability },
    population,
  } = outcome;
  const missing = 1 - outcome.responses / (outcome.persons * outcome.items);
  const cards = [
    [t.persons, number.format(outcome.persons)],
    [t.items, number.format(outcome.items)],
    [t.responses, number.format(outcome.responses)],
    [t.missing, `${(100 * missing).toFixed(0)} %`],
    [t.reliability, fixed(reliability.wle)],
  ];
  const rows: (readonly [string, string])[] = [
    [t.population, `${fixed(population.mean)}; ${fixed(population.sd)}`],
    [t.marginal, fixed(reliability.marginal, 3)],
    [t.wle, fixed(reliability.wle, 3)],
    ...(reliability.alpha === undefined
      ? []
      : [[t.alpha, fixed(reliability.alpha, 3)] as const, [t.omega, fixed(reliability.omega, 3)] as const]),
    ...(calibration === undefined
      ? []
      : ([
          [t.logLikelihood, fixed(calibration.logLikelihood, 4)],
          [t.freeParameters, String(calibration.freeParameters)],
          [t.aic, fixed(calibration.aic, 1)],
          [t.bic, fixed(calibration.bic, 1)],
          [t.cycles, `${calibration.cycles}; ${calibration.largestChange.toExponential(1)}`],
        ] as const)),
  ];
  return (
    `<dl class="cards">${cards.map(([name = '', value = '']) => `<div><dt>${escapeXml(name)}</dt><dd>${escapeXml(value)}</dd></div>`).join('')}</dl>` +
    `${lightsLine(outcome.appraisal.items, t)}${table(
      [t.measure, t.value],
      rows.map(([name, value]) => [escapeXml(name), escapeXml(value)]),
      'narrow',
    )}`
  );
}

const byLight = (items: readonly AppraisedItem[]): { readonly item: AppraisedItem; readonly n: number }[] =>
  items.map((item, n) => ({ item, n })).sort((a, b) => order[a.item.light] - order[b.item.light] || a.n - b.n);

/** More responses do not mend an item that is to be dropped. */
const needed = ({ light, moreResponses }: AppraisedItem): string => (light === 'drop' ? '–' : String(moreResponses));

function attention({ appraisal }: CalibrationOutcome, { language }: ReportFrame): string {
  const t = reportTexts[language];
  const rows = byLight(appraisal.items).filter(({ item }) => item.light !== 'keep');
  if (rows.length === 0) return paragraph(t.noAttention);
  return table(
    [t.item, t.light, t.reason, t.more],
    rows.map(({ item }) => [
      escapeXml(item.item),
      chip(item.light, t),
      escapeXml(reasonWords(item, language)),
      needed(item),
    ]),
    'attention',
  );
}

/** Numbers of the items that are not to be dropped. */
const kept = ({ appraisal }: CalibrationOutcome): number[] =>
  appraisal.items.flatMap(({ light }, n) => (light === 'drop' ? [] : [n]));

function information(outcome: CalibrationOutcome, bank: ItemParameters, { language, cuts }: ReportFrame): string {
  const t = reportTexts[language];
  const items = kept(outcome);
  const rows = cuts.map(({ name, x }) => {
    const value = testInformation(bank, items, x);
    return [escapeXml(`${name} (θ = ${fixed(x)})`), fixed(value), fixed(1 / Math.sqrt(value))];
  });
  return (
    paragraph(t.informationText) +
    `<figure class="wide">${informationChart(bank, items, { title: t.informationTitle, description: t.informationDescription, ability: t.ability, information: t.information }, cuts)}</figure>` +
    (rows.length === 0 ? '' : table([t.cut, t.information, t.standardError], rows, 'narrow'))
  );
}

function persons(outcome: CalibrationOutcome, { language, cuts }: ReportFrame): string {
  const t = reportTexts[language];
  const located = outcome.parameters.filter((spec) => spec.model !== 'nominal');
  if (located.length === 0) return '';
  const thetas = Array.from(outcome.appraisal.abilities.theta);
  return section(
    t.wrightTitle,
    paragraph(t.wrightText) +
      `<figure class="wide">${wrightMap(createItemParameters(located), thetas, { title: t.wrightTitle, description: t.wrightDescription, persons: t.persons, items: t.items, marks: cuts })}</figure>`,
  );
}

/** Colours of the chart by number: keep green, look orange, drop plum. */
export const lineOf: Readonly<Record<Light, number>> = { keep: 3, look: 1, drop: 4 };

function fitPlots({ appraisal, parameters }: CalibrationOutcome, { language }: ReportFrame): string {
  const t = reportTexts[language];
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
        description: fill(t.difficultyOf, { name }),
        x: { label: t.difficulty, from: -4, to: 4 },
        y: { label: '', from, to },
        lines: [],
        compact: true,
        bands: [{ from: band[0], to: band[1] }],
        points: appraisal.items
          .map((item, n) => ({
            x: Math.min(4, Math.max(-4, locationOf(parameters[n] ?? { model: 'logistic', id: '', difficulty: 0 }))),
            y: value(item),
            line: lineOf[item.light],
            name: fill(t.persFit, { item: item.item, value: fixed(value(item)) }),
          }))
          .filter(({ y }) => Number.isFinite(y)),
      }),
    );
  return `${paragraph(t.fitText)}<div class="grid">${plot(t.infit, ({ infit }) => infit, bounds.infit, [0.4, 1.6])}${plot(t.outfit, ({ outfit }) => outfit, bounds.outfit, [0, 2.5])}${plot(t.rmsd, ({ rmsd }) => rmsd, [0, bounds.rmsd], [0, 0.3])}</div>`;
}

function modelFit(
  { appraisal: { limitedInformation: fit, dependentPairs } }: CalibrationOutcome,
  { language }: ReportFrame,
): string {
  const t = reportTexts[language];
  const whole =
    fit === undefined
      ? ''
      : section(
          t.modelFit,
          table(
            [t.statistic, t.value, t.df, t.p, t.rmsea, t.srmsr, t.tli, t.cfi],
            [
              [
                fit.statistic,
                fixed(fit.value),
                String(fit.degreesOfFreedom),
                escapeXml(pValue(fit.p)),
                `${fixed(fit.rmsea, 3)} [${fixed(fit.rmseaLower, 3)}; ${fixed(fit.rmseaUpper, 3)}]`,
                fixed(fit.srmsr, 3),
                fixed(fit.tli, 3),
                fixed(fit.cfi, 3),
              ],
            ],
          ),
        );
  const shown = dependentPairs.slice(0, 20);
  return (
    whole +
    section(
      t.pairs,
      shown.length === 0
        ? paragraph(t.noPairs)
        : paragraph(t.pairsText) +
            table(
              [t.pair, t.q3, t.adjusted],
              shown.map(({ first, second, q3, adjusted }) => [
                escapeXml(`${first} – ${second}`),
                fixed(q3),
                fixed(adjusted),
              ]),
              'narrow',
            ) +
            (dependentPairs.length > shown.length
              ? paragraph(fill(t.shownOf, { shown: shown.length, all: dependentPairs.length }))
              : ''),
    )
  );
}

const stepsOf = (spec: ItemSpec | undefined): string =>
  spec === undefined
    ? '–'
    : spec.model === 'logistic'
      ? fixed(spec.difficulty)
      : spec.model === 'nominal'
        ? spec.intercepts.map((c) => fixed(c)).join(' ')
        : spec.steps.map((b) => fixed(b)).join(' ');

function allItems({ appraisal, calibration, parameters }: CalibrationOutcome, { language }: ReportFrame): string {
  const t = reportTexts[language];
  const hasSlope = calibration === undefined || !['rasch', '1pl', 'pcm', 'rsm'].includes(calibration.model);
  const hasLower = parameters.some((spec) => spec.model === 'logistic' && (spec.lower ?? 0) > 0);
  const head = [
    t.item,
    t.light,
    t.n,
    t.share,
    t.itemRest,
    ...(hasSlope ? [t.slope, ...(calibration ? [t.se] : [])] : []),
    t.difficulty,
    ...(calibration ? [t.se] : []),
    ...(hasLower ? [t.lower, ...(calibration ? [t.se] : [])] : []),
    t.infit,
    t.outfit,
    t.rmsd,
    t.sumScoreP,
    t.more,
  ];
  return table(
    head,
    appraisal.items.map((item, n) => {
      const [estimate, spec] = [calibration?.estimates[n], parameters[n]];
      const slope = estimate?.slope ?? (spec === undefined || spec.model === 'nominal' ? undefined : (spec.slope ?? 1));
      return [
        escapeXml(item.item),
        chip(item.light, t),
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

function itemCurve(bank: ItemParameters, n: number, item: AppraisedItem, { language }: ReportFrame): string {
  const t = reportTexts[language];
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
        name: fill(t.observedOf, { share: fixed(y), persons: Math.round(count) }),
      };
    }),
  );
  return figure(
    `${escapeXml(item.item)} ${chip(item.light, t)}`,
    curveChart({
      title: item.item,
      description: fill(t.curveDescription, { item: item.item }),
      x: { label: t.ability, from: -4, to: 4 },
      y: { label: t.probability, from: 0, to: 1 },
      lines,
      points,
      compact: true,
    }),
  );
}

function curves({ appraisal }: CalibrationOutcome, bank: ItemParameters, frame: ReportFrame): string {
  const t = reportTexts[frame.language];
  const all = byLight(appraisal.items);
  const note = all.length > mostCurves ? paragraph(fill(t.curvesShown, { shown: mostCurves, all: all.length })) : '';
  return `${paragraph(t.curvesText)}${note}<div class="grid">${all
    .slice(0, mostCurves)
    .map(({ item, n }) => itemCurve(bank, n, item, frame))
    .join('')}</div>`;
}

function linking({ calibration }: CalibrationOutcome, { language }: ReportFrame): string {
  const link = calibration?.link;
  if (link === undefined) return '';
  const t = reportTexts[language];
  const used = link.residuals.filter(({ isUsed }) => isUsed).length;
  return section(
    t.linkTitle,
    paragraph(
      fill(t.linkText, { slope: fixed(link.slope, 4), shift: fixed(link.shift, 4), used, all: link.residuals.length }),
    ) +
      table(
        [t.anchor, t.residual, t.isUsed],
        link.residuals.map(({ item, residual, isUsed }) => [escapeXml(item), fixed(residual), isUsed ? t.yes : t.no]),
        'narrow',
      ),
  );
}

/**
 * How the numbers came about: the estimator, what it assumes, how near the maximum it ended; and a latent regression's
 * table.
 */
function estimation({ calibration }: CalibrationOutcome, { language }: ReportFrame): string {
  if (calibration === undefined) return '';
  const t = estimationTexts[language];
  const { estimator, online, biasCorrection, largestGradient, andersen, regression } = calibration;
  const lines = [
    t.estimators[estimator],
    ...(online === undefined ? [] : [t.online[online]]),
    ...(biasCorrection === true ? [t.biasCorrection] : []),
    ...(Number.isFinite(largestGradient)
      ? [fill(t.gradient, { gradient: largestGradient < 0.001 ? '< 0.001' : largestGradient.toFixed(3) })]
      : []),
    ...(andersen === undefined
      ? []
      : [
          fill(t.andersen, {
            statistic: fixed(andersen.statistic),
            df: andersen.degreesOfFreedom,
            p: pValue(andersen.p),
          }),
        ]),
  ];
  const known =
    regression === undefined
      ? ''
      : section(
          t.regressionTitle,
          paragraph(fill(t.regressionText, { sd: fixed(regression.residualSd) })) +
            table(
              [t.covariate, t.coefficient, reportTexts[language].se],
              regression.names.map((name, n) => [
                escapeXml(name),
                fixed(regression.coefficients[n], 3),
                fixed(regression.standardErrors[n], 3),
              ]),
              'narrow',
            ),
        );
  return section(t.title, list(lines)) + known;
}

/** A for 0, B for 1 …; its number beyond Z. */
export const optionName = (option: number): string => (option < 26 ? String.fromCharCode(65 + option) : String(option));

/** Items whose distractors are drawn: those with something to look at first. */
const mostDistractors = 60;

function distractors({ distractors: found }: CalibrationOutcome, { language }: ReportFrame): string {
  if (found === undefined) return '';
  const t = reportTexts[language].distractors;
  const percent = (share: number | undefined): string =>
    share === undefined || !Number.isFinite(share) ? '–' : `${(100 * share).toFixed(0)} %`;
  const rows = found
    .slice(0, mostDistractors)
    .flatMap(({ item, options, flags }) =>
      options.map(
        ({ option, isKey, persons: chosen, share, restCorrelation, groupShares: [weak, middle, strong] }, n) => [
          n === 0
            ? `<b>${escapeXml(item)}</b>${flags.length === 0 ? '' : `<br>${escapeXml(flags.map((flag) => t.flags[flag]).join('; '))}`}`
            : '',
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
      ? paragraph(fill(reportTexts[language].shownOf, { shown: mostDistractors, all: found.length }))
      : '';
  return section(
    t.title,
    paragraph(t.text) +
      note +
      table(
        [reportTexts[language].item, t.option, t.chosen, t.share, t.rest, t.weak, t.middle, t.strong],
        rows,
        'attention',
      ),
  );
}

/** How many persons answered unlike the model; who they are is in persons.csv alone. */
function personFit(
  { appraisal: { personFit: found, inOrder = [] } }: CalibrationOutcome,
  { language }: ReportFrame,
): string {
  const t = reportTexts[language];
  const known = found.filter(({ p }) => Number.isFinite(p));
  if (known.length === 0) return '';
  const share = (list: readonly { readonly p: number }[], bound: number): string =>
    `${((100 * list.filter(({ p }) => p < bound).length) / list.length).toFixed(1)} %`;
  const sums = inOrder.filter((one) => one !== undefined);
  const out = sums.filter(({ p }) => p < 0.05);
  const better = out.filter(({ direction }) => direction === 'better').length;
  const order =
    sums.length === 0
      ? ''
      : paragraph(
          fill(t.personOrderText, {
            five: share(sums, 0.05),
            one: share(sums, 0.01),
            persons: sums.length,
            found: out.length,
            better,
            worse: out.length - better,
          }),
        );
  return section(
    t.personFitTitle,
    paragraph(fill(t.personFitText, { five: share(known, 0.05), one: share(known, 0.01), persons: known.length })) +
      order,
  );
}

function groups({ groups: found, calibration }: CalibrationOutcome, { language }: ReportFrame): string {
  if (found === undefined) return '';
  const t = reportTexts[language];
  return section(
    t.groupsTitle,
    paragraph(calibration === undefined ? t.groupsText : t.groupsEstimated) +
      table(
        [t.group, t.persons, t.mean, t.se, t.sd],
        found.map(({ name, persons: count, mean, sd, meanStandardError }) => [
          escapeXml(name === '' ? '–' : name),
          String(count),
          fixed(mean),
          fixed(meanStandardError),
          fixed(sd),
        ]),
        'narrow',
      ),
  );
}

const style =
  ':root{--ink:#1b1b1b;--line:#d9dee0;--teal:#0b5c6b}*{box-sizing:border-box}body{font:15px/1.5 system-ui,"Segoe UI",sans-serif;max-width:70rem;margin:2rem auto;padding:0 1.25rem;color:var(--ink)}h1{font-size:1.8rem;line-height:1.2;margin:0 0 .2rem}.made{color:#555;margin:0 0 1.2rem}h2{font-size:1.25rem;margin:2.4rem 0 .6rem;padding-bottom:.25rem;border-bottom:2px solid var(--teal)}p{max-width:46rem}' +
  '.cards{display:flex;flex-wrap:wrap;gap:.8rem;margin:1rem 0}.cards div{flex:1 1 8rem;border:1px solid var(--line);border-radius:.4rem;padding:.6rem .9rem}.cards dt{color:#555;font-size:.85rem}.cards dd{margin:0;font-size:1.5rem;font-variant-numeric:tabular-nums}.lights{display:flex;flex-wrap:wrap;gap:.6rem;align-items:center;font-size:1.1rem}.lights b{margin-right:1rem}' +
  '.light{display:inline-block;padding:.05rem .5rem;border-radius:1rem;font-size:.82rem;white-space:nowrap;font-weight:400}.keep{background:#e2f0dc;color:#27541c}.look{background:#fdeccf;color:#7a3b08}.drop{background:#f8dbe3;color:#7c1137}' +
  'table{border-collapse:collapse;margin:.8rem 0;width:100%;font-size:.9rem}table.narrow{width:auto;min-width:24rem}th,td{padding:.28rem .6rem;text-align:right;border-bottom:1px solid var(--line);font-variant-numeric:tabular-nums;vertical-align:top}th{color:#444;border-bottom:2px solid #9aa5a8;font-weight:600}th:first-child,td:first-child,.attention td:nth-child(-n+3),.attention th:nth-child(-n+3),.items td:nth-child(2),.items th:nth-child(2){text-align:left}thead{display:table-header-group}tr{break-inside:avoid}' +
  '.grid{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:1rem}figure{margin:0;break-inside:avoid}figcaption{font-weight:600;font-size:.9rem;margin-bottom:.15rem}svg{width:100%;height:auto;display:block}figure.wide{max-width:52rem}.alarm{background:#f8dbe3;border-left:5px solid #7c1137;padding:.7rem 1rem;font-weight:600}@media(max-width:50rem){.grid{grid-template-columns:repeat(2,minmax(0,1fr))}table,table.narrow{display:block;min-width:0;width:100%;overflow-x:auto}}@media(max-width:30rem){body{margin:1rem auto}.grid{grid-template-columns:minmax(0,1fr)}h1{overflow-wrap:anywhere}}@page{margin:14mm}@media print{body{margin:0;max-width:none;font-size:10.5pt}h2{break-after:avoid}.light{border:1px solid currentColor}}';

/** Title and line under it are text; the body is HTML. */
export const page = (title: string, made: string, language: ReportLanguage, body: string): string =>
  `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeXml(title)}</title><style>${style}</style></head><body>` +
  `<header><h1>${escapeXml(title)}</h1><p class="made">${escapeXml(made)}</p></header><main>${body}</main></body></html>\n`;

/** Throws nothing; `outcome` is what runCalibration or fitKnown gave. */
export function reportPage(outcome: CalibrationOutcome, frame: ReportFrame): string {
  const t = reportTexts[frame.language];
  const title = fill(outcome.kind === 'calibrate' ? t.calibrateTitle : t.fitTitle, { file: frame.file });
  const bank = createItemParameters(outcome.parameters);
  const lines = remarkLines(outcome, frame.language);
  const alarm = notConverged(outcome, frame.language);
  return page(
    title,
    fill(t.madeAt, {
      at: frame.madeAt.slice(0, 10),
      model: outcome.calibration === undefined ? t.given : t.models[outcome.calibration.model],
    }),
    frame.language,
    (alarm === undefined ? '' : `<p class="alarm">${escapeXml(alarm)}</p>`) +
      section(t.outline, outline(outcome, frame)) +
      section(t.done, lines.length === 0 ? paragraph(t.nothingDone) : list(lines)) +
      estimation(outcome, frame) +
      linking(outcome, frame) +
      section(t.attention, attention(outcome, frame)) +
      section(t.informationTitle, information(outcome, bank, frame)) +
      persons(outcome, frame) +
      section(t.fitTitleItems, fitPlots(outcome, frame)) +
      modelFit(outcome, frame) +
      personFit(outcome, frame) +
      groups(outcome, frame) +
      section(t.tableTitle, allItems(outcome, frame)) +
      distractors(outcome, frame) +
      section(t.curvesTitle, curves(outcome, bank, frame)) +
      section(t.methodTitle, list(t.method)),
  );
}
