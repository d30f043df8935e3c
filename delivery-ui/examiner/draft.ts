/** A rating in the making: survives a reload of the tab, and nothing else. */
import type { Rating } from '../../server/api/examiner/protocol.ts';

export type DraftScores = Rating['scores'];
export type RubricCriterion = keyof DraftScores;
export interface RatingDraft {
  readonly scores: DraftScores;
  readonly remark: string;
}
export const emptyDraft: RatingDraft = { scores: {}, remark: '' };

type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
const nameOf = (performance: string): string => `meetlat-draft-${performance}`;

export function readDraft(shelf: Shelf, performance: string): RatingDraft {
  try {
    const draft: RatingDraft = JSON.parse(shelf.getItem(nameOf(performance)) ?? 'null') ?? emptyDraft;
    return draft;
  } catch {
    return emptyDraft;
  }
}
export const keepDraft = (shelf: Shelf, performance: string, draft: RatingDraft): void =>
  shelf.setItem(nameOf(performance), JSON.stringify(draft));
export const dropDraft = (shelf: Shelf, performance: string): void => shelf.removeItem(nameOf(performance));

/** Criteria that have no score yet. */
export const missing = (criteria: readonly RubricCriterion[], scores: DraftScores): RubricCriterion[] =>
  criteria.filter((criterion) => scores[criterion] === undefined);

/** 0–5 and N (not ratable) as keys. */
export function scoreOfKey(key: string): number | 'NR' | undefined {
  if (/^[0-5]$/.test(key)) return Number(key);
  return key.toLowerCase() === 'n' ? 'NR' : undefined;
}
