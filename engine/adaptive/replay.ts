/** A whole adaptive test once more: from policy, bank, seed and answers to the path that must have been taken. */
import { type Given, type NextItem, nextItem, type NextItemRequest } from './next-item.ts';

/** What the journal says of one presentation. */
export interface RecordedStep extends Given {
  readonly theta: number;
  readonly standardError: number;
  readonly rule: string;
}

export interface Difference {
  /** 1-based, among all presented; one more than the steps when the end differs. */ readonly position: number;
  readonly field: string;
  readonly recorded: unknown;
  readonly recomputed: unknown;
}

export interface Replay {
  /** The engine's decision at each step, then the one after the last answer. */
  readonly decisions: readonly NextItem[];
  readonly differences: readonly Difference[];
}

/**
 * Numbers must agree in every bit: the arithmetic is our own. `ended`: the recorded reason to stop; left out while the
 * test runs.
 */
export function replay(
  request: Omit<NextItemRequest, 'history'> & { readonly steps: readonly RecordedStep[]; readonly ended?: string },
): Replay {
  const { steps, ended, ...rest } = request;
  const decisions: NextItem[] = [];
  const differences: Difference[] = [];
  for (let n = 0; n <= steps.length; n += 1) {
    const decision = nextItem({ ...rest, history: steps.slice(0, n) });
    decisions.push(decision);
    const step = steps[n];
    if (step !== undefined) differences.push(...compare(n + 1, step, decision));
    else if (ended !== undefined && (decision.kind !== 'stop' || decision.reason !== ended))
      differences.push({
        position: n + 1,
        field: 'reason',
        recorded: ended,
        recomputed: decision.kind === 'stop' ? decision.reason : decision.kind,
      });
  }
  return { decisions, differences };
}

function compare(position: number, step: RecordedStep, decision: NextItem): Difference[] {
  if (decision.kind === 'stop') return [{ position, field: 'kind', recorded: 'present', recomputed: 'stop' }];
  return (['item', 'scored', 'theta', 'standardError', 'rule'] as const).flatMap((field) =>
    step[field] === decision[field] ? [] : [{ position, field, recorded: step[field], recomputed: decision[field] }],
  );
}
