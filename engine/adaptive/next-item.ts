/** The next item of an adaptive test, or its end. Pure: the same policy, bank, history, seed and exclusions give the same answer for ever. */
import { type Moments, contentFactor, createPosterior, createRng, type Rng, rankByInformation } from 'itemresponsetheory';
import type { AdaptiveBank } from './bank.ts';
import type { AdaptivePolicy } from './policy.ts';

/** One given item; category null = not scored (a fault of ours). */
export interface Given { readonly item: number; readonly category: number | null; readonly scored: boolean }

export interface NextItemRequest {
  readonly policy: AdaptivePolicy;
  readonly bank: AdaptiveBank;
  readonly history: readonly Given[];
  readonly seed: string;
  /** Items of earlier attempts. */
  readonly excluded: ReadonlySet<number>;
}

export type StopReason = 'precision' | 'maximum-items' | 'bank-exhausted';
export type NextItem =
  | { readonly kind: 'present'; readonly item: number; readonly scored: boolean; readonly theta: number; readonly standardError: number; readonly rule: string }
  | { readonly kind: 'stop'; readonly reason: StopReason; readonly theta: number; readonly standardError: number };

/** Interim EAP from the scored responses; before the first one the policy's start and the prior's SD. */
export function interimEstimate(policy: AdaptivePolicy, bank: AdaptiveBank, history: readonly Given[]): Moments {
  const responses = history.filter(({ scored, category }) => scored && category !== null);
  if (responses.length === 0) return { theta: policy.startTheta, standardError: policy.prior.sd };
  const posterior = createPosterior(bank.table);
  for (const { item, category } of responses) if (category !== null) posterior.update(item, category);
  return posterior.moments();
}

export function nextItem(request: NextItemRequest): NextItem {
  const { policy, bank, history } = request;
  const estimate = interimEstimate(policy, bank, history);
  const scored = history.filter((given) => given.scored).length;
  if (scored >= policy.maximumItems) return { kind: 'stop', reason: 'maximum-items', ...estimate };
  if (scored >= policy.minimumItems && estimate.standardError <= policy.standardError) return { kind: 'stop', reason: 'precision', ...estimate };
  const random = createRng(request.seed).fork('selection', history.length + 1);
  const pretest = policy.pretestPositions.includes(history.length + 1) ? pretestItem(request, random) : undefined;
  if (pretest !== undefined) return { kind: 'present', item: pretest, scored: false, rule: 'pretest', ...estimate };
  const chosen = operationalItem(request, estimate.theta, random);
  return chosen === undefined ? { kind: 'stop', reason: 'bank-exhausted', ...estimate } : { kind: 'present', scored: true, ...chosen, ...estimate };
}

/** What may still be given: not given, not excluded, no enemy of what was given. */
function availability({ bank, history, excluded }: NextItemRequest, pretest: boolean): (item: number) => boolean {
  const given = new Set(history.map(({ item }) => item));
  const banned = new Set(history.flatMap(({ item }) => [...(bank.enemies[item] ?? [])]));
  return (item) => bank.isPretest[item] === pretest && !given.has(item) && !excluded.has(item) && !banned.has(item);
}

function pretestItem(request: NextItemRequest, random: Rng): number | undefined {
  const isAvailable = availability(request, true);
  const free = request.bank.isPretest.flatMap((_, item) => (isAvailable(item) ? [item] : []));
  return free[random.fork('pretest').integer(Math.max(1, free.length))];
}

/**
 * Sympson–Hetter (1985): walk the ranking, give an item with chance K, else set it aside for this candidate. The draw of an item
 * belongs to the session, not to the step: an item once set aside stays aside.
 */
function isEligible({ bank, seed }: NextItemRequest, item: number): boolean {
  const chance = bank.exposure[item] ?? 1;
  return chance >= 1 || createRng(seed).fork('exposure', bank.parameters.id[item] ?? '').uniform() < chance;
}

function operationalItem(request: NextItemRequest, theta: number, random: Rng): { readonly item: number; readonly rule: string } | undefined {
  const { policy, bank, history } = request;
  const { content } = policy;
  const given = new Map<string, number>();
  for (const { item, scored } of history) if (scored) given.set(bank.content[item] ?? '', (given.get(bank.content[item] ?? '') ?? 0) + 1);
  const factors = new Map<string, number>();
  const factor = (item: number): number => {
    if (content === undefined) return 1;
    const name = bank.content[item] ?? '';
    const known = factors.get(name) ?? contentFactor(content, given, name);
    factors.set(name, known);
    return known;
  };
  const ranked = rankByInformation(bank.table, theta, availability(request, false), factor);
  const eligible: number[] = [];
  for (const { item } of ranked) {
    if (eligible.length === policy.selection.randomesque) break;
    if (isEligible(request, item)) eligible.push(item);
  }
  // When exposure control leaves nothing, an over-exposed item is better than no test.
  const best = eligible.length > 0 ? eligible : ranked.slice(0, policy.selection.randomesque).map(({ item }) => item);
  const item = best[random.fork('randomesque').integer(Math.max(1, best.length))];
  return item === undefined ? undefined : { item, rule: eligible.length > 0 ? policy.selection.rule : 'exposure-relaxed' };
}
