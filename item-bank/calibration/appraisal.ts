/**
 * Each item looked at: fit, the curve that the responses draw, a light with reasons, and how many more responses it
 * needs. Pure.
 */
import type { Grid, ItemParameters } from 'itemresponsetheory';
import type { ResponseMatrix } from 'itemresponsetheory/calibration';
import {
  type Abilities,
  type CumulativeFit,
  type CurveDeviation,
  type EstimatedParameters,
  type ItemCounts,
  type LimitedInformation,
  classicalStatistics,
  cumulativeFit,
  curveDeviations,
  empiricalReliability,
  estimateAbilities,
  itemCounts,
  limitedInformation,
  marginalReliability,
  meanSquareFit,
  personFit,
  residualCorrelations,
  sumScoreFit,
} from 'itemresponsetheory/fit';
import { defined } from '../../storage/document/defined.ts';
import {
  type ItemEstimate,
  type ItemFit,
  type Light,
  type LightReason,
  type OldParameters,
  appraise,
  appraiseInReport,
  moreResponses,
} from './judge.ts';

/**
 * Share in each category among those who answered, over persons of about the same θ; from posterior masses, so that few
 * items do not shrink it.
 */
export interface EmpiricalPoint {
  readonly theta: number;
  readonly persons: number;
  readonly observed: readonly number[];
}

export interface AppraisedItem {
  readonly item: string;
  readonly responses: number;
  readonly counts: readonly number[];
  readonly p: number;
  /** Of complete forms. */
  readonly itemRest?: number;
  readonly infit: number;
  readonly infitZ: number;
  readonly outfit: number;
  readonly outfitZ: number;
  readonly rmsd: number;
  /** S-X², of complete forms. */
  readonly sumScoreFit?: { readonly chiSquare: number; readonly degreesOfFreedom: number; readonly p: number };
  readonly light: Light;
  readonly reasons: readonly LightReason[];
  /** To reach the bounds for count, standard error and rarest category; 0 when they are met. */
  readonly moreResponses: number;
  readonly points: readonly EmpiricalPoint[];
}

export interface DependentPair {
  readonly first: string;
  readonly second: string;
  readonly q3: number;
  readonly adjusted: number;
}

export interface Appraisal {
  readonly items: readonly AppraisedItem[];
  readonly reliability: {
    readonly marginal: number;
    readonly wle: number;
    readonly alpha?: number;
    readonly omega?: number;
  };
  readonly limitedInformation?: LimitedInformation;
  /** |Q3 − mean| above .2, largest first. */
  readonly dependentPairs: readonly DependentPair[];
  readonly abilities: Abilities;
  /** Of each person: lz*, and how likely one as low; infit and outfit. */
  readonly personFit: readonly {
    readonly lzStar: number;
    readonly p: number;
    readonly infit: number;
    readonly outfit: number;
  }[];
  /** Of each person with ten answers and more, where the order of the answers is known. */
  readonly inOrder?: readonly (CumulativeFit | undefined)[];
  /** Statistics that were left out, by code, and why. */
  readonly leftOut: readonly StatisticLeftOut[];
}
export interface StatisticLeftOut {
  readonly statistic: 'S-X2' | 'M2' | 'Q3' | 'classical';
  readonly why: 'incomplete-forms' | 'too-many-items' | 'no-degrees-of-freedom';
}

export interface AppraisalRequest {
  readonly bank: ItemParameters;
  readonly data: ResponseMatrix;
  readonly grid: Grid;
  readonly estimated: EstimatedParameters;
  /** Absent for parameters that were given. */
  readonly estimates?: readonly ItemEstimate[];
  /** Old parameters by item, of anchors. */
  readonly old?: ReadonlyMap<string, OldParameters>;
}

/** |Q3 − mean| above this: the pair shares more than ability. */
const largestQ3 = 0.2;
/** Work of these grows with the square or the cube of the items. */
const most = { sumScoreItems: 150, limitedItems: 40, pairItems: 800 } as const;

const isComplete = (data: ResponseMatrix): boolean => data.item.length === data.persons * data.items;

