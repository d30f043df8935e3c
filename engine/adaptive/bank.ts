/**
 * The bank as an adaptive test needs it: parameters and tables, content, enemies, frozen exposure parameters, pretest
 * items.
 */
import {
  type GridTable,
  type ItemParameters,
  type ItemSpec,
  createItemParameters,
  normalGrid,
  tabulate,
} from 'itemresponsetheory';
import type { AdaptivePolicy } from './policy.ts';

export interface AdaptiveItem {
  readonly parameters: ItemSpec;
  readonly use: 'operational' | 'pretest';
  /** Content class under the policy's attribute. */
  readonly content: string;
  readonly enemies: readonly string[];
  /** Sympson–Hetter K: the chance with which a selected item is given; 1 = always. */
  readonly exposure: number;
}

export interface AdaptiveBank {
  readonly parameters: ItemParameters;
  readonly table: GridTable;
  readonly index: ReadonlyMap<string, number>;
  readonly isPretest: readonly boolean[];
  readonly content: readonly string[];
  /** Symmetric: positions of the enemies of each item. */
  readonly enemies: readonly ReadonlySet<number>[];
  readonly exposure: Float64Array;
}

/** Throws IrtError when a parameter is not valid. Enemies that are not in this bank are ignored. */
export function createAdaptiveBank(items: readonly AdaptiveItem[], policy: AdaptivePolicy): AdaptiveBank {
  const parameters = createItemParameters(items.map((item) => item.parameters));
  const index = new Map(parameters.id.map((id, n) => [id, n]));
  const enemies = items.map(() => new Set<number>());
  items.forEach((item, n) => {
    for (const enemy of item.enemies) {
      const other = index.get(enemy);
      if (other === undefined || other === n) continue;
      enemies[n].add(other);
      enemies[other].add(n);
    }
  });
  return {
    parameters,
    table: tabulate(parameters, normalGrid({ ...policy.grid, ...policy.prior })),
    index,
    enemies,
    isPretest: items.map(({ use }) => use === 'pretest'),
    content: items.map(({ content }) => content),
    exposure: Float64Array.from(items, ({ exposure }) => exposure),
  };
}
