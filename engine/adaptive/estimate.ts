/** The reported ability of an adaptive part: Warm's weighted likelihood over the scored responses. */
import { type AbilityEstimate, estimateAbility } from 'itemresponsetheory';
import type { AdaptiveBank } from './bank.ts';
import type { AdministeredItem } from './next-item.ts';

/** Undefined when nothing was scored. */
export function reportedAbility(bank: AdaptiveBank, history: readonly AdministeredItem[]): AbilityEstimate | undefined {
  const responses = history.flatMap(({ item, category, scored }) =>
    scored && category !== null ? [{ item, category }] : [],
  );
  if (responses.length === 0) return undefined;
  return estimateAbility(
    bank.parameters,
    responses.map(({ item }) => item),
    responses.map(({ category }) => category),
    { method: 'wle' },
  );
}
