/** A new scale brought onto that of the anchors; anchors whose difficulty or slope moved away do not link. */
import { type ItemParameters, type ItemSpec, createItemParameters, testCharacteristic } from 'itemresponsetheory';
import { type Anchor, type LinkMethod, type ScaleTransform, type TrueScoreRow, equateTrueScores, linkErrors, linkRobustly, linkScales, transformItem } from 'itemresponsetheory/linking';
import type { ParameterFile } from './parameter-file.ts';
import { ResponseFileError } from './response-file-error.ts';

export const linkMethods = ['mean-mean', 'mean-gmean', 'mean-sigma', 'haebara', 'stocking-lord'] as const satisfies readonly LinkMethod[];
export const isLinkMethod = (name: string): name is LinkMethod => linkMethods.some((method) => method === name);

/** Where an item is on the scale: difficulty, or the mean of its steps; 0 for a nominal item, which is nowhere. */
export const locationOf = (spec: ItemSpec): number => (spec.model === 'logistic' ? spec.difficulty : spec.model === 'nominal' ? 0 : spec.steps.reduce((sum, value) => sum + value, 0) / spec.steps.length);

export interface AnchorResidual { readonly item: string; readonly from: number; readonly to: number; /** After linking, in logits of the anchors' scale. */ readonly residual: number; readonly isUsed: boolean }
export interface AnchorLink {
  readonly method: LinkMethod;
  /** θ(anchors) = slope·θ(new) + shift. */
  readonly slope: number; readonly shift: number;
  readonly residuals: readonly AnchorResidual[];
}
const least = 3;

/** Throws ResponseFileError for fewer than three anchors, IrtError for anchors that cannot link. */
export function linkAnchors(anchors: readonly Anchor[], { method, fixedUnit }: { readonly method: LinkMethod; readonly fixedUnit?: boolean }): AnchorLink {
  if (anchors.length < least) throw new ResponseFileError('too-few-anchors', `${anchors.length} items are on both scales: linking needs ${least}`);
  const { link, kept } = linkRobustly(anchors, { method, ...(fixedUnit === undefined ? {} : { fixedUnit }) }, { least: Math.max(least, Math.ceil(anchors.length / 2)) });
  const used = new Set(kept);
  return { method, slope: link.a, shift: link.b, residuals: anchors.map(({ from, to }, n) => ({ item: from.id, from: locationOf(from), to: locationOf(to), residual: link.a * locationOf(from) + link.b - locationOf(to), isUsed: used.has(n) })) };
}

export interface LinkOutcome {
  readonly link: AnchorLink;
  /** By every method, over the anchors that were used; with standard errors where the calibrations' are known. */
  readonly methods: readonly ({ readonly method: LinkMethod; readonly slopeError?: number; readonly shiftError?: number } & ScaleTransform)[];
  /** The new items on the old scale. */
  readonly parameters: readonly ItemSpec[];
  /** Expected score on the used anchors over θ: by new parameters, linked, and by old ones. */
  readonly curves: readonly { readonly theta: number; readonly linked: number; readonly known: number }[];
  /** Every score of the new form in scores of the old one, by true scores. */
  readonly scores: readonly TrueScoreRow[];
}

const expected = (bank: ItemParameters, theta: number): number => testCharacteristic(bank, Array.from({ length: bank.size }, (_, n) => n), theta);

/** Nominal items have no place on the scale and do not link. */
export function linkForms({ parameters: fresh, covariances: ofFresh }: ParameterFile, { parameters: known, covariances: ofKnown }: ParameterFile, method: LinkMethod): LinkOutcome {
  const old = new Map(known.map((spec) => [spec.id, spec]));
  const anchors = fresh.flatMap((from): Anchor[] => { const to = old.get(from.id); return to === undefined || from.model === 'nominal' || to.model === 'nominal' ? [] : [{ from, to }]; });
  const link = linkAnchors(anchors, { method });
  const used = anchors.filter((_, n) => link.residuals[n]?.isUsed === true);
  const onto = (spec: ItemSpec): ItemSpec => transformItem(spec, { a: link.slope, b: link.shift });
  const [moved, target] = [createItemParameters(used.map(({ from }) => onto(from))), createItemParameters(used.map(({ to }) => to))];
  const parameters = fresh.map(onto);
  return {
    link, parameters, methods: linkMethods.map((name) => ({ method: name, ...linkScales(used, { method: name }), ...errorsOf(used, name, ofFresh, ofKnown) })),
    curves: Array.from({ length: 81 }, (_, n) => -4 + n / 10).map((theta) => ({ theta, linked: expected(moved, theta), known: expected(target, theta) })),
    scores: equateTrueScores(createItemParameters(parameters), createItemParameters(known)),
  };
}

/** Absent unless both calibrations know the covariances of their anchors. Old parameters without any (a release, say) are taken as given. */
function errorsOf(anchors: readonly Anchor[], method: LinkMethod, fresh: ParameterFile['covariances'], known: ParameterFile['covariances']): { readonly slopeError?: number; readonly shiftError?: number } {
  if (fresh === undefined) return {};
  const sizeOf = (spec: ItemSpec): number => (spec.model === 'logistic' ? 2 : spec.model === 'nominal' ? 0 : 1 + spec.steps.length);
  const covariances = anchors.flatMap(({ from, to }) => {
    const own = fresh.get(from.id);
    return own?.length === sizeOf(from) ** 2 ? [{ from: own, to: known?.get(to.id) ?? Array.from({ length: sizeOf(to) ** 2 }, () => 0) }] : [];
  });
  if (covariances.length < anchors.length) return {};
  const { a, b } = linkErrors(anchors, { method }, covariances);
  return { slopeError: a, shiftError: b };
}
