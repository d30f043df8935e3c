/**
 * The next item of an adaptive test, or its end. Pure: the same policy, bank, history, seed and exclusions give the
 * same answer for ever.
 */
import {
  type PosteriorMoments,
  type Posterior,
  type RankedItem,
  contentFactor,
  createPosterior,
  createRng,
  emphasise,
  rankBy,
  rankByInformation,
  weightedInformationOf,
} from 'itemresponsetheory';
import type { AdaptiveBank } from './bank.ts';
import type { AdaptivePolicy } from './policy.ts';

/**
 * One given item; category null = not scored, because the test failed the candidate (audio did not play, the server was
 * down).
 */
export interface AdministeredItem {
  readonly item: number;
  readonly category: number | null;
  readonly scored: boolean;
}

export interface NextItemRequest {
  readonly policy: AdaptivePolicy;
  readonly bank: AdaptiveBank;
  readonly history: readonly AdministeredItem[];
  readonly seed: string;
  /** Items of earlier attempts. */
  readonly excluded: ReadonlySet<number>;
}

export type StopReason = 'precision' | 'maximum-items' | 'bank-exhausted';

/**
 * The draw that decided: the stream's key under the session's seed, and the items (best first) among which it chose.
 */
export interface Draw {
  readonly key: string;
  readonly among: readonly number[];
}

export type NextItem =
  | {
      readonly kind: 'present';
      readonly item: number;
      readonly scored: boolean;
      readonly theta: number;
      readonly standardError: number;
      readonly rule: string;
      readonly stream: Draw;
    }
  | { readonly kind: 'stop'; readonly reason: StopReason; readonly theta: number; readonly standardError: number };

/** What the scored responses say; undefined before the first one. */
function posteriorOf({ table }: AdaptiveBank, history: readonly AdministeredItem[]): Posterior | undefined {
  const counted = history.filter(isCounted);
  if (counted.length === 0) return undefined;
  const posterior = createPosterior(table);
  for (const { item, category } of counted) if (category !== null) posterior.update(item, category);
  return posterior;
}

/** Pretest items and items lost to our own failure count neither in the estimate nor in the length. */
const isCounted = ({ scored, category }: AdministeredItem): boolean => scored && category !== null;

/** Throws IrtError when the history names an item or a category that the bank does not have. */
export function nextItem(request: NextItemRequest): NextItem {
  const { policy, bank, history } = request;
  const posterior = posteriorOf(bank, history);
  // Interim EAP; before the first scored response the policy's start and the prior's SD.
  const estimate = posterior?.moments() ?? { theta: policy.startTheta, standardError: policy.prior.sd };
  const counted = history.filter(isCounted).length;
  if (counted >= policy.maximumItems) return { kind: 'stop', reason: 'maximum-items', ...estimate };
  if (counted >= policy.minimumItems && isSettled(policy, estimate))
    return { kind: 'stop', reason: 'precision', ...estimate };
  const pretest = policy.pretestPositions.includes(history.length + 1) ? pretestItem(request) : undefined;
  if (pretest !== undefined) return { kind: 'present', scored: false, ...pretest, ...estimate };
  const chosen = operationalItem(request, estimate.theta, posterior);
  return chosen === undefined
    ? { kind: 'stop', reason: 'bank-exhausted', ...estimate }
    : { kind: 'present', scored: true, ...chosen, ...estimate };
}

/** Precise enough, and not still undecided at the cut that matters. */
const isSettled = (
  { standardError: limit, decisiveCut }: AdaptivePolicy,
  { theta, standardError }: PosteriorMoments,
): boolean =>
  standardError <= limit &&
  (decisiveCut === undefined || Math.abs(theta - decisiveCut.theta) > decisiveCut.undecided * standardError);

/** What may still be given: not given, not excluded, no enemy of what was given. */
function availability({ bank, history, excluded }: NextItemRequest, pretest: boolean): (item: number) => boolean {
  const given = new Set(history.map(({ item }) => item));
  const banned = new Set(history.flatMap(({ item }) => [...bank.enemies[item]]));
  return (item) => bank.isPretest[item] === pretest && !given.has(item) && !excluded.has(item) && !banned.has(item);
}

