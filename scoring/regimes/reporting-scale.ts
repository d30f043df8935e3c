/** Where levels begin, for whoever draws or counts: pages, reports and studies ask here, and write none of it down. */
import type { OralRegime, Regime } from './regime.ts';

export interface ReportingScale {
  readonly lowest: number;
  readonly highest: number;
  /** Ascending; a level begins at its point. */
  readonly levels: readonly { readonly name: string; readonly at: number }[];
}

/** Undefined of a regime that counts answers. */
export const reportingScale = (regime: Regime): ReportingScale | undefined =>
  regime.kind === 'oral'
    ? { ...regime.limits, levels: regime.levels.map(({ name, scale }) => ({ name, at: scale })) }
    : undefined;

export interface LevelCut {
  readonly name: string;
  readonly theta: number;
}

/** Cuts of a part on its own scale (logits), ascending. */
export const cutsOf = ({ levels }: OralRegime, part: 'listening' | 'speaking'): LevelCut[] =>
  levels.map((level) => ({ name: level.name, theta: level[part] }));
