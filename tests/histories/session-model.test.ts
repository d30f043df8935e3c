import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SeenCall, judge } from './linearizable.ts';
import { type AskedOfSession, type ToldBySession, type ToldView, sessionModel } from './session-model.ts';

type Sent = Extract<AskedOfSession, { kind: 'operations' }>['operations'][number];
type SessionCall = SeenCall<AskedOfSession, ToldBySession>;
const began: ToldView = {
  ...{ version: 5, fence: 1, nextSeq: 4, handRaised: false, position: 1, handle: 'i1', selected: undefined },
  ...{ flagged: false, answeredCount: 0, flaggedCount: 0 },
};

/** The wire, played by a server that keeps its promises, or breaks one of them once. */
class PlayedServer {
  private readonly kept: Sent[] = [];
  private readonly outcomes = new Map<string, { opId: string; seq: number; status: 'accepted' }>();
  private fence = began.fence;
  private version = began.version;

  view(kept: readonly Sent[] = this.kept, version = this.version): ToldView {
    const answers = new Map(kept.flatMap((one) => (one.kind === 'answer' ? [[one.handle, one.option] as const] : [])));
    const position = kept.reduce((at, one) => (one.kind === 'go' ? one.position : at), 1);
    return {
      ...began,
      ...{ version, fence: this.fence, nextSeq: began.nextSeq + kept.length, position },
      handle: position === 0 ? undefined : `i${position}`,
      selected: answers.get(`i${position}`),
      answeredCount: answers.size,
    };
  }
  take(): ToldBySession {
    this.fence += 1;
    this.version += 1;
    return { kind: 'view', view: this.view() };
  }
  look(): ToldBySession {
    return { kind: 'view', view: this.view() };
  }
  /** A reply of before the newest operation. */
  lookStale(): ToldBySession {
    return { kind: 'view', view: this.view(this.kept.slice(0, -1), this.version - 1) };
  }
  get present(): { readonly fence: number; readonly nextSeq: number } {
    return { fence: this.fence, nextSeq: began.nextSeq + this.kept.length };
  }
  operate(fence: number, operations: readonly Sent[], fault?: 'forgotten' | 'doubled' | 'passed-over'): ToldBySession {
    if (fence !== this.fence) return { kind: 'fenced' };
    const before = this.kept.length;
    const isNews = ({ opId }: Sent): boolean => fault === 'doubled' || !this.outcomes.has(opId);
    const fresh = operations.filter(isNews);
    if (fault === undefined && fresh.some(({ seq }, n) => seq !== began.nextSeq + before + n))
      return { kind: 'seq-gap', expectedSeq: began.nextSeq + before };
    for (const operation of fresh) {
      const { opId, seq } = operation;
      if (!this.outcomes.has(opId)) this.outcomes.set(opId, { opId, seq, status: 'accepted' });
      this.kept.push(operation);
    }
    if (fresh.length > 0) this.version += 1;
    const outcomes = operations.flatMap(({ opId }) => this.outcomes.get(opId) ?? []);
    const told: ToldBySession = { kind: 'outcomes', outcomes, view: this.view() };
    if (fault === 'forgotten') {
      this.kept.length = before;
      for (const { opId } of fresh) this.outcomes.delete(opId);
      this.version -= 1;
    }
    return told;
  }
}

/** One thing that a page does, and how much earlier and later than the server does it the page sees it. */
const anyAct = fc.record({
  does: fc.constantFrom('take', 'look', 'operate', 'operate', 'operate', 'again', 'gap', 'fenced'),
  kind: fc.constantFrom('go', 'answer'),
  place: fc.integer({ min: 1, max: 3 }),
  size: fc.integer({ min: 1, max: 3 }),
  before: fc.integer({ min: 0, max: 4 }),
  after: fc.integer({ min: 0, max: 4 }),
  line: fc.constantFrom('whole', 'whole', 'whole', 'no-request', 'no-reply'),
});
type Act = typeof anyAct extends fc.Arbitrary<infer A> ? A : never;

class Played {
  readonly calls: SessionCall[] = [];
  readonly server = new PlayedServer();
  private readonly sent: Sent[][] = [];
  private ids = 0;
  private at = 0;

  fresh(seq: number, { kind, place }: Pick<Act, 'kind' | 'place'>): Sent {
    this.ids += 1;
    const envelope = { opId: `operation-${String(this.ids).padStart(8, '0')}`, seq };
    if (kind === 'go') return { ...envelope, kind, position: place };
    return { ...envelope, kind: 'answer', handle: `i${place}`, option: `o${this.ids}` };
  }

  private asked(act: Act): AskedOfSession {
    const { fence, nextSeq } = this.server.present;
    const from = act.does === 'gap' ? nextSeq + 1 : nextSeq;
    const fresh = Array.from({ length: act.size }, (_, n) => this.fresh(from + n, act));
    switch (act.does) {
      case 'take':
      case 'look':
        return { kind: act.does };
      case 'again':
        return { kind: 'operations', fence, operations: this.sent[act.place % (this.sent.length || 1)] ?? fresh };
      default:
        return { kind: 'operations', fence: act.does === 'fenced' ? fence - 1 : fence, operations: fresh };
    }
  }

