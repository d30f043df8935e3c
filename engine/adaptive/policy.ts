/** A test's policy as data: what `nextItem` composes the package's formulas by. */
export interface AdaptivePolicy {
  readonly startTheta: number;
  /** Prior and grid of the interim EAP. */
  readonly prior: { readonly mean: number; readonly sd: number };
  readonly grid: { readonly points: number; readonly lower: number; readonly upper: number };
  readonly selection: { readonly rule: 'maximum-information'; readonly randomesque: number };
  readonly content?: { readonly attribute: string; readonly targets: Readonly<Record<string, number>>; readonly weight: number } | undefined;
  readonly minimumItems: number;
  readonly maximumItems: number;
  readonly standardError: number;
  /** 1-based positions, among all presented, of unscored pretest items. */
  readonly pretestPositions: readonly number[];
}

/** Changes whenever a choice or an estimate could change; recorded with every session. */
export const engineVersion = '1.0.0';
