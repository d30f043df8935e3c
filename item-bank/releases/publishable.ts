/**
 * What may go into a release: one rule for the designer's page and for `meetlat publish`. Pure. It knows nothing of how
 * the new parameters were estimated, only what they are.
 */
import { defined } from '../../storage/document/defined.ts';
import type { ItemParameterRow, Recalibration, Release } from './release.ts';

/** New parameters of one item. */
export interface ProposedItem {
  readonly id: string;
  /** Absent where nothing could be estimated. */
  readonly estimate?:
    | {
        readonly slope: number;
        readonly difficulty: number;
        readonly difficultyStandardError?: number | undefined;
        readonly lower?: number | undefined;
      }
    | undefined;
  readonly light: 'keep' | 'look' | 'drop';
  readonly reasons: readonly string[];
  /** Kept its parameters: nothing of it is new. */
  readonly isFixed?: true | undefined;
  /** Carried the scale of the others. */
  readonly isAnchor?: true | undefined;
}
/** New parameters of many items, on one scale. */
export interface Proposal extends Pick<Recalibration, 'model' | 'anchors'> {
  readonly converged: boolean;
  readonly items: readonly ProposedItem[];
}

export type PublicationFault =
  | 'not-converged'
  | 'displaced-anchor'
  | 'mixed-scales'
  | 'unknown-item'
  | 'other-model'
  | 'other-scale'
  | 'not-publishable';
export class NotPublishable extends Error {
  constructor(
    readonly code: PublicationFault,
    why: string,
    readonly fields: Readonly<Record<string, string>> = {},
  ) {
    super(why);
    this.name = 'NotPublishable';
  }
}

/** What a release can hold: a curve that rises, and a standard error. */
export const isPublishable = ({ estimate, reasons, isFixed }: ProposedItem): boolean =>
  isFixed !== true &&
  estimate !== undefined &&
  estimate.slope > 0 &&
  estimate.difficultyStandardError !== undefined &&
  !reasons.includes('not-in-bank');

/** Anchors that were measured before and do not stand where they stood: what they carry is not the bank's scale. */
function displacedAnchors({ parameters }: Release, items: readonly ProposedItem[]): string[] {
  const measured = new Set(parameters.flatMap(({ id, origin }) => (origin === 'calibrated' ? [id] : [])));
  return items
    .filter(({ id, isAnchor, light, reasons }) => {
      const isOut = light === 'drop' || reasons.includes('moved');
      return isAnchor === true && measured.has(id) && isOut;
    })
    .map(({ id }) => id);
}

/** Scored items that would stay on the old scale beside new ones on a scale of their own. */
function leftOnOldScale({ items, parameters }: Release, chosen: readonly string[]): string[] {
  const known = new Set(parameters.map(({ id }) => id));
  return items
    .filter(({ id, use }) => use === 'operational' && known.has(id) && !chosen.includes(id))
    .map(({ id }) => id);
}

const shown = (ids: readonly string[]): string => `${ids.slice(0, 10).join(', ')}${ids.length > 10 ? ', …' : ''}`;

/** Throws NotPublishable where the whole proposal does not fit the release that it would change. */
function requireFit(base: Release, { converged, anchors, items }: Proposal, chosen: readonly string[]): void {
  if (!converged) throw new NotPublishable('not-converged', 'the calibration did not converge');
  const displaced = shown(displacedAnchors(base, items));
  if (displaced !== '')
    throw new NotPublishable('displaced-anchor', `the scale was carried by anchors that moved: ${displaced}`, {
      items: displaced,
    });
  const left = anchors === 'none' ? shown(leftOnOldScale(base, chosen)) : '';
  if (left !== '')
    throw new NotPublishable(
      'mixed-scales',
      `without anchors the new scale is another, and these items stay on that of ${base.id}: ${left}`,
      { base: base.id, items: left },
    );
}

function rowOf(base: Release, { items }: Proposal, id: string): ItemParameterRow {
  const item = items.find((one) => one.id === id);
  const { estimate } = item ?? {};
  if (!base.items.some((one) => one.id === id && one.kind === 'choice' && one.use !== 'practice'))
    throw new NotPublishable('unknown-item', `${base.id} has no item ${id} with parameters`, {
      item: id,
      base: base.id,
    });
  if (item === undefined || estimate?.difficultyStandardError === undefined || !isPublishable(item))
    throw new NotPublishable('not-publishable', `${id} has no new parameters that a release can hold`, { item: id });
  return {
    id,
    model: 'logistic',
    slope: estimate.slope,
    difficulty: estimate.difficulty,
    ...defined({ lower: estimate.lower }),
    // Exposure control stays as it was.
    exposure: base.parameters.find((row) => row.id === id)?.exposure ?? 1,
    origin: 'calibrated',
    standardError: estimate.difficultyStandardError,
  };
}

/** The chosen items' new rows, as the release made of `base` will hold them. Throws NotPublishable. */
export function publishedRows(base: Release, proposal: Proposal, chosen: readonly string[]): ItemParameterRow[] {
  const twice = chosen.find((id, n) => chosen.indexOf(id) !== n);
  if (twice !== undefined) throw new NotPublishable('not-publishable', `${twice} is named twice`, { item: twice });
  const rows = chosen.map((id) => rowOf(base, proposal, id));
  requireFit(base, proposal, chosen);
  return rows;
}
