/**
 * Whether a history is linearizable: each call seems to take effect at one moment between asking and reply, in one
 * order that a sequential model allows. The search of Wing and Gong (1993) as Lowe (2017) made it practical: calls are
 * lifted out of the list of what was seen, and an order that led to the same calls and the same state is not tried
 * again. Calls on different objects are judged apart (Herlihy and Wing 1990: a history is linearizable if each object's
 * is).
 */

/** One call as whoever made it saw it. */
export interface SeenCall<Asked, Told> {
  /** Who asked: for the reader alone. */
  readonly process: string;
  /** What it is asked of. */
  readonly object: string;
  readonly asked: Asked;
  /** A place in the order in which everything was seen; no time. */
  readonly askedAt: number;
  /** Absent: no answer came. It may have been done at any time after it was asked, or never. */
  readonly reply?: { readonly at: number; readonly told: Told } | undefined;
  /** Without an answer: from here on it cannot be done any more (whoever would have done it is dead). */
  readonly goneAt?: number | undefined;
}

export interface SequentialModel<State, Asked, Told> {
  /** How the object begins. */
  readonly initial: (object: string) => State;
  /** The state after a call, or undefined when nothing of that state could be told so. Untold: whatever it would be. */
  readonly step: (state: State, asked: Asked, told: Told | undefined) => State | undefined;
  /** The same for the same state, and for no other. */
  readonly key: (state: State) => string;
}

export interface Judgement<Asked, Told> {
  readonly object: string;
  /** `undecided`: the search was given up after so many steps. */
  readonly verdict: 'linearizable' | 'not-linearizable' | 'undecided';
  readonly steps: number;
  /** The call that no order found a place for, where the search came furthest. */
  readonly stuckAt: SeenCall<Asked, Told> | undefined;
}

/** One end of a call in the list of what was seen. */
interface End<Asked, Told> {
  readonly call: SeenCall<Asked, Told>;
  readonly bit: bigint;
  /** Its reply, or the end of its chance; otherwise the asking. */
  readonly isLast: boolean;
  /** Where the call's other end stands, if it has one. */
  other?: End<Asked, Told>;
  before: End<Asked, Told> | undefined;
  after: End<Asked, Told> | undefined;
}

/** All ends in the order in which they were seen. @returns the first */
function listOf<Asked, Told>(calls: readonly SeenCall<Asked, Told>[]): End<Asked, Told> | undefined {
  const ends = calls.flatMap((call, n) => {
    const common = { call, bit: 1n << BigInt(n), before: undefined, after: undefined };
    const asked: End<Asked, Told> = { ...common, isLast: false };
    const lastAt = call.reply?.at ?? call.goneAt;
    if (lastAt === undefined) return [{ at: call.askedAt, end: asked }];
    const last: End<Asked, Told> = { ...common, isLast: true };
    [asked.other, last.other] = [last, asked];
    return [
      { at: call.askedAt, end: asked },
      { at: lastAt, end: last },
    ];
  });
  const inOrder = ends.sort((a, b) => a.at - b.at).map(({ end }) => end);
  inOrder.forEach((end, n) => {
    end.before = inOrder[n - 1];
    end.after = inOrder[n + 1];
  });
  return inOrder[0];
}

/** What was seen and has no place in the order yet. */
class Unplaced<Asked, Told> {
  private head: End<Asked, Told> | undefined;
  constructor(calls: readonly SeenCall<Asked, Told>[]) {
    this.head = listOf(calls);
  }
  get first(): End<Asked, Told> | undefined {
    return this.head;
  }
  lift(asked: End<Asked, Told>): void {
    this.unlink(asked);
    if (asked.other !== undefined) this.unlink(asked.other);
  }
  /** The last one lifted goes back to where it stood. */
  putBack(asked: End<Asked, Told>): void {
    if (asked.other !== undefined) this.link(asked.other);
    this.link(asked);
  }
  private unlink(end: End<Asked, Told>): void {
    if (end.before === undefined) this.head = end.after;
    else end.before.after = end.after;
    if (end.after !== undefined) end.after.before = end.before;
  }
  private link(end: End<Asked, Told>): void {
    if (end.before === undefined) this.head = end;
    else end.before.after = end;
    if (end.after !== undefined) end.after.before = end;
  }
}

/** Judges what was asked of one object. */
function judgeOne<State, Asked, Told>(
  object: string,
  calls: readonly SeenCall<Asked, Told>[],
  model: SequentialModel<State, Asked, Told>,
  mostSteps: number,
): Judgement<Asked, Told> {
  const unplaced = new Unplaced(calls);
  const placed: { readonly end: End<Asked, Told>; readonly state: State }[] = [];
  const tried = new Set<string>();
  let state = model.initial(object);
  let done = 0n;
  let furthest = -1;
  let stuckAt: SeenCall<Asked, Told> | undefined;
  let at = unplaced.first;
  for (let steps = 1; ; steps += 1) {
    // Whatever is left had no reply, and need not have been done.
    if (at === undefined) return { object, verdict: 'linearizable', steps, stuckAt: undefined };
    if (steps > mostSteps) return { object, verdict: 'undecided', steps, stuckAt };
    const asked = at.isLast ? at.other : at;
    // Whose chance ends here was not done.
    const after = at.isLast ? notDone(at.call, state) : placeFor(model, state, at.call);
    const trial = after === undefined ? '' : `${(done | at.bit).toString(36)} ${model.key(after)}`;
    if (after !== undefined && asked !== undefined && !tried.has(trial)) {
      tried.add(trial);
      placed.push({ end: asked, state });
      unplaced.lift(asked);
      [state, done, at] = [after, done | at.bit, unplaced.first];
      continue;
    }
    if (!at.isLast) {
      at = at.after;
      continue;
    }
    // A reply was seen of what has no place yet: the order so far is wrong.
    if (placed.length > furthest) [furthest, stuckAt] = [placed.length, at.call];
    const last = placed.pop();
    if (last === undefined) return { object, verdict: 'not-linearizable', steps, stuckAt };
    state = last.state;
    done ^= last.end.bit;
    unplaced.putBack(last.end);
    at = last.end.after;
  }
}

const notDone = <State>({ reply }: SeenCall<unknown, unknown>, state: State): State | undefined =>
  reply === undefined ? state : undefined;

/** What was never answered and would change nothing may as well not have been done. */
function placeFor<State, Asked, Told>(
  { step }: SequentialModel<State, Asked, Told>,
  state: State,
  { asked, reply }: SeenCall<Asked, Told>,
): State | undefined {
  const after = step(state, asked, reply?.told);
  return reply === undefined && after === state ? undefined : after;
}

/** One judgement an object, in the order in which they were first asked. Each is given at most so many steps. */
export function judge<State, Asked, Told>(
  calls: readonly SeenCall<Asked, Told>[],
  model: SequentialModel<State, Asked, Told>,
  mostSteps = 1_000_000,
): Judgement<Asked, Told>[] {
  const ofObject = new Map<string, SeenCall<Asked, Told>[]>();
  for (const call of calls) ofObject.set(call.object, [...(ofObject.get(call.object) ?? []), call]);
  return [...ofObject].map(([object, its]) => judgeOne(object, its, model, mostSteps));
}
