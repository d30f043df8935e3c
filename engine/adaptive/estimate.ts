/** The reported ability of an adaptive part: Warm's weighted likelihood over the scored responses. */
import { type AbilityEstimate, estimateAbility } from 'itemresponsetheory';
import type { AdaptiveBank } from './bank.ts';
import type { Given } from './next-item.ts';

/** Undefined when nothing was scored. */
export function reportedAbility(bank: AdaptiveBank, history: readonly Given[]): AbilityEstimate | undefined {
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