/** About ten groups of nodes with equal mass. */
function pointsOf({ mass, observed, responses }: CurveDeviation, { node }: Grid): EmpiricalPoint[] {
  const points: EmpiricalPoint[] = [];
  const categories = observed[0]?.length ?? 0;
  let [persons, theta] = [0, 0];
  let counts = new Float64Array(categories);
  for (let q = 0; q < node.length; q += 1) {
    const m = mass[q] ?? 0;
    if (m > 0) {
      persons += m;
      theta += m * (node[q] ?? 0);
      counts = counts.map((count, k) => count + m * (observed[q]?.[k] ?? 0));
    }
    if (persons >= Math.max(responses / 12, 3) || (q === node.length - 1 && persons >= 1)) {
      points.push({ theta: theta / persons, persons, observed: Array.from(counts, (count) => count / persons) });
      [persons, theta] = [0, 0];
      counts = new Float64Array(categories);
    }
  }
  return points;
}

/** Pairs of items that share more than ability. */
function pairsOf(bank: ItemParameters, data: ResponseMatrix, theta: Float64Array): DependentPair[] {
  const { q3, adjusted } = residualCorrelations(bank, data, theta);
  const pairs: DependentPair[] = [];
  for (let i = 0; i < bank.size; i += 1) {
    for (let j = 0; j < i; j += 1) {
      const value = adjusted[i]?.[j] ?? NaN;
      if (Math.abs(value) > largestQ3)
        pairs.push({ first: bank.id[j] ?? '', second: bank.id[i] ?? '', q3: q3[i]?.[j] ?? NaN, adjusted: value });
    }
  }
  return pairs.sort((a, b) => Math.abs(b.adjusted) - Math.abs(a.adjusted));
}

/** Statistics of complete forms. */
type WholeForm = Pick<Appraisal, 'limitedInformation'> & {
  readonly classical?: ReturnType<typeof classicalStatistics>;
  readonly scores?: ReturnType<typeof sumScoreFit>;
};
function wholeForm({ bank, data, grid, estimated }: AppraisalRequest, leftOut: StatisticLeftOut[]): WholeForm {
  if (!isComplete(data)) {
    leftOut.push(
      ...(['classical', 'S-X2', 'M2'] as const).map((statistic) => ({ statistic, why: 'incomplete-forms' as const })),
    );
    return {};
  }
  const classical = classicalStatistics(data);
  const parameters = bank.step.length + (estimated.slope === false ? 0 : bank.size);
  const tooFew = (bank.size * (bank.size + 1)) / 2 <= parameters + 1;
  if (bank.size > most.sumScoreItems) leftOut.push({ statistic: 'S-X2', why: 'too-many-items' });
  if (bank.size > most.limitedItems) leftOut.push({ statistic: 'M2', why: 'too-many-items' });
  else if (tooFew) leftOut.push({ statistic: 'M2', why: 'no-degrees-of-freedom' });
  return {
    classical,
    ...(bank.size > most.sumScoreItems ? {} : { scores: sumScoreFit(bank, data, { grid, estimated }) }),
    ...(bank.size > most.limitedItems || tooFew
      ? {}
      : { limitedInformation: limitedInformation(bank, data, { grid, estimated }) }),
  };
}

/** Infit and outfit at the persons' WLE, RMSD over their posteriors. */
function fitOf(bank: ItemParameters, data: ResponseMatrix, grid: Grid) {
  const abilities = estimateAbilities(bank, data, { method: 'wle', grid });
  const { items: squares, persons } = meanSquareFit(bank, data, abilities.theta);
  return { abilities, squares, persons, curves: curveDeviations(bank, data, { grid }) };
}
const itemFit = (
  square: { readonly infit: number; readonly outfit: number } | undefined,
  curve: CurveDeviation | undefined,
): ItemFit => ({ infit: square?.infit ?? NaN, outfit: square?.outfit ?? NaN, rmsd: curve?.rmsd ?? NaN });
const finiteFit = (fit: ItemFit): ItemFit | undefined => (Object.values(fit).every(Number.isFinite) ? fit : undefined);

