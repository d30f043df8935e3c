import { responseMatrix } from 'itemresponsetheory/calibration';
import {
  breslowDay,
  type GroupItem,
  likelihoodRatio,
  logisticDif,
  type LogisticOptions,
  lord,
  mantelHaenszel,
  type MantelHaenszelOptions,
  raju,
  sibtest,
  type SibtestOptions,
  standardised,
  twoGroups,
} from 'itemresponsetheory/dif';
import { describe, it } from 'vitest';
import { Comparison, type Disputable } from './comparison.ts';
import { type Answers, completeRows, fixturesOf, readAnswers, readReference } from './folder.ts';
import { betaAsThePeer } from './sibtest-beta.ts';

interface MhItem {
  readonly chi2: number;
  readonly p: number;
  readonly alphaMH: number;
  readonly deltaMH: number;
  readonly varLogAlpha: number;
  readonly effectSize: 'A' | 'B' | 'C';
}
interface LogisticItem {
  readonly statistic: number;
  readonly df: number;
  readonly p: number;
  readonly deltaNagelkerkeR2: number;
  readonly intercept: number;
  readonly score: number;
  readonly group: number;
  readonly interaction: number;
}
interface PeerGroupItem {
  readonly a: number;
  readonly b: number;
  readonly 'se.a': number;
  readonly 'se.b': number;
  readonly cov: number;
}
interface Rescaled {
  readonly 'new.a': number;
  readonly 'new.b': number;
  readonly 'new.se.a.': number;
  readonly 'new.se.b.': number;
  readonly 'cov.a.b.': number;
}
interface SibItem {
  readonly id: string;
  readonly beta: number;
  readonly se: number;
  readonly X2: number;
  readonly p: number;
  readonly CSIBbeta: number;
  readonly CSIBX2: number;
  readonly CSIBdf: number;
  readonly CSIBp: number;
}
interface LikelihoodItem {
  readonly id: string;
  readonly X2: number;
  readonly df: number;
}
/** Every part may be missing. */
interface Peer extends Disputable {
  readonly data: string;
  /** Likelihood ratios of a polytomous set, each item freed in turn. */
  readonly items?: readonly LikelihoodItem[];
  readonly sibtest?: { readonly items: SibItem[] };
  readonly mantelHaenszel?: { readonly items: MhItem[]; readonly flagged: number[] };
  readonly mantelHaenszelNoCorrection?: { readonly items: MhItem[]; readonly flagged?: number[] };
  readonly mantelHaenszelPurified?: { readonly items: MhItem[]; readonly flagged: number[] };
  readonly mantelHaenszelAnchor?: { readonly chi2: (number | null)[]; readonly alphaMH: (number | null)[] };
  readonly standardization?: { readonly stdPDIF: number[]; readonly stdAlpha: number[] };
  readonly logisticBoth?: { readonly items: LogisticItem[]; readonly flagged: number[] };
  readonly logisticUniform?: { readonly items: LogisticItem[]; readonly flagged: number[] };
  readonly logisticNonUniform?: { readonly items: LogisticItem[]; readonly flagged: number[] };
  readonly logisticBothWald?: { readonly items: LogisticItem[]; readonly flagged: number[] };
  readonly logisticBothPurified?: { readonly items: LogisticItem[]; readonly flagged: number[] };
  readonly breslowDay?: { readonly items: { readonly statistic: number; readonly df: number; readonly p: number }[] };
  readonly irt2pl?: {
    readonly reference: PeerGroupItem[];
    readonly focalRescaled: Rescaled[];
    readonly lordChi2: number[];
    readonly lordP: number[];
    readonly rajuZunsigned: number[];
    readonly rajuZsigned: number[];
  };
  readonly lrtAnchored?: {
    readonly anchors: string[];
    readonly items: LikelihoodItem[];
  };
  readonly lrtDrop?: { readonly items: LikelihoodItem[] };
}

type MantelHaenszelKey = 'mantelHaenszel' | 'mantelHaenszelNoCorrection' | 'mantelHaenszelPurified';
type LogisticKey =
  'logisticBoth' | 'logisticUniform' | 'logisticNonUniform' | 'logisticBothWald' | 'logisticBothPurified';

const isFull = process.env.MEETLAT_FULL === '1';
/** All, or at reduced counts the first few. */
const some = <T>(list: readonly T[], count: number): readonly T[] => (isFull ? list : list.slice(0, count));

