/**
 * The adaptive part of a pinned test: the release's items and parameters, tied to the engine under the specification's
 * policy.
 */
import { type AdaptiveBank, type AdaptiveItem, createAdaptiveBank } from '../../engine/adaptive/bank.ts';
import { type AdministeredItem, nextItem } from '../../engine/adaptive/next-item.ts';
import { reportedAbility } from '../../engine/adaptive/estimate.ts';
import { hasOptions } from '../specifications/options.ts';
import type { AdaptivePart } from '../specifications/specification.ts';
import type { ItemVersion } from '../items/item.ts';
import { type AdaptiveResponse, type AdaptiveTest, UnknownItem } from './pinned-test.ts';
import { type ItemParameterRow, specOf } from './release.ts';

export class UncalibratedItem extends Error {
  readonly code = 'uncalibrated-item';
  constructor(id: string) {
    super(`The release has no parameters for ${id}`);
    this.name = 'UncalibratedItem';
  }
}

export class UnallowedOptions extends Error {
  readonly code = 'unallowed-options';
  constructor(item: string, part: string) {
    super(`${item}: part ${part} of the specification does not allow its number of options`);
    this.name = 'UnallowedOptions';
  }
}

/** Operational and pretest items of the release; a pretest item needs no parameters of its own: it is never scored. */
export function adaptiveBank(
  part: AdaptivePart,
  items: readonly ItemVersion[],
  parameters: readonly ItemParameterRow[],
): AdaptiveBank {
  const rows = new Map(parameters.map((row) => [row.id, row]));
  const attribute = part.policy.content?.attribute;
  const adaptiveItems = items.flatMap((item): AdaptiveItem[] => {
    if (item.kind !== 'choice' || item.use === 'practice') return [];
    if (!hasOptions(part, item)) throw new UnallowedOptions(item.id, part.id);
    const row = rows.get(item.id);
    if (row === undefined && item.use === 'operational') throw new UncalibratedItem(item.id);
    return [
      {
        parameters: specOf(row ?? { id: item.id, slope: 1, difficulty: 0 }),
        use: item.use,
        content: attribute === undefined ? '' : (item.attributes[attribute] ?? ''),
        enemies: item.enemies,
        exposure: row?.exposure ?? 1,
      },
    ];
  });
  return createAdaptiveBank(adaptiveItems, part.policy);
}

function indexOf(bank: AdaptiveBank, id: string): number {
  const item = bank.index.get(id);
  if (item === undefined) throw new UnknownItem(id);
  return item;
}

function idOf(bank: AdaptiveBank, item: number): string {
  const id = bank.parameters.id[item];
  if (id === undefined) throw new UnknownItem(String(item));
  return id;
}

const givenOf = (bank: AdaptiveBank, history: readonly AdaptiveResponse[]): AdministeredItem[] =>
  history.map(({ item, category, scored }) => ({ item: indexOf(bank, item), category, scored }));

export function adaptiveTest(part: AdaptivePart, bank: AdaptiveBank): AdaptiveTest {
  return {
    next(history, seed, excluded) {
      const banned = new Set(excluded.flatMap((id) => bank.index.get(id) ?? []));
      const step = nextItem({ policy: part.policy, bank, history: givenOf(bank, history), seed, excluded: banned });
      if (step.kind === 'stop') return step;
      const { key, among } = step.stream;
      return { ...step, item: idOf(bank, step.item), stream: { key, among: among.map((item) => idOf(bank, item)) } };
    },
    report: (history) => reportedAbility(bank, givenOf(bank, history)),
  };
}
