/** A new scale brought onto that of the anchors: mean/sigma (Marco 1977) over their difficulties; anchors that moved away do not link. */
import { ResponseFileError } from './read-responses.ts';

export interface AnchorPair { readonly item: string; readonly estimated: number; readonly known: number }
export interface AnchorResidual { readonly item: string; readonly residual: number; readonly isUsed: boolean }
export interface AnchorLink {
  /** θ(anchors) = slope·θ(new) + shift. */
  readonly slope: number; readonly shift: number;
  /** Of every anchor after linking, in logits of the anchors' scale. */
  readonly residuals: readonly AnchorResidual[];
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const spread = (values: readonly number[]): number => { const centre = mean(values); return Math.sqrt(mean(values.map((value) => (value - centre) ** 2))); };
/** Half a logit is the bound by custom (Draba 1977); at most two anchors in five may go. */
const tolerated = 0.5;
const leastShare = 0.6;
const least = 3;

function coefficients(pairs: readonly AnchorPair[], fixedUnit: boolean): { slope: number; shift: number } {
  const [estimated, known] = [pairs.map((pair) => pair.estimated), pairs.map((pair) => pair.known)];
  const slope = fixedUnit ? 1 : spread(known) / spread(estimated);
  if (!(slope > 0 && Number.isFinite(slope))) throw new ResponseFileError('too-few-anchors', 'the anchors all have the same difficulty');
  return { slope, shift: mean(known) - slope * mean(estimated) };
}

/** `fixedUnit`: under Rasch both scales have the same unit and only the mean counts. Drops one anchor at a time, the worst first. */
export function linkAnchors(pairs: readonly AnchorPair[], { fixedUnit }: { readonly fixedUnit: boolean }): AnchorLink {
  if (pairs.length < least) throw new ResponseFileError('too-few-anchors', `${pairs.length} items are both in the responses and among the anchors: linking needs ${least}`);
  let used = [...pairs];
  for (;;) {
    const { slope, shift } = coefficients(used, fixedUnit);
    const off = ({ estimated, known }: AnchorPair): number => slope * estimated + shift - known;
    const worst = used.reduce((most, pair) => (Math.abs(off(pair)) > Math.abs(off(most)) ? pair : most));
    const rest = used.filter((pair) => pair !== worst);
    if (Math.abs(off(worst)) <= tolerated || rest.length < Math.max(least, leastShare * pairs.length)) return { slope, shift, residuals: pairs.map((pair) => ({ item: pair.item, residual: off(pair), isUsed: used.includes(pair) })) };
    used = rest;
  }
}