/** The focal group is F, or else the one whose persons come second. */
function isFocalOf({ group = [] }: Answers): Uint8Array {
  const labels = [...new Set(group)];
  const focal = labels.includes('F') ? 'F' : labels[1];
  return Uint8Array.from(group, (label) => (label === focal ? 1 : 0));
}

const exact = { within: 1e-6, share: 1e-6 };

const mantelHaenszels: readonly (readonly [MantelHaenszelKey, MantelHaenszelOptions])[] = [
  ['mantelHaenszel', {}],
  ['mantelHaenszelNoCorrection', { continuity: false }],
  ['mantelHaenszelPurified', { purify: true }],
];
const logistics: readonly (readonly [LogisticKey, LogisticOptions])[] = [
  ['logisticBoth', {}],
  ['logisticUniform', { test: 'uniform' }],
  ['logisticNonUniform', { test: 'non-uniform' }],
  ['logisticBothWald', { criterion: 'wald' }],
  ['logisticBothPurified', { purify: true }],
];

/** 1-based places of what is flagged. */
const flaggedOf = (rows: readonly ({ readonly isFlagged: boolean } | undefined)[]): number[] =>
  rows.flatMap((row, n) => (row?.isFlagged === true ? [n + 1] : []));

/**
 * The maximum by which the peer divides R², 1 − e^(−D₀/2)^(2/n), underflows to 1 where the null deviance D₀ passes
 * 1490: its R² is then Cox & Snell's.
 */
function hasUnderflow(column: readonly number[]): boolean {
  const share = column.reduce((sum, value) => sum + value, 0) / column.length;
  const entropy = -share * Math.log(share) - (1 - share) * Math.log(1 - share);
  return Math.exp(-column.length * entropy) === 0;
}

/** Covariance of a and b in the reference group and, rescaled, in the focal group, who were calibrated apart. */
function covarianceOf(r: PeerGroupItem, f: Rescaled): number[] {
  const [own, other] = [r['se.a'] ** 2, f['new.se.a.'] ** 2];
  return [
    ...[own, r.cov, 0, 0],
    ...[r.cov, r['se.b'] ** 2, 0, 0],
    ...[0, 0, other, f['cov.a.b.']],
    ...[0, 0, f['cov.a.b.'], f['new.se.b.'] ** 2],
  ];
}

