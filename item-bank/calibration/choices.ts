/** Options chosen, gathered beside the scores: what distractors attract can be told only from them. */
import type { ResponseMatrix } from 'itemresponsetheory/calibration';
import { ResponseRows } from './response-rows.ts';

/**
 * `matrix` has options for categories; `key`: the one option of each item that scored, −1 where none or several did.
 */
export interface ResponseChoices {
  readonly matrix: ResponseMatrix;
  readonly key: Int16Array;
}

const [unknown, several] = [-1, -2];

export class ChoiceRows {
  private readonly rows = new ResponseRows();
  private readonly keys = new Map<number, number>();

  add(person: number, item: number, option: number, category: number): void {
    this.rows.add(person, item, option);
    if (category === 0) return;
    const before = this.keys.get(item) ?? option;
    this.keys.set(item, before === option && category === 1 ? option : several);
  }

  /** Undefined where no option was told. */
  sorted(persons: number, items: number): ResponseChoices | undefined {
    if (this.rows.length === 0) return undefined;
    return {
      matrix: this.rows.sorted(persons, items),
      key: Int16Array.from({ length: items }, (_, item) => Math.max(unknown, this.keys.get(item) ?? unknown)),
    };
  }
}
