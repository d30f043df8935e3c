/**
 * Do items keep their parameters over time? Calibrations against one another, or answers in the order of time against
 * known parameters. Pure.
 */
import { type ItemParameters, type ItemSpec, exp } from 'itemresponsetheory';
import type { ResponseMatrix } from 'itemresponsetheory/calibration';
import { type ItemOverTime, driftOverTime, falseDiscovery, itemDrift } from 'itemresponsetheory/dif';
import { curveDeviations, estimateAbilities } from 'itemresponsetheory/fit';
import type { AbilityDistribution } from './ability-distribution.ts';
import { locationOf } from './anchor-link.ts';
import type { Light } from './judge.ts';
import type { ParameterFile } from './parameter-file.ts';
import { knownItems } from './known-items.ts';
import { populationGrid } from './population-grid.ts';
import { ResponseFileError } from './response-file-error.ts';
import type { Remark, ResponseData } from './stream-responses.ts';
import type { LeftOut } from './usable.ts';

export type DriftReason = 'moved' | 'out-of-line' | 'large' | 'untested' | 'easier' | 'harder' | 'misfit';
interface Judged {
  readonly item: string;
  readonly light: Light;
  readonly reasons: readonly DriftReason[];
}

/** Bounds by custom: curves .1 apart are looked at in the international surveys; 2.7 is the bound of anchors. */
export const driftBounds = { level: 0.05, distance: 0.1, robustZ: 2.7, rmsd: 0.1 } as const;

export interface ParameterDriftItem extends Judged {
  /**
   * Are the item's parameters the same in all calibrations? `pAdjusted` counts that all items are tested (Benjamini &
   * Hochberg). Absent where no errors are known.
   */
  readonly test?: {
    readonly statistic: number;
    readonly degreesOfFreedom: number;
    readonly p: number;
    readonly pAdjusted: number;
  };
  /** Newest minus oldest: difficulty (below 0: easier), and the ratio of slopes. */
  readonly difference: number;
  readonly slopeRatio: number;
  readonly robustZ: number;
  /** Between the newest and the oldest curve, in probability. */
  readonly distance: number;
  /** Newest first, on the scale of the oldest calibration. */
  readonly at: readonly {
    readonly calibration: string;
    readonly slope: number;
    readonly difficulty: number;
    readonly isLinking: boolean;
  }[];
}
export interface ParameterDriftOutcome {
  readonly kind: 'parameters';
  /** Newest first. θ(oldest) = slope·θ + shift. */ readonly calibrations: readonly {
    readonly name: string;
    readonly slope: number;
    readonly shift: number;
    readonly hasErrors: boolean;
  }[];
  readonly items: readonly ParameterDriftItem[];
}

const slopeOf = (spec: ItemSpec): number => (spec.model === 'nominal' ? NaN : (spec.slope ?? 1));

/**
 * Newest first. Throws ResponseFileError for fewer than four common items, IrtError for calibrations that no common
 * items connect.
 */
export function runParameterDrift(files: readonly ParameterFile[], names: readonly string[]): ParameterDriftOutcome {
  const oldest = files.at(-1);
  const population = oldest?.population ?? { mean: 0, sd: 1 };
  const { links, items } = driftOverTime(
    files.map(({ parameters, covariances, sample }) => ({
      items: parameters,
      ...(covariances === undefined ? {} : { covariances: parameters.map(({ id }) => covariances.get(id)) }),
      ...(covariances === undefined || sample === undefined ? {} : { sample }),
    })),
    { grid: populationGrid(population) },
  );
  if (items.length < 4)
    throw new ResponseFileError(
      'too-few-common',
      `${items.length} items are in two calibrations: each is held against the others, so 4 are needed`,
      { items: items.length, least: 4 },
    );
  const adjusted = falseDiscovery(items.map(({ p }) => p));
  return {
    kind: 'parameters',
    calibrations: names.map((name, n) => ({
      name,
      slope: links[n]?.a ?? NaN,
      shift: links[n]?.b ?? NaN,
      hasErrors: files[n]?.covariances !== undefined,
    })),
    items: items.map((item, n) => judgedDrift(item, adjusted[n] ?? NaN, names)),
  };
}

