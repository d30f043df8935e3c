/**
 * A multistage test: modules of items, in stages; after each stage the candidate is routed to one module of the next.
 */
import { IrtError } from '../errors.ts';
import { type ItemParameters, requireItem } from '../parameters/item-parameters.ts';

export interface Panel {
  /** Items of each module. */
  readonly modules: readonly (readonly number[])[];
  /** Modules of each stage, easiest first; the first stage has one. */
  readonly stages: readonly (readonly number[])[];
}

/**
 * Throws IrtError for a module that does not exist, is used twice or is empty, an item twice on one path, a first stage
 * with a choice.
 *
 * @example
 * ```ts
 * import { checkPanel, createItemParameters } from 'itemresponsetheory';
 *
 * const bank = createItemParameters(
 *   [-1, 0, -0.5, 1].map((difficulty, n) => ({ model: 'logistic', id: `i${n}`, difficulty })),
 * );
 * const panel = { modules: [[0, 1], [2], [3]], stages: [[0], [1, 2]] };
 * checkPanel(bank, panel);
 * console.log(panel.stages.length); // → 2
 * ```
 */
export function checkPanel(bank: ItemParameters, { modules, stages }: Panel): void {
  const first = stages.at(0)?.length ?? 0;
  if (first !== 1) throw new IrtError('first-stage', 'stages[0]', first, 'must have exactly one module');
  const used = new Set<number>();
  const stageOfItem = new Map<number, number>();
  stages.forEach((stage, s) => {
    if (stage.length === 0) throw new IrtError('empty-stage', `stages[${s}]`, '[]', 'must have at least one module');
    for (const m of stage) {
      const items = modules[m];
      if (items === undefined || items.length === 0)
        throw new IrtError('empty-module', `stages[${s}]`, m, 'must name a module with items');
      if (used.has(m)) throw new IrtError('module-twice', `stages[${s}]`, m, 'is in the panel twice');
      used.add(m);
      for (const item of items) {
        requireItem(bank, item);
        // Two modules of one stage may share an item: nobody gets both.
        if ((stageOfItem.get(item) ?? s) !== s)
          throw new IrtError(
            'item-twice',
            `modules[${m}]`,
            bank.id[item],
            'is in two stages: a candidate could get it twice',
          );
        stageOfItem.set(item, s);
      }
    }
  });
}
