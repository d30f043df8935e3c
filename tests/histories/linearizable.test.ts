import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SeenCall, type SequentialModel, judge } from './linearizable.ts';

/** A register: what was written last is read. */
type AskedOfRegister = { readonly write: number } | 'read';
const register: SequentialModel<number, AskedOfRegister, number> = {
  initial: () => 0,
  step: (state, asked, told) => {
    if (asked !== 'read') return asked.write;
    return told === undefined || told === state ? state : undefined;
  },
  key: String,
};

/** What was seen, drawn. `w1` writes 1, `r1` reads 1, from where it stands to its `.`, `?` or `!` (gone). */
function drawn(...lines: readonly string[]): SeenCall<AskedOfRegister, number>[] {
  return lines.flatMap((line, n) =>
    [...line.matchAll(/([wr])(\d)[^.?!]*([.?!])/g)].map((match): SeenCall<AskedOfRegister, number> => {
      const [seen, what, digit, end] = match;
      const askedAt = match.index + n / 10;
      const at = askedAt + seen.length - 1;
      return {
        process: `p${n}`,
        object: 'register',
        asked: what === 'w' ? { write: Number(digit) } : 'read',
        askedAt,
        ...(end === '.' ? { reply: { at, told: Number(digit) } } : {}),
        ...(end === '!' ? { goneAt: at } : {}),
      };
    }),
  );
}
const verdictOf = (...lines: readonly string[]): string =>
  judge(drawn(...lines), register)
    .map(({ verdict }) => verdict)
    .join();

describe('histories of a register', () => {
  it.each([
    ['one after the other', ['w1. r1. w2. r2.']],
    ['a read beside a write sees it', ['w1------.', '   r1.']],
    ['a read beside a write does not see it', ['w1------.', '   r0.']],
    ['reads beside a write: first not, then seen', ['w1-----------.', '  r0.  r1.']],
    ['two writes at once, in either order', ['w1-------.', 'w2-------.   r1.']],
    ['two writes at once, in the other order', ['w1-------.', 'w2-------.   r2.']],
    ['a write without a reply was done', ['w1---?', '         r1.']],
    ['a write without a reply was not done', ['w1---?', '         r0.']],
    ['a write without a reply is done late', ['w1---?', '         r0.   r1.']],
    ['what is gone was done', ['w1---!', '         r1.']],
    ['what is gone was not done', ['w1---!', '         r0.']],
    ['what is gone was done late, but before', ['w1-------!', '  r0. r1.']],
    ['nothing was seen', ['']],
  ])('%s: linearizable', (_what, lines) => {
    expect(verdictOf(...lines)).toBe(lines[0] === '' ? '' : 'linearizable');
  });

  it.each([
    ['an acknowledged write is lost', ['w1.   r0.']],
    ['a stale read after a newer one', ['w1------------.', '   r1.   r0.']],
    ['the newer value is read by one, then the older by another', ['w1-------------.', '  r1.', '        r0.']],
    ['a value that nobody wrote', ['w1.  r2.']],
    ['a write is seen before it was asked', ['     w1.', 'r1.']],
    ['two readers see two writes in two orders', ['w1---.', 'w2---.', '        r1.   r2.', '        r2.   r1.']],
    ['what is gone is done later', ['w1---!', '         r0.   r1.']],
    ['what had no reply is done once, not twice', ['w1---?', '        r1.  w2.  r2.   r1.']],
  ])('%s: not linearizable', (_what, lines) => {
    expect(verdictOf(...lines)).toBe('not-linearizable');
  });

  it('names the call that has no place', () => {
    const [judged] = judge(drawn('w1.   r0.'), register);
    expect(judged?.stuckAt).toMatchObject({ process: 'p0', asked: 'read', reply: { told: 0 } });
  });

  it('judges objects apart', () => {
    const at = (object: string, lines: readonly string[]) => drawn(...lines).map((call) => ({ ...call, object }));
    const judged = judge([...at('a', ['w1.  r1.']), ...at('b', ['w1.  r0.'])], register);
    expect(judged.map(({ object, verdict }) => [object, verdict])).toEqual([
      ['a', 'linearizable'],
      ['b', 'not-linearizable'],
    ]);
  });
});

