/**
 * A session in a linear part as the wire tells of it: the sequential machine that every history of a session must agree
 * with. Written from the protocol (server/api/candidate/protocol.ts) and of nothing of the server's own code.
 */
import { createHash } from 'node:crypto';
import type { CandidateView, OperationsReply, OperationsRequest } from '../../server/api/candidate/protocol.ts';
import type { SequentialModel } from './linearizable.ts';

export type AskedOfSession =
  { readonly kind: 'take' } | { readonly kind: 'look' } | ({ readonly kind: 'operations' } & OperationsRequest);

/** What a view says of what was done. */
export interface ToldView {
  readonly version: number;
  readonly fence: number;
  readonly nextSeq: number;
  readonly handRaised: boolean;
  /** 0 is the review; undefined once the session is over. */
  readonly position: number | undefined;
  readonly handle: string | undefined;
  readonly selected: string | undefined;
  readonly flagged: boolean;
  /** How many, of all. */
  readonly answeredCount: number;
  readonly flaggedCount: number;
}

export type ToldBySession =
  | { readonly kind: 'view'; readonly view: ToldView }
  | { readonly kind: 'outcomes'; readonly outcomes: OperationsReply['outcomes']; readonly view: ToldView }
  | { readonly kind: 'fenced' }
  | { readonly kind: 'seq-gap'; readonly expectedSeq: number };

export interface ModelledSession {
  /** At least: the server records things of its own, too. */
  readonly version: number;
  readonly fence: number;
  readonly nextSeq: number;
  readonly handRaised: boolean;
  readonly position: number | undefined;
  readonly answers: ReadonlyMap<string, string>;
  readonly flags: ReadonlySet<string>;
  readonly outcomes: ReadonlyMap<string, OperationsReply['outcomes'][number]>;
  /** Digest of the operations in the order in which they took effect: everything but fence and version follows. */
  readonly done: string;
}

type SentToSession = OperationsRequest['operations'][number];

export function toldView(view: CandidateView): ToldView {
  const { version, fence, nextSeq, handRaised, screen } = view;
  const item = screen.name === 'linear-item' ? screen : undefined;
  const overview = screen.name === 'linear-item' || screen.name === 'review' ? screen.overview : [];
  return {
    ...{ version, fence, nextSeq, handRaised },
    position: item?.number ?? (screen.name === 'review' ? 0 : undefined),
    handle: item?.item.handle,
    selected: item?.selected,
    flagged: item?.flagged ?? false,
    answeredCount: overview.filter(({ answered }) => answered).length,
    flaggedCount: overview.filter(({ flagged }) => flagged).length,
  };
}

/** The session as it is when nobody else can have written: nothing is answered and nothing flagged yet. */
export const modelledFrom = ({ version, fence, nextSeq, handRaised, position }: ToldView): ModelledSession => ({
  ...{ version, fence, nextSeq, handRaised, position },
  answers: new Map(),
  flags: new Set(),
  outcomes: new Map(),
  done: '',
});

function withFlag(flags: ReadonlySet<string>, handle: string, on: boolean): ReadonlySet<string> {
  const others = [...flags].filter((flagged) => flagged !== handle);
  return new Set(on ? [...others, handle] : others);
}

/** What an operation changes beside its number. */
function effectOf(state: ModelledSession, operation: SentToSession): Partial<ModelledSession> {
  switch (operation.kind) {
    case 'go':
      return { position: operation.position };
    case 'answer':
      return { answers: new Map([...state.answers, [operation.handle, operation.option]]) };
    case 'flag':
      return { flags: withFlag(state.flags, operation.handle, operation.on) };
    case 'raise-hand':
    case 'lower-hand':
      return { handRaised: operation.kind === 'raise-hand' };
    case 'submit':
      return { position: undefined, handRaised: false };
    default:
      throw new Error(`${operation.kind} is no part of this model`);
  }
}

/** An operation whose turn it is takes effect once; over, it is refused, and uses up its number all the same. */
function perform(state: ModelledSession, operation: SentToSession): ModelledSession {
  const { opId, seq } = operation;
  const isOver = state.position === undefined;
  const outcome: OperationsReply['outcomes'][number] = isOver
    ? { opId, seq, status: 'refused', code: 'part-over' }
    : { opId, seq, status: 'accepted' };
  return {
    ...state,
    ...(isOver ? {} : effectOf(state, operation)),
    nextSeq: seq + 1,
    outcomes: new Map([...state.outcomes, [opId, outcome]]),
    done: createHash('sha1').update(`${state.done} ${opId} ${seq}`).digest('base64'),
  };
}

/** All of a batch or nothing; undefined for a gap. The same state when each was done before. */
function performAll(state: ModelledSession, operations: readonly SentToSession[]): ModelledSession | undefined {
  let after = state;
  for (const operation of operations) {
    if (after.outcomes.has(operation.opId)) continue;
    if (operation.seq !== after.nextSeq) return undefined;
    after = perform(after, operation);
  }
  return after === state ? state : { ...after, version: state.version + 1 };
}

/** The state as the view tells it, at a version that is none of before; undefined where they differ. */
function agreeing(state: ModelledSession, view: ToldView): ModelledSession | undefined {
  const isOver = state.position === undefined;
  const agrees =
    view.version >= state.version &&
    view.fence === state.fence &&
    view.nextSeq === state.nextSeq &&
    view.handRaised === state.handRaised &&
    view.position === state.position &&
    (view.handle === undefined || view.selected === state.answers.get(view.handle)) &&
    (view.handle === undefined || view.flagged === state.flags.has(view.handle)) &&
    (isOver || view.answeredCount === state.answers.size) &&
    (isOver || view.flaggedCount === state.flags.size);
  if (!agrees) return undefined;
  return view.version === state.version ? state : { ...state, version: view.version };
}

function operate(
  state: ModelledSession,
  { fence, operations }: OperationsRequest,
  told: ToldBySession | undefined,
): ModelledSession | undefined {
  const after = fence === state.fence ? performAll(state, operations) : undefined;
  if (told === undefined) return after ?? state;
  switch (told.kind) {
    case 'fenced':
      return fence === state.fence ? undefined : state;
    case 'seq-gap':
      return fence === state.fence && after === undefined && told.expectedSeq === state.nextSeq ? state : undefined;
    case 'view':
      return undefined;
    case 'outcomes': {
      const expected = operations.map(({ opId }) => after?.outcomes.get(opId));
      return after !== undefined && JSON.stringify(told.outcomes) === JSON.stringify(expected)
        ? agreeing(after, told.view)
        : undefined;
    }
  }
}

function step(
  state: ModelledSession,
  asked: AskedOfSession,
  told: ToldBySession | undefined,
): ModelledSession | undefined {
  if (asked.kind === 'operations') return operate(state, asked, told);
  const after = asked.kind === 'take' ? { ...state, fence: state.fence + 1, version: state.version + 1 } : state;
  if (told === undefined) return after;
  return told.kind === 'view' ? agreeing(after, told.view) : undefined;
}

export const sessionModel = (
  began: ReadonlyMap<string, ToldView>,
): SequentialModel<ModelledSession, AskedOfSession, ToldBySession> => ({
  initial: (session) => {
    const view = began.get(session);
    if (view === undefined) throw new Error(`nobody saw ${session} begin`);
    return modelledFrom(view);
  },
  step,
  key: ({ version, fence, done }) => `${version} ${fence} ${done}`,
});
