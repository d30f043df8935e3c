/**
 * How the parameters of a many-facet model make its measures: every measure is affine in the free parameters x.
 * Elements of the first facet are free, those of the others sum to zero, unless anchors fix them; steps sum to zero,
 * unless one of them is anchored; ln slopes sum to zero (geometric mean 1); interactions sum to zero both ways.
 */
import { IrtError } from '../errors.ts';
import type { RatingTable } from '../responses/rating-table.ts';
import { type Affine, sumOf } from './affine.ts';
import type { Cells } from './cells.ts';
import { type RidgePrior, ridgePriors, unboundedElements } from './ridge-prior.ts';

/** One element held at a measure, or the mean of several (a group anchor). */
export interface FacetAnchor {
  readonly facet: string;
  readonly elements: readonly string[];
  readonly mean: number;
}

/** Step number `step` (from 1) of the common scale, or of one element's own, held at a value in logits. */
export interface StepAnchor {
  readonly element?: string;
  readonly step: number;
  readonly value: number;
}

export interface FacetsModel {
  /** Whose steps: one rating scale for all (default), or own steps for every element of a facet (partial credit). */
  readonly thresholds?: 'common' | { readonly by: string };
  /** Facets whose elements have slopes (generalised many-facet Rasch, Uto & Ueno 2020). */
  readonly slopes?: readonly string[];
  readonly anchors?: readonly FacetAnchor[];
  /** The other steps of a scale with an anchored one are free: the anchor brings the origin. */
  readonly stepAnchors?: readonly StepAnchor[];
  /** Pairs of facets with terms of their own. */
  readonly interactions?: readonly (readonly [string, string])[];
}

export interface Design {
  /** Free parameters, without those of the population. */
  readonly parameters: number;
  readonly measures: readonly (readonly Affine[])[];
  /** By group of steps. */
  readonly steps: readonly (readonly Affine[])[];
  /** ln slope of each element of the facets that have them. */
  readonly logSlopes: readonly { readonly facet: number; readonly elements: readonly Affine[] }[];
  readonly interactions: readonly {
    readonly facets: readonly [number, number];
    readonly terms: readonly (readonly Affine[])[];
  }[];
  /** By cell: severity, ln slope (when there are slopes), and group of steps. */
  readonly cells: readonly { readonly severity: Affine; readonly logSlope?: Affine; readonly group: number }[];
  /** On what its own ratings leave unbounded. */
  readonly priors: readonly RidgePrior[];
  /** Anchored first facet: the population's mean is free, because the scale's origin is given. */
  readonly hasFreeMean: boolean;
}

/** Numbers the free parameters as they are asked for. */
interface ParameterCounter {
  readonly free: () => Affine;
  /** So many of which all but the last are free, and whose sum is `total`. */
  readonly withSum: (count: number, total: number) => Affine[];
  readonly count: () => number;
}

/** total − Σ rows. */
const minus = (rows: readonly Affine[], total: number): Affine => {
  const { constant, index, coefficient } = sumOf(rows);
  return { constant: total - constant, index, coefficient: coefficient.map((c) => -c) };
};

function parameterCounter(): ParameterCounter {
  let next = 0;
  const free = (): Affine => {
    next += 1;
    return { constant: 0, index: [next - 1], coefficient: [1] };
  };
  return {
    free,
    withSum: (count, total) => {
      const rows = Array.from({ length: count - 1 }, free);
      return [...rows, minus(rows, total)];
    },
    count: () => next,
  };
}

type FacetAt = (field: string, name: string) => number;

const facetFinder =
  ({ facets }: RatingTable): FacetAt =>
  (field, name) => {
    const at = facets.findIndex((facet) => facet.name === name);
    if (at < 0)
      throw new IrtError(
        'unknown-facet',
        field,
        name,
        `must be one of ${facets.map((facet) => facet.name).join(', ')}`,
      );
    return at;
  };

type AnchorGroup = { readonly members: readonly number[]; readonly mean: number };

/**
 * A facet's measures: the anchored, and the others free; without anchors the first facet is free, the others sum to 0.
 */
function measuresOf(
  elements: readonly string[],
  isFirst: boolean,
  groups: readonly AnchorGroup[],
  { free, withSum }: ParameterCounter,
): Affine[] {
  if (groups.length === 0) return isFirst ? elements.map(free) : withSum(elements.length, 0);
  const rows = new Map<number, Affine>();
  for (const { members, mean } of groups)
    withSum(members.length, mean * members.length).forEach((row, n) => {
      rows.set(members[n], row);
    });
  return elements.map((_, e) => rows.get(e) ?? free());
}

/** Terms of a pair of facets: they sum to zero over either. */
function interactionTerms(first: number, second: number, { withSum }: ParameterCounter): Affine[][] {
  const inner = Array.from({ length: first - 1 }, () => withSum(second, 0));
  const last = Array.from({ length: second }, (_, j) =>
    minus(
      inner.map((row) => row[j]),
      0,
    ),
  );
  return [...inner, last];
}

