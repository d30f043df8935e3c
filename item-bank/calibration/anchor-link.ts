/** A new scale brought onto that of the anchors; anchors whose difficulty or slope moved away do not link. */
import {
  type ItemParameters,
  type ItemSpec,
  createItemParameters,
  normalGrid,
  testCharacteristic,
} from 'itemresponsetheory';
import {
  type LinkAnchor,
  type AnchorErrors,
  type EquatedScore,
  type ItemCovariance,
  type LinkDirection,
  type LinkMethod,
  type ScaleTransform,
  type WeightedPopulation,
  equateWithErrors,
  linkErrors,
  linkRobustly,
  linkScales,
  transformItem,
} from 'itemresponsetheory/linking';
import type { AbilityDistribution } from './ability-distribution.ts';
import type { ParameterFile } from './parameter-file.ts';
import { ResponseFileError } from './response-file-error.ts';

export const linkMethods = [
  'mean-mean',
  'mean-gmean',
  'mean-sigma',
  'haebara',
  'stocking-lord',
] as const satisfies readonly LinkMethod[];

export const linkDirections = ['forward', 'backward', 'symmetric'] as const satisfies readonly LinkDirection[];

/** Where an item is on the scale: difficulty, or the mean of its steps; 0 for a nominal item, which is nowhere. */
export const locationOf = (spec: ItemSpec): number =>
  spec.model === 'logistic'
    ? spec.difficulty
    : spec.model === 'nominal'
      ? 0
      : spec.steps.reduce((sum, value) => sum + value, 0) / spec.steps.length;

export interface AnchorResidual {
  readonly item: string;
  readonly from: number;
  readonly to: number;
  /** After linking, in logits of the anchors' scale. */ readonly residual: number;
  readonly isUsed: boolean;
}
export interface AnchorLink {
  readonly method: LinkMethod;
  /** θ(anchors) = slope·θ(new) + shift. */
  readonly slope: number;
  readonly shift: number;
  readonly residuals: readonly AnchorResidual[];
}
const least = 3;

/** Throws ResponseFileError for fewer than three anchors, IrtError for anchors that cannot link. */
export function linkAnchors(
  anchors: readonly LinkAnchor[],
  {
    method,
    fixedUnit,
    direction,
  }: { readonly method: LinkMethod; readonly fixedUnit?: boolean; readonly direction?: LinkDirection },
): AnchorLink {
  if (anchors.length < least)
    throw new ResponseFileError(
      'too-few-anchors',
      `${anchors.length} items are on both scales: linking needs ${least}`,
      { anchors: anchors.length, least },
    );
  const { link, kept } = linkRobustly(
    anchors,
    { method, ...(fixedUnit === undefined ? {} : { fixedUnit }), ...(direction === undefined ? {} : { direction }) },
    { least: Math.max(least, Math.ceil(anchors.length / 2)) },
  );
  const used = new Set(kept);
  return {
    method,
    slope: link.a,
    shift: link.b,
    residuals: anchors.map(({ from, to }, n) => ({
      item: from.id,
      from: locationOf(from),
      to: locationOf(to),
      residual: link.a * locationOf(from) + link.b - locationOf(to),
      isUsed: used.has(n),
    })),
  };
}

export interface MethodRow extends ScaleTransform {
  readonly method: LinkMethod;
  /** Of curves. */ readonly direction?: LinkDirection;
  readonly slopeError?: number;
  readonly shiftError?: number;
}
/** Whose scores are equated by distribution, on the old scale. */
export interface EquatingPopulation extends AbilityDistribution {
  readonly from: 'given' | 'both' | 'new' | 'old' | 'standard';
}

export interface LinkOutcome {
  readonly link: AnchorLink;
  /** Of the criterion, for curves. */
  readonly direction: LinkDirection;
  /** By every method, over the anchors that were used; with standard errors where the calibrations' are known. */
  readonly methods: readonly MethodRow[];
  /** The new items on the old scale. */
  readonly parameters: readonly ItemSpec[];
  /** Expected score on the used anchors over θ: by new parameters, linked, and by old ones. */
  readonly curves: readonly { readonly theta: number; readonly linked: number; readonly known: number }[];
  readonly population: EquatingPopulation;
  /**
   * Every score of the new form in scores of the old one, by true and by observed scores; with standard errors where
   * those of the new parameters are known.
   */
  readonly scores: readonly EquatedScore[];
}
export interface LinkFormsOptions {
  readonly method: LinkMethod;
  /** Default forward. */ readonly direction?: LinkDirection;
  readonly population?: AbilityDistribution;
}

const expected = (bank: ItemParameters, theta: number): number =>
  testCharacteristic(
    bank,
    Array.from({ length: bank.size }, (_, n) => n),
    theta,
  );