  do(act: Act): void {
    const asked = this.asked(act);
    if (asked.kind === 'operations') this.sent.push(asked.operations);
    if (act.line === 'no-request') this.see(act, asked, undefined);
    else this.see(act, asked, this.perform(asked));
  }
  see(act: Pick<Act, 'before' | 'after' | 'line'>, asked: AskedOfSession, told: ToldBySession | undefined): void {
    this.at += 1;
    this.calls.push({
      ...{ process: 'page', object: 'session', asked, askedAt: this.at - act.before - 0.25 },
      reply: told === undefined || act.line !== 'whole' ? undefined : { at: this.at + act.after + 0.25, told },
    });
  }
  private perform(asked: AskedOfSession): ToldBySession {
    if (asked.kind === 'operations') return this.server.operate(asked.fence, asked.operations);
    return asked.kind === 'take' ? this.server.take() : this.server.look();
  }
  /** After everything that was seen. */
  lookAtTheEnd(): void {
    this.at += 20;
    this.see(atOnce, { kind: 'look' }, this.server.look());
  }
  get verdict(): string | undefined {
    return judge(this.calls, sessionModel(new Map([['session', began]])), 200_000)[0]?.verdict;
  }
}
const atOnce = { before: 0, after: 0, line: 'whole' } as const;
const acts = fc.array(anyAct, { minLength: 1, maxLength: 40 });
const answered = (list: readonly Act[]): Act[] => list.map((act) => ({ ...act, line: 'whole' }));

/** Acts, somewhere among them what a broken server does, more acts, and a look at the end. */
const playedWith = (before: readonly Act[], after: readonly Act[], breaks: (played: Played) => void): Played => {
  const played = new Played();
  for (const act of answered(before)) played.do(act);
  breaks(played);
  for (const act of answered(after)) if (act.does !== 'again') played.do(act);
  played.lookAtTheEnd();
  return played;
};

/** An answer as the present page would send it. */
function answerNow(played: Played): { readonly fence: number; readonly operations: Sent[] } {
  const { fence, nextSeq } = played.server.present;
  return { fence, operations: [played.fresh(nextSeq, { kind: 'answer', place: 2 })] };
}

describe('histories of a session', () => {
  it('whatever was seen early, late or never: what a sound server did is linearizable', () => {
    fc.assert(
      fc.property(acts, (list) => {
        const played = new Played();
        for (const act of list) played.do(act);
        played.lookAtTheEnd();
        expect(played.verdict).toBe('linearizable');
      }),
      { numRuns: 500 },
    );
  });

  const isNeverTaken = (breaks: (played: Played) => void): void => {
    fc.assert(
      fc.property(acts, acts, (before, after) => {
        expect(playedWith(before, after, breaks).verdict).toBe('not-linearizable');
      }),
      { numRuns: 300 },
    );
  };

  it('an acknowledged operation that was not kept is seen', () => {
    isNeverTaken((played) => {
      const { fence, operations } = answerNow(played);
      const told = played.server.operate(fence, operations, 'forgotten');
      played.see(atOnce, { kind: 'operations', fence, operations }, told);
    });
  });

  it('an operation that took effect twice is seen', () => {
    isNeverTaken((played) => {
      const { fence, operations } = answerNow(played);
      for (const fault of [undefined, 'doubled'] as const)
        played.see(atOnce, { kind: 'operations', fence, operations }, played.server.operate(fence, operations, fault));
    });
  });

  it('a reply of before what was acknowledged is seen', () => {
    isNeverTaken((played) => {
      const { fence, operations } = answerNow(played);
      played.see(atOnce, { kind: 'operations', fence, operations }, played.server.operate(fence, operations));
      played.see(atOnce, { kind: 'look' }, played.server.lookStale());
    });
  });

  it('a page that writes without the right to is seen', () => {
    isNeverTaken((played) => {
      const { fence, operations } = answerNow(played);
      const told = played.server.operate(fence, operations);
      played.see(atOnce, { kind: 'operations', fence: 0, operations }, told);
    });
  });

  it('a number that was passed over is seen', () => {
    isNeverTaken((played) => {
      const { fence, operations } = answerNow(played);
      const [first] = operations;
      if (first === undefined) throw new Error('nothing to send');
      const ahead = { ...first, seq: first.seq + 1 };
      const told = played.server.operate(fence, [ahead], 'passed-over');
      played.see(atOnce, { kind: 'operations', fence, operations: [ahead] }, told);
    });
  });

  it.each([
    ['the answer that is shown', { selected: 'another' }],
    ['the flag', { flagged: true }],
    ['how many are answered', { answeredCount: 9 }],
    ['the position', { position: 3 }],
    ['the hand', { handRaised: true }],
    ['the version, from before', { version: began.version - 1 }],
  ])('a view is compared in %s', (_what, change) => {
    const played = new Played();
    played.see(atOnce, { kind: 'look' }, { kind: 'view', view: { ...began, ...change } });
    expect(played.verdict).toBe('not-linearizable');
  });
});