function judgedDrift(found: ItemOverTime, pAdjusted: number, names: readonly string[]): ParameterDriftItem {
  const { id, at, statistic, degreesOfFreedom, p, difference, lnSlopeDifference, robustZ, distance } = found;
  const [hasMoved, isOut, isLarge, isTested] = [
    pAdjusted < driftBounds.level,
    Math.abs(robustZ) > driftBounds.robustZ,
    distance > driftBounds.distance,
    !Number.isNaN(p),
  ];
  return {
    item: id,
    light: hasMoved && isLarge ? 'drop' : hasMoved || isOut || (isLarge && !isTested) ? 'look' : 'keep',
    reasons: [
      ...(hasMoved ? ['moved' as const] : []),
      ...(isOut ? ['out-of-line' as const] : []),
      ...(isLarge && (hasMoved || !isTested) ? ['large' as const] : []),
      ...(isTested ? [] : ['untested' as const]),
    ],
    ...(isTested ? { test: { statistic, degreesOfFreedom, p, pAdjusted } } : {}),
    difference,
    slopeRatio: exp(lnSlopeDifference),
    robustZ,
    distance,
    at: at.map(({ form, item, isLinking }) => ({
      calibration: names[form] ?? '',
      slope: slopeOf(item),
      difficulty: locationOf(item),
      isLinking,
    })),
  };
}

export interface ResponseDriftItem extends Judged {
  readonly responses: number;
  /** Highest sum of residuals of each side, in standard deviations, and the bound of both. */
  readonly easier: number;
  readonly harder: number;
  readonly bound: number;
  /**
   * Where the sum first passed the bound, and where it began to rise; persons by number in the file, from 1, and by
   * name.
   */
  readonly alarm?: {
    readonly direction: 'easier' | 'harder';
    readonly person: string;
    readonly number: number;
    readonly since: string;
    readonly sinceNumber: number;
  };
  /** How far the answers lie from the known curve, in probability; mean deviation in score points (above 0: easier). */
  readonly rmsd: number;
  readonly bias: number;
}
export interface ResponseDriftOutcome {
  readonly kind: 'responses';
  readonly persons: number;
  readonly responses: number;
  /** Of these persons, estimated with the known parameters. */
  readonly population: AbilityDistribution;
  /** Chance of a false alarm for each item, and half the shift that is sought. */
  readonly alpha: number;
  readonly allowance: number;
  readonly items: readonly ResponseDriftItem[];
  readonly leftOut: readonly LeftOut[];
  readonly remarks: readonly Remark[];
}

/** Mean and spread of ability by EM, items known. */
function populationOf(bank: ItemParameters, data: ResponseMatrix, start: AbilityDistribution): AbilityDistribution {
  let at = start;
  for (let step = 0; step < 50; step += 1) {
    const { theta, standardError } = estimateAbilities(bank, data, { method: 'eap', grid: populationGrid(at) });
    const mean = theta.reduce((sum, value) => sum + value, 0) / theta.length;
    const next = {
      mean,
      sd: Math.sqrt(
        theta.reduce((sum, value, n) => sum + (value - mean) ** 2 + (standardError[n] ?? 0) ** 2, 0) / theta.length,
      ),
    };
    const change = Math.abs(next.mean - at.mean) + Math.abs(next.sd - at.sd);
    at = next;
    if (change < 1e-3) break;
  }
  return at;
}

/**
 * Persons in the order of the file, which is that of time. Throws ResponseFileError for fewer than two known items,
 * IrtError for scores that an item does not have.
 */
export function runResponseDrift(
  data: ResponseData,
  { parameters, population = { mean: 0, sd: 1 } }: ParameterFile,
  { alpha, allowance }: { readonly alpha: number; readonly allowance: number },
): ResponseDriftOutcome {
  const { usable, specs, bank, remarks } = knownItems(data, parameters);
  const found = populationOf(bank, usable.data, population);
  const grid = populationGrid(found);
  const deviations = curveDeviations(bank, usable.data, { grid });
  const personAt = (row: number): { readonly name: string; readonly number: number } => {
    const at = usable.persons[row] ?? 0;
    return { name: data.persons[at] ?? String(at + 1), number: at + 1 };
  };
  return {
    kind: 'responses',
    persons: usable.data.persons,
    responses: usable.data.item.length,
    population: found,
    alpha,
    allowance,
    leftOut: usable.leftOut,
    remarks,
    items: itemDrift(bank, usable.data, { grid, alpha, allowance }).map(
      ({ item, responses, easier, harder, bound, alarm }): ResponseDriftItem => {
        const { rmsd = NaN, bias = NaN } = deviations[item] ?? {};
        const isMisfit = rmsd > driftBounds.rmsd;
        const [at, since] = [personAt(alarm?.person ?? 0), personAt(alarm?.since ?? 0)];
        return {
          item: specs[item]?.id ?? '',
          light: alarm !== undefined && isMisfit ? 'drop' : alarm !== undefined || isMisfit ? 'look' : 'keep',
          reasons: [...(alarm === undefined ? [] : [alarm.direction]), ...(isMisfit ? ['misfit' as const] : [])],
          responses,
          easier,
          harder,
          bound,
          ...(alarm === undefined
            ? {}
            : {
                alarm: {
                  direction: alarm.direction,
                  person: at.name,
                  number: at.number,
                  since: since.name,
                  sinceNumber: since.number,
                },
              }),
          rmsd,
          bias,
        };
      },
    ),
  };
}