/** Nominal items have no place on the scale and do not link. */
export function linkForms(
  fresh: ParameterFile,
  known: ParameterFile,
  { method, direction = 'forward', population }: LinkFormsOptions,
): LinkOutcome {
  const old = new Map(known.parameters.map((spec) => [spec.id, spec]));
  const anchors = fresh.parameters.flatMap((from): LinkAnchor[] => {
    const to = old.get(from.id);
    return to === undefined || from.model === 'nominal' || to.model === 'nominal' ? [] : [{ from, to }];
  });
  const link = linkAnchors(anchors, { method, direction });
  const used = anchors.filter((_, n) => link.residuals[n]?.isUsed === true);
  const onto = (spec: ItemSpec): ItemSpec => transformItem(spec, { a: link.slope, b: link.shift });
  const [moved, target] = [
    createItemParameters(used.map(({ from }) => onto(from))),
    createItemParameters(used.map(({ to }) => to)),
  ];
  const errors = errorsOf(used, fresh, known);
  return {
    link,
    direction,
    parameters: fresh.parameters.map(onto),
    methods: methodRows(used, direction, errors),
    curves: Array.from({ length: 81 }, (_, n) => -4 + n / 10).map((theta) => ({
      theta,
      linked: expected(moved, theta),
      known: expected(target, theta),
    })),
    population: equatingPopulation({ a: link.slope, b: link.shift }, fresh, known, population),
    scores: equateWithErrors({
      from: fresh.parameters,
      to: known.parameters,
      anchors: used,
      link: { method, direction },
      populations: (transform) => gridsOf(transform, fresh, known, population),
      ...(errors === undefined
        ? {}
        : {
            errors: {
              from: fresh.covariances ?? new Map<string, ItemCovariance>(),
              to: known.covariances ?? new Map<string, ItemCovariance>(),
              samples: errors.samples,
            },
          }),
    }),
  };
}

/** Curves both ways and, where the other was asked for, that too. */
function methodRows(
  anchors: readonly LinkAnchor[],
  asked: LinkDirection,
  errors: AnchorErrors | undefined,
): MethodRow[] {
  const directions = linkDirections.filter((direction) => direction !== 'backward' || asked === 'backward');
  const rows = linkMethods.flatMap((method): { readonly method: LinkMethod; readonly direction?: LinkDirection }[] =>
    method === 'haebara' || method === 'stocking-lord'
      ? directions.map((direction) => ({ method, direction }))
      : [{ method }],
  );
  return rows.map((options): MethodRow => {
    const of = errors === undefined ? undefined : linkErrors(anchors, options, errors.covariances, errors.samples);
    return {
      ...options,
      ...linkScales(anchors, options),
      ...(of === undefined ? {} : { slopeError: of.a, shiftError: of.b }),
    };
  });
}

const gridOf = ({ mean, sd }: AbilityDistribution): WeightedPopulation => ({
  grid: normalGrid({ points: 41, mean, sd, lower: mean - 5 * sd, upper: mean + 5 * sd }),
  weight: 1,
});
const onOld = ({ a, b }: ScaleTransform, { mean, sd }: AbilityDistribution): AbilityDistribution => ({
  mean: a * mean + b,
  sd: a * sd,
});

/** The population that was given; else those of both calibrations, half and half; else N(0, 1) on the old scale. */
export function gridsOf(
  link: ScaleTransform,
  fresh: ParameterFile,
  known: ParameterFile,
  given: AbilityDistribution | undefined,
): WeightedPopulation[] {
  if (given !== undefined) return [gridOf(given)];
  const found = [
    ...(fresh.population === undefined ? [] : [onOld(link, fresh.population)]),
    ...(known.population === undefined ? [] : [known.population]),
  ];
  return (found.length === 0 ? [{ mean: 0, sd: 1 }] : found).map(gridOf);
}

function equatingPopulation(
  link: ScaleTransform,
  fresh: ParameterFile,
  known: ParameterFile,
  given: AbilityDistribution | undefined,
): EquatingPopulation {
  if (given !== undefined) return { ...given, from: 'given' };
  if (fresh.population === undefined || known.population === undefined)
    return fresh.population !== undefined
      ? { ...onOld(link, fresh.population), from: 'new' }
      : known.population !== undefined
        ? { ...known.population, from: 'old' }
        : { mean: 0, sd: 1, from: 'standard' };
  const [one, other] = [onOld(link, fresh.population), known.population];
  return {
    mean: (one.mean + other.mean) / 2,
    sd: Math.sqrt((one.sd ** 2 + other.sd ** 2) / 2 + ((one.mean - other.mean) / 2) ** 2),
    from: 'both',
  };
}

/**
 * Absent unless the new calibration knows the covariances of its anchors. Old parameters without any (a release, say)
 * are taken as given.
 */
function errorsOf(
  anchors: readonly LinkAnchor[],
  fresh: ParameterFile,
  known: ParameterFile,
): AnchorErrors | undefined {
  const sizeOf = (spec: ItemSpec): number =>
    spec.model === 'logistic' ? 2 : spec.model === 'nominal' ? 0 : 1 + spec.steps.length;
  const covariances = anchors.flatMap(({ from, to }) => {
    const own = fresh.covariances?.get(from.id);
    return own?.length === sizeOf(from) ** 2
      ? [{ from: own, to: known.covariances?.get(to.id) ?? Array.from({ length: sizeOf(to) ** 2 }, () => 0) }]
      : [];
  });
  if (covariances.length < anchors.length) return undefined;
  return {
    covariances,
    samples: {
      ...(fresh.sample === undefined ? {} : { from: fresh.sample }),
      ...(known.sample === undefined || known.covariances === undefined ? {} : { to: known.sample }),
    },
  };
}
