/** What follows from a designer's command on a bank; pure. */
import { type Instant, toEpochMs, toInstant } from '../../storage/document/instant.ts';
import type { Decision } from '../../storage/journal/stream.ts';
import type { Consequence } from '../../storage/port.ts';
import { type BankEvent, type BankState, nextReleaseId } from './bank.ts';
import type { ItemParameterRow, Recalibration, Release } from './release.ts';

export interface Publication extends Omit<Recalibration, 'replaced'> {
  readonly rows: readonly ItemParameterRow[];
}
export interface ReleaseChoice {
  readonly release: string;
  readonly by: string;
  /** Another account: what everybody's next session is made of is no one person's decision. */
  readonly confirmedBy: string;
  readonly reason: string;
}
export type BankCommand =
  | { readonly type: 'publish'; readonly publication: Publication }
  | { readonly type: 'put-in-force'; readonly choice: ReleaseChoice };

export interface BankFacts {
  readonly bank: string;
  readonly now: Instant;
  /** All releases that are kept, of every bank: their ids are taken. */
  readonly releases: readonly Release[];
  /** The bank's release published last, and the one that new sessions pin. */
  readonly latest: Release;
  readonly inForce: string;
}

export type BankRefusalCode =
  | 'base-superseded'
  | 'published-already'
  | 'unknown-item'
  | 'nothing-chosen'
  | 'unknown-release'
  | 'in-force-already'
  | 'same-person';
export interface BankRefusal {
  readonly code: BankRefusalCode;
  readonly why: string;
}
/** The releases and the choice are made as the stream says. */
export type BankConsequence = Consequence<'bank-changed', { readonly bank: string }>;
export type BankDecision = Decision<BankEvent, BankRefusal, BankConsequence>;

const refuse = (code: BankRefusalCode, why: string): BankDecision => ({ refused: { code, why } });
const accept = ({ bank }: BankFacts, event: BankEvent): BankDecision => ({
  events: [event],
  pending: [{ kind: 'bank-changed', data: { bank } }],
});

export function decideBank(state: BankState | undefined, command: BankCommand, facts: BankFacts): BankDecision {
  return command.type === 'publish' ? publish(state, command.publication, facts) : putInForce(command.choice, facts);
}

function publish(state: BankState | undefined, publication: Publication, facts: BankFacts): BankDecision {
  const { rows, ...grounds } = publication;
  const { bank, latest: base, now, releases } = facts;
  if (state?.published.some(({ recalibration }) => recalibration.job === grounds.job) === true)
    return refuse('published-already', `calibration ${grounds.job} is published already`);
  if (base.id !== grounds.base)
    return refuse('base-superseded', `${base.id} was published after ${grounds.base}: calibrate once more`);
  if (rows.length === 0) return refuse('nothing-chosen', 'a release needs new parameters of one item at least');
  const stranger = rows.find(({ id }) => !base.items.some((item) => item.id === id && item.kind === 'choice'));
  if (stranger !== undefined) return refuse('unknown-item', `${base.id} has no item ${stranger.id} with parameters`);
  return accept(facts, {
    schema: 1,
    type: 'release-published',
    at: now,
    release: nextReleaseId(bank, releases),
    // Later than its base even where clocks differ: the newest release is found by this instant.
    createdAt: now > base.createdAt ? now : toInstant(toEpochMs(base.createdAt) + 1),
    recalibration: { ...grounds, replaced: rows.map(({ id }) => id) },
    rows: [...rows],
  });
}

function putInForce({ release, by, confirmedBy, reason }: ReleaseChoice, facts: BankFacts): BankDecision {
  const { bank, inForce: previous, now, releases } = facts;
  if (!releases.some(({ id, bank: of }) => id === release && of === bank))
    return refuse('unknown-release', `${bank} has no release ${release}`);
  if (previous === release) return refuse('in-force-already', `${release} is in force already`);
  if (confirmedBy === by) return refuse('same-person', `${by} cannot confirm what ${by} does`);
  return accept(facts, {
    schema: 1,
    type: 'release-put-in-force',
    at: now,
    release,
    previous,
    by,
    confirmedBy,
    reason,
  });
}
