/**
 * The shadow test (van der Linden & Reese 1998): before every item, the best whole test that contains what was given and obeys the blueprint;
 * its best free item comes next. So no blueprint is ever broken, and information is as high as the blueprint allows.
 */
import { informationAt } from '../information/item.ts';
import type { ItemParameters } from '../parameters/item-parameters.ts';
import { type Assembly, assemble, type AssemblyOptions } from './assemble.ts';
import type { Blueprint } from './blueprint.ts';

export interface ShadowStep { readonly shadow: Assembly; /** Free items of the shadow test, most informative first. */ readonly free: readonly number[] }

/** Within a hundredth of the best shadow test unless `options` say otherwise. `given`: items so far; `exclude`: items that may not be used (earlier attempts, ineligible). */
export function shadowStep(bank: ItemParameters, blueprint: Blueprint, theta: number, given: readonly number[], exclude: readonly number[] = [], options: Omit<AssemblyOptions, 'include' | 'exclude'> = {}): ShadowStep {
  const values = Float64Array.from({ length: bank.size }, (_, item) => informationAt(bank, item, theta));
  const shadow = assemble(values, blueprint, { relativeGap: 0.01, ...options, include: given, exclude: exclude.filter((item) => !given.includes(item)) });
  const free = shadow.kind === 'assembled' ? shadow.items.filter((item) => !given.includes(item)) : [];
  return { shadow, free: [...free].sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0) || a - b) };
}
