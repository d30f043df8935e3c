/** Records what is asked of sessions and told by them, in the order in which it is seen, and has it judged. */
import type { CandidateView, OperationsReply } from '../../server/api/candidate/protocol.ts';
import { RequestFailed } from '../../delivery-ui/shared/request/request.ts';
import { type Judgement, type SeenCall, judge } from './linearizable.ts';
import {
  type AskedOfSession,
  type ModelledSession,
  type ToldBySession,
  type ToldView,
  sessionModel,
  toldView,
} from './session-model.ts';

/** The code of a request that no server can have heard of. */
export const neverSent = 'never-sent';

/** Of a refusal that says for sure that nothing was done; undefined where it may have been. */
function toldByFailure(error: unknown): ToldBySession | undefined {
  if (!(error instanceof RequestFailed)) throw error;
  if (error.code === 'fenced') return { kind: 'fenced' };
  const { expectedSeq } = error.problem;
  if (error.code === 'seq-gap' && typeof expectedSeq === 'number') return { kind: 'seq-gap', expectedSeq };
  if (error.status === 0 || error.status >= 500) return undefined;
  throw error;
}

type SessionCall = SeenCall<AskedOfSession, ToldBySession>;

export class SessionHistory {
  /** A call stands here from when it is asked: one that is still under way has no reply. */
  private readonly calls: { -readonly [Member in keyof SessionCall]: SessionCall[Member] }[] = [];
  private readonly began = new Map<string, ToldView>();
  private readonly waiting: (() => void)[] = [];
  private seen = 0;
  private answered = 0;

  /** The session as it is when nobody else can have written. */
  begin(session: string, view: CandidateView): void {
    this.began.set(session, toldView(view));
  }

  /** Asks, and records it. Whatever fails fails. */
  async ask<T extends CandidateView | OperationsReply>(
    by: { readonly process: string; readonly session: string },
    asked: AskedOfSession,
    perform: () => Promise<T>,
  ): Promise<T> {
    const call: (typeof this.calls)[number] = { process: by.process, object: by.session, asked, askedAt: this.next() };
    this.calls.push(call);
    const record = (told: ToldBySession | undefined): void => {
      if (told === undefined) return;
      call.reply = { at: this.next(), told };
      this.answered += 1;
      for (const wake of this.waiting.splice(0)) wake();
    };
    try {
      const reply = await perform();
      record(
        'outcomes' in reply
          ? { kind: 'outcomes', outcomes: reply.outcomes, view: toldView(reply.view) }
          : { kind: 'view', view: toldView(reply) },
      );
      return reply;
    } catch (error) {
      if (error instanceof RequestFailed && error.code === neverSent) this.calls.splice(this.calls.indexOf(call), 1);
      else record(toldByFailure(error));
      throw error;
    }
  }

  /** It may have been asked by nobody's will: the line brought it once more. */
  mayBeDoubled(asked: AskedOfSession): void {
    for (const object of this.began.keys()) this.calls.push({ process: 'line', object, asked, askedAt: this.next() });
  }

  /** Resolves when so many more were answered. */
  async answeredMore(count: number): Promise<void> {
    const enough = this.answered + count;
    while (this.answered < enough) await new Promise((resolve) => this.waiting.push(() => resolve(undefined)));
  }

  /** Whoever was asked is dead: what is unanswered now was done before, or never. */
  died(): void {
    const goneAt = this.next();
    for (const call of this.calls) if (call.reply === undefined) call.goneAt ??= goneAt;
  }

  private next(): number {
    this.seen += 1;
    return this.seen;
  }

  get count(): { readonly calls: number; readonly unanswered: number } {
    return { calls: this.calls.length, unanswered: this.calls.length - this.answered };
  }

  /** Of every session: is there an order that explains all that was seen? */
  judge(): Judgement<AskedOfSession, ToldBySession>[] {
    return judge<ModelledSession, AskedOfSession, ToldBySession>(this.calls, sessionModel(this.began));
  }

  /** The operations of a session whose outcome somebody was told, in the order of their numbers. */
  acknowledged(session: string): OperationsReply['outcomes'] {
    const outcomes = this.calls.flatMap(({ object, reply }) =>
      object === session && reply?.told.kind === 'outcomes' ? reply.told.outcomes : [],
    );
    return [...new Map(outcomes.map((outcome) => [outcome.opId, outcome])).values()].sort((a, b) => a.seq - b.seq);
  }
}