describe.each(fixturesOf('dif'))('%s', (name) => {
  const peer = readReference<Peer>(`dif/${name}.json`);
  const answers = readAnswers(`dif/${peer.data}`);
  const rows = completeRows(answers);
  const { ids } = answers;
  const data = responseMatrix(rows);
  const isFocal = isFocalOf(answers);
  const isDichotomous = rows.every((row) => row.every((value) => value <= 1));
  const index = (id: string): number => ids.indexOf(id);

  function compareRatios(
    path: string,
    wanted: readonly LikelihoodItem[],
    ours: readonly { readonly result: { readonly statistic: number; readonly degreesOfFreedom: number } }[],
  ): void {
    const comparison = new Comparison(peer);
    wanted.forEach(({ X2, df }, n) => {
      comparison.near(`${path}[${n}].X2`, ours[n]?.result.statistic, X2, { within: 0.02 });
      comparison.same(`${path}[${n}].df`, ours[n]?.result.degreesOfFreedom, df);
    });
    comparison.done();
  }

  if (peer.items !== undefined)
    it('likelihood ratios, each item freed in turn', () => {
      const wanted = some(peer.items ?? [], 3);
      const tested = wanted.map(({ id }) => index(id));
      const models = isDichotomous ? '2pl' : 'grm';
      compareRatios('items', wanted, likelihoodRatio(data, isFocal, { models, tested }));
    }, 600_000);
  if (!isDichotomous) return;
  const groups = twoGroups(data, isFocal);

  it.each(mantelHaenszels.filter(([key]) => key in peer))('%s', (key, options) => {
    const comparison = new Comparison(peer);
    const ours = mantelHaenszel(groups, options);
    const wanted = peer[key];
    wanted?.items.forEach(({ chi2, p, alphaMH, deltaMH, varLogAlpha, effectSize }, n) => {
      const [row, path] = [ours[n], `${key}.items[${n}]`];
      comparison.near(`${path}.chi2`, row?.statistic, chi2, exact);
      comparison.near(`${path}.p`, row?.p, p, exact);
      comparison.near(`${path}.alphaMH`, row?.alpha, alphaMH, exact);
      comparison.near(`${path}.deltaMH`, row?.delta, deltaMH, exact);
      comparison.near(`${path}.varLogAlpha`, row?.varianceLogAlpha, varLogAlpha, exact);
      comparison.same(`${path}.effectSize`, row?.size, effectSize);
    });
    comparison.same(`${key}.flagged`, flaggedOf(ours), wanted?.flagged);
    comparison.done();
  });

  const { mantelHaenszelAnchor, standardization, breslowDay: wantedBreslowDay, irt2pl, sibtest: wantedSibtest } = peer;
  if (mantelHaenszelAnchor !== undefined)
    it('Mantel–Haenszel with anchors: those that the peer did not test', () => {
      const comparison = new Comparison(peer);
      const { chi2, alphaMH } = mantelHaenszelAnchor;
      const anchors = chi2.flatMap((value, n) => (value === null ? [n] : []));
      const ours = mantelHaenszel(groups, { anchors });
      chi2.forEach((value, n) => {
        comparison.near(`mantelHaenszelAnchor.chi2[${n}]`, ours[n]?.statistic, value, exact);
        comparison.near(`mantelHaenszelAnchor.alphaMH[${n}]`, ours[n]?.alpha, alphaMH[n], exact);
      });
      comparison.done();
    });

  if (standardization !== undefined)
    it('standardised differences', () => {
      const comparison = new Comparison(peer);
      const ours = standardised(groups);
      const [differences, alphas] = [ours.map((row) => row?.difference ?? NaN), ours.map((row) => row?.alpha ?? NaN)];
      comparison.all('standardization.stdPDIF', differences, standardization.stdPDIF, exact);
      comparison.all('standardization.stdAlpha', alphas, standardization.stdAlpha, exact);
      comparison.done();
    });

  it.each(logistics.filter(([key]) => key in peer))('%s', (key, options) => {
    const comparison = new Comparison(peer);
    const ours = logisticDif(groups, options);
    const wanted = peer[key];
    // The peer's regression stops at a change of deviance of 1e-8 of itself: seen in the Wald statistic.
    const stop = options.criterion === 'wald' ? { within: 2e-4, share: 2e-4 } : exact;
    wanted?.items.forEach((item, n) => {
      const [row, path] = [ours[n], `${key}.items[${n}]`];
      comparison.near(`${path}.statistic`, row?.statistic, item.statistic, stop);
      comparison.same(`${path}.df`, row?.degreesOfFreedom, item.df);
      comparison.near(`${path}.p`, row?.p, item.p, stop);
      const isCoxSnell = hasUnderflow(rows.map((answer) => answer[n] ?? NaN));
      const share = isCoxSnell ? row?.deltaCoxSnell : row?.deltaR2;
      comparison.near(`${path}.deltaNagelkerkeR2`, share, item.deltaNagelkerkeR2, exact);
      // For items that are not flagged the peer prints a smaller model.
      if (key !== 'logisticBoth' || row?.isFlagged !== true) return;
      (['intercept', 'score', 'group', 'interaction'] as const).forEach((name, k) => {
        comparison.near(`${path}.${name}`, row.coefficients[k], item[name], { within: 1e-4, share: 1e-4 });
      });
    });
    comparison.same(`${key}.flagged`, flaggedOf(ours), wanted?.flagged);
    comparison.done();
  });

  if (wantedBreslowDay !== undefined)
    it('Breslow–Day, as the peer prints it', () => {
      const comparison = new Comparison(peer);
      const printed = { within: 5.1e-5 };
      const ours = breslowDay(groups);
      wantedBreslowDay.items.forEach(({ statistic, df, p }, n) => {
        const [row, path] = [ours[n], `breslowDay.items[${n}]`];
        comparison.near(`${path}.statistic`, row?.statistic, statistic, { ...printed, share: 5.1e-5 });
        comparison.same(`${path}.df`, row?.degreesOfFreedom, df);
        comparison.near(`${path}.p`, row?.p, p, printed);
      });
      comparison.done();
    });

  if (irt2pl !== undefined)
    it("Lord and Raju, from the peer's calibrations", () => {
      const comparison = new Comparison(peer);
      const { reference, focalRescaled, lordChi2, lordP, rajuZsigned, rajuZunsigned } = irt2pl;
      reference.forEach((item, n) => {
        const rescaled = focalRescaled[n];
        if (rescaled === undefined) return;
        const r: GroupItem = { slope: item.a, difficulty: item.b };
        const f: GroupItem = { slope: rescaled['new.a'], difficulty: rescaled['new.b'] };
        const apart = covarianceOf(item, rescaled);
        const { statistic, p } = lord(r, f, apart);
        comparison.near(`irt2pl.lordChi2[${n}]`, statistic, lordChi2[n], exact);
        comparison.near(`irt2pl.lordP[${n}]`, p, lordP[n], exact);
        comparison.near(`irt2pl.rajuZsigned[${n}]`, raju(r, f, apart, 'signed').z, rajuZsigned[n], exact);
        const unsigned = raju(r, f, apart, 'unsigned').z;
        comparison.near(`irt2pl.rajuZunsigned[${n}]`, unsigned, rajuZunsigned[n], { within: 1e-5, share: 1e-5 });
      });
      comparison.done();
    });

  if (wantedSibtest !== undefined) {
    const likeThePeer: SibtestOptions = { definition: 'shealy-stout' };
    it('SIBTEST by its first definition', () => {
      const comparison = new Comparison(peer);
      const ours = sibtest(groups, likeThePeer);
      wantedSibtest.items.forEach(({ id, beta, se, X2, p }, n) => {
        const [row, path, asThePeer] = [ours[n], `sibtest.items[${n}]`, betaAsThePeer(rows, isFocal, index(id))];
        comparison.near(`${path}.se`, row?.standardError, se, { within: 1e-8 });
        comparison.near(`${path}.beta`, asThePeer.beta, beta, { within: 1e-8 });
        if (asThePeer.hasHole) return;
        comparison.near(`${path}.beta`, row?.beta, beta, { within: 1e-8 });
        comparison.near(`${path}.X2`, row?.statistic, X2, exact);
        comparison.near(`${path}.p`, row?.p, p, exact);
      });
      comparison.done();
    });

    it('crossing SIBTEST, parted where the peer parts', () => {
      // The peer rounds the crossing to one figure (10.7 becomes 10, 17.4 becomes 20), which is no property of the
      // data. So the score that it parted at is looked for among all; the statistics there must be its own.
      const comparison = new Comparison(peer);
      const crossing = { ...likeThePeer, kind: 'crossing', p: 'chi-square' } as const;
      const parted = ids.map((_, score) => sibtest(groups, { ...crossing, crossing: score }));
      const whole = sibtest(groups, likeThePeer);
      wantedSibtest.items.forEach(({ id, CSIBbeta, CSIBX2, CSIBdf, CSIBp }, n) => {
        if (betaAsThePeer(rows, isFocal, index(id)).hasHole) return;
        const all = CSIBdf === 1 ? [whole[n]] : parted.map((list) => list[n]);
        const same = all.find(
          (row) =>
            row !== undefined && row.degreesOfFreedom === CSIBdf && Math.abs(Math.abs(row.beta) - CSIBbeta) < 1e-8,
        );
        const path = `sibtest.items[${n}]`;
        comparison.same(`${path}.CSIBbeta`, same === undefined ? 'no such part' : CSIBbeta, CSIBbeta);
        comparison.near(`${path}.CSIBX2`, same?.statistic, CSIBX2, exact);
        comparison.near(`${path}.CSIBp`, same?.p, CSIBp, { within: 1e-5 });
      });
      comparison.done();
    }, 60_000);
  }

  const { lrtAnchored, lrtDrop } = peer;
  if (lrtAnchored !== undefined)
    it('likelihood ratios, anchored', () => {
      // All tested items are free in the large model, so all are named.
      const tested = lrtAnchored.items.map(({ id }) => index(id));
      const anchors = lrtAnchored.anchors.map(index);
      const ours = likelihoodRatio(data, isFocal, { models: '2pl', anchors, tested });
      compareRatios('lrtAnchored.items', lrtAnchored.items, ours);
    }, 600_000);
  if (lrtDrop !== undefined)
    it('likelihood ratios, all others anchors', () => {
      const wanted = some(lrtDrop.items, 2);
      const tested = wanted.map(({ id }) => index(id));
      compareRatios('lrtDrop.items', wanted, likelihoodRatio(data, isFocal, { models: '2pl', tested }));
    }, 600_000);
});