/** A scale's steps: they sum to zero, or those that are not anchored are free. */
const stepsOf = (highest: number, held: ReadonlyMap<number, number>, { free, withSum }: ParameterCounter): Affine[] =>
  held.size === 0
    ? withSum(highest, 0)
    : Array.from({ length: highest }, (_, v): Affine => {
        const value = held.get(v);
        return value === undefined ? free() : { constant: value, index: [], coefficient: [] };
      });

/** Throws IrtError for an unknown facet or element, or anchors that overlap. */
export function designOf(
  table: RatingTable,
  { elements }: Cells,
  { thresholds = 'common', slopes = [], anchors = [], stepAnchors = [], interactions = [] }: FacetsModel,
): Design {
  const counter = parameterCounter();
  const facetAt = facetFinder(table);
  const sizeOf = (f: number): number => table.facets[f].elements.length;
  const groups = groupsOf(table, anchors, facetAt);
  const measures = table.facets.map((facet, f) => measuresOf(facet.elements, f === 0, groups[f], counter));
  const terms = interactions.map(([first, second], n) => {
    const facets = [facetAt(`interactions[${n}][0]`, first), facetAt(`interactions[${n}][1]`, second)] as const;
    return { facets, terms: interactionTerms(sizeOf(facets[0]), sizeOf(facets[1]), counter) };
  });
  const by = thresholds === 'common' ? undefined : facetAt('thresholds.by', thresholds.by);
  const steps = heldSteps(table, by, stepAnchors).map((held) => stepsOf(table.highest, held, counter));
  const logSlopes = slopes.map((name, n) => {
    const facet = facetAt(`slopes[${n}]`, name);
    return { facet, elements: counter.withSum(sizeOf(facet), 0) };
  });
  return {
    parameters: counter.count(),
    measures,
    steps,
    logSlopes,
    interactions: terms,
    priors: ridgePriors(unboundedElements(table, by), table, measures, steps),
    hasFreeMean: groups[0].length > 0,
    cells: elements.map((list) => ({
      severity: sumOf([
        ...list.flatMap((e, f) => measures[f][e]),
        ...terms.flatMap(({ facets: [a, b], terms: own }) => own[list[a]][list[b]]),
      ]),
      ...(logSlopes.length === 0
        ? {}
        : { logSlope: sumOf(logSlopes.flatMap(({ facet, elements: own }) => own[list[facet]])) }),
      group: by === undefined ? 0 : list[by],
    })),
  };
}

/** Anchored steps by group. */
function heldSteps(table: RatingTable, by: number | undefined, anchors: readonly StepAnchor[]): Map<number, number>[] {
  const elements = by === undefined ? undefined : table.facets[by].elements;
  const held = Array.from({ length: elements?.length ?? 1 }, () => new Map<number, number>());
  anchors.forEach(({ element, step, value }, n) => {
    if ((element === undefined) !== (elements === undefined))
      throw new IrtError(
        'unknown-element',
        `stepAnchors[${n}].element`,
        element ?? '',
        elements === undefined
          ? 'must be left out: all share one scale'
          : `must name whose step it is, of ${elements.join(', ')}`,
      );
    const own = held[elements === undefined ? 0 : elements.indexOf(element ?? '')];
    if (own === undefined)
      throw new IrtError(
        'unknown-element',
        `stepAnchors[${n}].element`,
        element ?? '',
        `must be one of ${elements?.join(', ') ?? ''}`,
      );
    if (!Number.isInteger(step) || step < 1 || step > table.highest)
      throw new IrtError(
        'step-outside',
        `stepAnchors[${n}].step`,
        step,
        `must be a whole number from 1 to ${table.highest}`,
      );
    if (!Number.isFinite(value))
      throw new IrtError('not-finite', `stepAnchors[${n}].value`, value, 'must be a number of logits');
    if (own.has(step - 1))
      throw new IrtError('anchors-overlap', `stepAnchors[${n}].step`, step, 'must be anchored once only');
    own.set(step - 1, value);
  });
  return held;
}

function groupsOf({ facets }: RatingTable, anchors: readonly FacetAnchor[], facetAt: FacetAt): AnchorGroup[][] {
  const groups = facets.map((): AnchorGroup[] => []);
  anchors.forEach(({ facet, elements, mean }, n) => {
    const f = facetAt(`anchors[${n}].facet`, facet);
    if (elements.length === 0 || !Number.isFinite(mean))
      throw new IrtError(
        'not-an-anchor',
        `anchors[${n}]`,
        `${elements.join(' ')}: ${mean}`,
        'must name elements and a measure',
      );
    const members = elements.map((name) => {
      const at = facets[f].elements.indexOf(name);
      if (at < 0) throw new IrtError('unknown-element', `anchors[${n}].elements`, name, `must be rated under ${facet}`);
      return at;
    });
    const taken = new Set(groups[f].flatMap((group) => group.members));
    const twice = members.find((member, at) => taken.has(member) || members.indexOf(member) !== at);
    if (twice !== undefined)
      throw new IrtError(
        'anchors-overlap',
        `anchors[${n}].elements`,
        facets[f].elements[twice],
        'must stand in one anchor only: two could contradict each other',
      );
    groups[f].push({ members, mean });
  });
  return groups;
}