interface ItemChoice {
  readonly item: number;
  readonly rule: string;
  readonly stream: Draw;
}

/** One of `among` at random, in a stream that belongs to this seed, purpose and position. */
function draw(
  { seed, history }: NextItemRequest,
  purpose: string,
  rule: string,
  among: readonly number[],
): ItemChoice | undefined {
  if (among.length === 0) return undefined;
  const position = history.length + 1;
  const item = among[createRng(seed).fork(purpose, position).integer(among.length)];
  return { item, rule, stream: { key: `${purpose}/${position}`, among } };
}

function pretestItem(request: NextItemRequest): ItemChoice | undefined {
  const isAvailable = availability(request, true);
  return draw(
    request,
    'pretest',
    'pretest',
    request.bank.isPretest.flatMap((_, item) => (isAvailable(item) ? [item] : [])),
  );
}

/**
 * Sympson–Hetter (1985): walk the ranking, give an item with chance K, else set it aside for this candidate. The draw
 * of an item belongs to the session, not to the step: an item once set aside stays aside.
 */
function isEligible({ bank, seed }: NextItemRequest, item: number): boolean {
  const chance = bank.exposure[item];
  return chance >= 1 || createRng(seed).fork('exposure', bank.parameters.id[item]).uniform() < chance;
}

/** The factor by which an item's information counts at this point of the test; one value a content class. */
function contentFactors({ policy: { content }, bank, history }: NextItemRequest): (item: number) => number {
  if (content === undefined) return () => 1;
  const given = new Map<string, number>();
  for (const one of history)
    if (isCounted(one)) given.set(bank.content[one.item], (given.get(bank.content[one.item]) ?? 0) + 1);
  const factors = new Map<string, number>();
  return (item) => {
    const name = bank.content[item];
    const known = factors.get(name) ?? contentFactor(content, given, name);
    factors.set(name, known);
    return known;
  };
}

/**
 * The policy's rule over what may be given, best first. The first item is chosen at the policy's start under either
 * rule.
 */
function ranking(request: NextItemRequest, theta: number, posterior: Posterior | undefined): Iterable<RankedItem> {
  const {
    policy: { selection, decisiveCut },
    bank: { parameters, table },
  } = request;
  const [isAvailable, factor] = [availability(request, false), contentFactors(request)];
  if (selection.rule === 'maximum-information' || posterior === undefined)
    return rankByInformation(parameters, theta, isAvailable, factor);
  const weights = posterior.weights();
  const information = weightedInformationOf(
    table,
    decisiveCut === undefined
      ? weights
      : emphasise(table, weights, { theta: decisiveCut.theta, ...decisiveCut.emphasis }),
    new Float64Array(parameters.size),
  );
  return rankBy(parameters.size, isAvailable, (item) => information[item] * factor(item));
}

/** Among how many of the best one is drawn. */
const amongHowMany = ({ selection, decisiveCut }: AdaptivePolicy, theta: number): number =>
  decisiveCut !== undefined && Math.abs(theta - decisiveCut.theta) > decisiveCut.spare.distance
    ? decisiveCut.spare.randomesque
    : selection.randomesque;

function operationalItem(
  request: NextItemRequest,
  theta: number,
  posterior: Posterior | undefined,
): ItemChoice | undefined {
  const { policy } = request;
  const among = amongHowMany(policy, theta);
  const [eligible, best]: [number[], number[]] = [[], []];
  for (const { item } of ranking(request, theta, posterior)) {
    if (best.length < among) best.push(item);
    if (isEligible(request, item)) eligible.push(item);
    if (eligible.length === among) break;
  }
  // When exposure control leaves nothing, an over-exposed item is better than no test.
  return eligible.length > 0
    ? draw(request, 'selection', policy.selection.rule, eligible)
    : draw(request, 'selection', 'exposure-relaxed', best);
}
