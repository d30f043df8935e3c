/** A test's policy as data: what `nextItem` composes the package's formulas by. */
export interface AdaptivePolicy {
  readonly startTheta: number;
  /** Prior and grid of the interim EAP. */
  readonly prior: { readonly mean: number; readonly sd: number };
  readonly grid: { readonly points: number; readonly lower: number; readonly upper: number };
  /** Information at the interim estimate, or averaged over the posterior; one of the `randomesque` best is drawn. */
  readonly selection: { readonly rule: 'maximum-information' | 'posterior-information'; readonly randomesque: number };
  readonly decisiveCut?: DecisiveCut | undefined;
  readonly content?:
    | { readonly attribute: string; readonly targets: Readonly<Record<string, number>>; readonly weight: number }
    | undefined;
  readonly minimumItems: number;
  readonly maximumItems: number;
  readonly standardError: number;
  /** 1-based positions, among all presented, of unscored pretest items. */
  readonly pretestPositions: readonly number[];
}

/** The cut on which most depends for the candidate: there the test spends its items and its length. */
export interface DecisiveCut {
  readonly theta: number;
  /** Under posterior-information: a point at the cut counts 1 + weight times, falling off with SD `width`. */
  readonly emphasis: { readonly weight: number; readonly width: number };
  /** The test goes on, up to its maximum, while the cut lies within θ ± z·SE. */
  readonly undecided: number;
  /**
   * Further away than `distance` one of `randomesque` is drawn: the best items are kept for those for whom they decide.
   */
  readonly spare: { readonly distance: number; readonly randomesque: number };
}

/** Changes whenever a choice or an estimate could change; recorded with every session. */
export const engineVersion = '1.0.0';