/** Items that are to be dropped whatever their place on the scale. */
export function toDrop({
  bank,
  data,
  grid,
  estimates,
}: Pick<AppraisalRequest, 'bank' | 'data' | 'grid'> & {
  readonly estimates: readonly ItemEstimate[];
}): ReadonlySet<string> {
  const { squares, curves } = fitOf(bank, data, grid);
  return new Set(
    estimates.flatMap((estimate, n) =>
      appraise({ estimate, responses: curves[n]?.responses ?? 0, fit: finiteFit(itemFit(squares[n], curves[n])) })
        .light === 'drop'
        ? [bank.id[n] ?? '']
        : [],
    ),
  );
}

type Fitted = ReturnType<typeof fitOf>;

/** What is known of one item beforehand, or was estimated; parameters that were given are held to be exact. */
function estimateAt({ bank, estimates }: AppraisalRequest, n: number): ItemEstimate {
  return (
    estimates?.[n] ?? {
      slope: bank.slope[n] ?? 1,
      difficulty: bank.step[bank.stepStart[n] ?? 0] ?? 0,
      difficultyStandardError: 0,
    }
  );
}

function appraiseItem(
  request: AppraisalRequest,
  { squares, curves }: Fitted,
  { classical, scores }: WholeForm,
  counted: ItemCounts,
  n: number,
): AppraisedItem {
  const { bank, grid, estimates, old } = request;
  const [square, curve, score] = [squares[n], curves[n], scores?.[n]];
  const itemRest = classical?.items[n]?.itemRest;
  const fit = itemFit(square, curve);
  const id = bank.id[n] ?? '';
  const counts = Array.from({ length: bank.categories[n] ?? 2 }, (_, k) => counted.counts[k] ?? 0);
  const rarest = Math.min(...counts);
  return {
    item: id,
    responses: counted.responses,
    counts,
    p: counted.p,
    ...defined({ itemRest }),
    ...fit,
    infitZ: square?.infitZ ?? NaN,
    outfitZ: square?.outfitZ ?? NaN,
    ...(score === undefined
      ? {}
      : { sumScoreFit: { chiSquare: score.chiSquare, degreesOfFreedom: score.degreesOfFreedom, p: score.p } }),
    ...appraiseInReport(
      {
        estimate: estimateAt(request, n),
        old: old?.get(id),
        responses: counted.responses,
        fit: finiteFit(fit),
      },
      { slope: estimates?.[n]?.slope, rarest, itemRest, isScoreMisfit: (score?.p ?? 1) < 0.05 / bank.size },
    ),
    moreResponses: moreResponses(counted.responses, rarest, estimates?.[n]?.difficultyStandardError),
    points: curve === undefined ? [] : pointsOf(curve, grid),
  };
}

/** `data` has no items of one category and no persons without responses. */
export function appraiseItems(request: AppraisalRequest): Appraisal {
  const { bank, data, grid } = request;
  const leftOut: StatisticLeftOut[] = [];
  const fitted = fitOf(bank, data, grid);
  const { abilities, persons } = fitted;
  const whole = wholeForm(request, leftOut);
  const hasPairs = bank.size <= most.pairItems;
  if (!hasPairs) leftOut.push({ statistic: 'Q3', why: 'too-many-items' });
  return {
    items: itemCounts(data).map((counted, n) => appraiseItem(request, fitted, whole, counted, n)),
    abilities,
    personFit: personFit(bank, data, abilities.theta).map(({ lzStar, p }, n) => ({
      lzStar,
      p,
      infit: persons[n]?.infit ?? NaN,
      outfit: persons[n]?.outfit ?? NaN,
    })),
    ...(data.arrival === undefined ? {} : { inOrder: cumulativeFit(bank, data, abilities.theta) }),
    leftOut,
    dependentPairs: hasPairs ? pairsOf(bank, data, abilities.theta) : [],
    ...defined({ limitedInformation: whole.limitedInformation }),
    reliability: {
      marginal: marginalReliability(bank, grid),
      wle: empiricalReliability(abilities.theta, abilities.standardError, 'wle'),
      ...(whole.classical === undefined ? {} : { alpha: whole.classical.alpha, omega: whole.classical.omega }),
    },
  };
}
