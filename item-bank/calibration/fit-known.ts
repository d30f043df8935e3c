/** How well items with known parameters fit new responses. Pure. */
import { defined } from '../../storage/document/defined.ts';
import { appraiseItems } from './appraisal.ts';
import { distractorsOf } from './distractors.ts';
import { knownItems } from './known-items.ts';
import type { CalibrationOutcome, GroupAbility } from './outcome.ts';
import type { ParameterFile } from './parameter-file.ts';
import { populationGrid } from './population-grid.ts';
import type { ResponseData } from './stream-responses.ts';
import { takersOf } from './usable.ts';

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Means and SDs of the WLEs of each group: a description only. */
function describedGroups(names: readonly string[], persons: Uint32Array, theta: Float64Array): GroupAbility[] {
  const groups = new Map<string, number[]>();
  persons.forEach((person, n) => {
    const name = names[person] ?? '';
    const list = groups.get(name) ?? [];
    groups.set(name, list);
    list.push(theta[n] ?? NaN);
  });
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, list]) => {
      const mean = meanOf(list);
      const squares = list.reduce((sum, value) => sum + (value - mean) ** 2, 0);
      return { name, persons: list.length, mean, sd: Math.sqrt(squares / Math.max(1, list.length - 1)) };
    });
}

/** Items that have no parameters are left out, and said. */
export function fitKnown(
  data: ResponseData,
  { parameters, population = { mean: 0, sd: 1 } }: ParameterFile,
): CalibrationOutcome {
  const { usable, specs, bank, remarks } = knownItems(data, parameters);
  const appraisal = appraiseItems({
    bank,
    data: usable.data,
    grid: populationGrid(population),
    estimated: { fixed: specs.map((_, n) => n) },
  });
  return {
    kind: 'fit',
    persons: usable.data.persons,
    items: bank.size,
    responses: usable.data.item.length,
    parameters: specs,
    population,
    appraisal,
    takers: takersOf(data, usable),
    leftOut: usable.leftOut,
    remarks,
    ...defined({
      distractors: distractorsOf(data),
      groups:
        data.groups === undefined ? undefined : describedGroups(data.groups, usable.persons, appraisal.abilities.theta),
    }),
  };
}
