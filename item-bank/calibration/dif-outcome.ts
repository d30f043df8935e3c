/** What a comparison of groups found of each item. */
import type { ItemModelName, CalibrationTeam } from 'itemresponsetheory/calibration';
import type { Light } from './judge.ts';
import type { Remark } from './stream-responses.ts';
import type { LeftOut } from './usable.ts';

export interface DifTest {
  readonly statistic: number;
  readonly p: number;
  /** For as many tests as the comparison has items (Benjamini & Hochberg). */ readonly pAdjusted: number;
}

export type DifMethod =
  | 'mantel-haenszel'
  | 'mantel'
  | 'logistic'
  | 'sibtest'
  | 'crossing-sibtest'
  | 'breslow-day'
  | 'wald'
  | 'likelihood-ratio'
  | 'rmsd'
  | 'lord'
  | 'raju';

export interface DifItem {
  readonly item: string;
  readonly light: Light;
  /** Methods that point at the item: corrected p below .05; for RMSD above .10. */
  readonly pointedAtBy: readonly DifMethod[];
  /**
   * Right/wrong items. Mantel–Haenszel, by score with purified matching; Δ below 0: harder for the focal group. Absent
   * where it could not be computed.
   */
  readonly mantelHaenszel?: DifTest & {
    readonly delta: number;
    readonly standardError: number;
    readonly etsClass: 'A' | 'B' | 'C';
  };
  /** With a small group: Δ drawn towards the mean of all items, and the chances of its true class. */
  readonly shrunken?: {
    readonly delta: number;
    readonly standardError: number;
    readonly negligible: number;
    readonly moderate: number;
    readonly large: number;
  };
  /** Items with more scores: Mantel's χ² and the standardised mean difference. */
  readonly mantel?: DifTest & { readonly effect: number; readonly etsClass: 'AA' | 'BB' | 'CC' };
  /** Focal minus reference: share right or mean score, at equal match. */
  readonly difference?: number;
  readonly logistic?: DifTest & { readonly deltaR2: number; readonly jodoinGierl: 'A' | 'B' | 'C' };
  /** Complete forms: reference minus focal; crossing: left of the crossing minus right of it. */
  readonly sibtest?: DifTest & { readonly beta: number; readonly standardError: number };
  readonly crossingSibtest?: DifTest & { readonly beta: number };
  /** Complete forms: are the odds ratios of all scores one? */
  readonly breslowDay?: DifTest & { readonly degreesOfFreedom: number };
  /** With a model: the item's own parameters in each group, against the anchors; and whether the item is one itself. */
  readonly wald?: DifTest & { readonly degreesOfFreedom: number };
  readonly isAnchor?: boolean;
  /**
   * With a model: how far each group's curve lies from the common one; items above .10 do not bend the scale
   * (`isFree`).
   */
  readonly rmsd?: { readonly reference: number; readonly focal: number; readonly isFree: boolean };
  /** Of the items that Wald or RMSD point at; corrected among them. */
  readonly likelihoodRatio?: DifTest & { readonly degreesOfFreedom: number };
  /**
   * Right/wrong under rasch, 1pl or 2pl: from a calibration of each group, linked by the anchors. Area: focal minus
   * reference, in logits.
   */
  readonly lord?: DifTest;
  readonly raju?: { readonly area: number; readonly z: number; readonly p: number; readonly pAdjusted: number };
}
export interface DifComparison {
  readonly focal: string;
  readonly reference: readonly string[];
  readonly matchedOn: 'score' | 'ability';
  readonly persons: { readonly focal: number; readonly reference: number };
  /** A group has fewer than 200 persons: Δ is shrunken. */
  readonly isSmall: boolean;
  /** With a model: how the anchors of Wald's test were found. */
  readonly purification?: { readonly anchors: number; readonly rounds: number; readonly isStable: boolean };
  readonly items: readonly DifItem[];
  readonly leftOut: readonly LeftOut[];
  readonly remarks: readonly Remark[];
}
export interface DifOutcome {
  readonly comparisons: readonly DifComparison[];
}
export interface DifOptions {
  /** Compared with this group alone; default all others. */ readonly reference?: string;
  /** Also tests by a model: 'auto' is 2pl for right and wrong, gpcm for more scores. */ readonly model?:
    ItemModelName | 'auto';
  readonly match?: 'score' | 'ability';
  readonly team?: CalibrationTeam;
}

/** A test before the correction for as many tests as there are items. */
export type Uncorrected<T> = Omit<T, 'pAdjusted'>;

/** Corrected p below this points at an item. */
export const difLevel = 0.05;
/** Bounds of the international surveys: .1 is looked at, above .15 a group has a curve of its own. */
export const rmsdBounds = { look: 0.1, drop: 0.15 } as const;