/** Every way to put the calls in order, tried one by one: what the search must agree with. */
function isLinearizableByTrying(calls: readonly SeenCall<AskedOfRegister, number>[], state = 0): boolean {
  if (calls.every(({ reply }) => reply === undefined)) return true;
  return calls.some((next) => {
    const others = calls.filter((call) => call !== next);
    if (others.some(({ reply }) => reply !== undefined && reply.at < next.askedAt)) return false;
    // Whoever comes after the end of another's chance has left that one undone.
    const left = others.filter(({ goneAt }) => goneAt === undefined || goneAt > next.askedAt);
    const after = register.step(state, next.asked, next.reply?.told);
    return after !== undefined && isLinearizableByTrying(left, after);
  });
}

const anyCall = fc.record({
  isWrite: fc.boolean(),
  value: fc.integer({ min: 0, max: 2 }),
  askedAt: fc.integer({ min: 0, max: 12 }),
  lasts: fc.integer({ min: 0, max: 6 }),
  isAnswered: fc.integer({ min: 0, max: 6 }),
});

describe('the search', () => {
  it('says of small histories what trying every order says', () => {
    const seen = { linearizable: 0, 'not-linearizable': 0, undecided: 0 };
    fc.assert(
      fc.property(fc.array(anyCall, { minLength: 1, maxLength: 6 }), (drawnCalls) => {
        const calls = drawnCalls.map(
          ({ isWrite, value, askedAt, lasts, isAnswered }, n): SeenCall<AskedOfRegister, number> => ({
            process: `p${n}`,
            object: 'register',
            asked: isWrite ? { write: value } : 'read',
            askedAt: askedAt + n / 100,
            ...(isAnswered === 1 ? { goneAt: askedAt + lasts + 0.5 + n / 100 } : {}),
            ...(isAnswered < 2 ? {} : { reply: { at: askedAt + lasts + 0.5 + n / 100, told: value } }),
          }),
        );
        const verdict = judge(calls, register)[0]?.verdict ?? 'undecided';
        seen[verdict] += 1;
        expect(verdict).toBe(isLinearizableByTrying(calls) ? 'linearizable' : 'not-linearizable');
      }),
      { numRuns: 2_000 },
    );
    // Neither answer is rare among what was drawn.
    expect(Math.min(seen.linearizable, seen['not-linearizable'])).toBeGreaterThan(100);
  });

  /** So many writes at once, all different, and then a read of what nobody wrote: no order is right. */
  const manyAtOnce = (count: number): SeenCall<AskedOfRegister, number>[] => [
    ...Array.from({ length: count }, (_, n) => ({
      ...{ process: `p${n}`, object: 'register', asked: { write: n + 1 }, askedAt: n },
      reply: { at: 1_000 + n, told: n + 1 },
    })),
    { process: 'reader', object: 'register', asked: 'read', askedAt: 5_000, reply: { at: 5_001, told: 0 } },
  ];

  it('tries no set of calls twice that leads to the same state', () => {
    // 12! orders; 12 · 2¹² sets with the one done last.
    const [judged] = judge(manyAtOnce(12), register);
    expect(judged?.verdict).toBe('not-linearizable');
    expect(judged?.steps).toBeLessThan(2_000_000);
  });

  it('gives up after as many steps as it is given, and says so', () => {
    const [judged] = judge(manyAtOnce(30), register, 10_000);
    expect(judged).toMatchObject({ verdict: 'undecided', steps: 10_001 });
  });

  it('passes over what had no reply and would change nothing: many of them cost no more than one', () => {
    const reads = Array.from({ length: 60 }, (_, n) => ({
      ...{ process: `p${n}`, object: 'register', asked: 'read' as const, askedAt: n / 100 },
    }));
    const [judged] = judge([...reads, ...drawn('  w1.  r1.  w2.   r1.')], register, 10_000);
    expect(judged?.verdict).toBe('not-linearizable');
  });
});
