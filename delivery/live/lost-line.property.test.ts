/**
 * No answer that was chosen in time is ever lost: a candidate sits the listening part, or a form, over a line that is
 * cut before, over or after the end of an item's time, for 3, 30 or 210 seconds, with the page reloaded in between; the
 * page queues, the server hears, loses, restores and decides as it does in earnest. What counts in the end is what
 * would have counted without a cut.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Operation } from '../sessions/operation.ts';
import type { PinnedTest } from '../../item-bank/releases/pinned-test.ts';
import { isOverdue } from '../sessions/decide.ts';
import { type Asked, at, civicTest, operation, oralTest } from '../sessions/example.suite.ts';
import { PlayedSession } from '../sessions/played-session.suite.ts';
import { Hearing } from './hearing.ts';
import { beatMs } from './heartbeat.ts';
import { type HeardMs, heardAgain, isLost } from './presence.ts';

const runs = process.env['MEETLAT_FULL'] === '1' ? 200 : 25;
const stepMs = 250;
const name = 'a/s';

interface Cut {
  /** From when the item is shown, ms. */
  readonly fromMs: number;
  readonly lengthMs: number;
  /** The page is loaded anew, which it can be only when the line is back. */
  readonly reload: boolean;
  /** The page waits so long before it tries again when the line is back, ms. */
  readonly retryMs: number;
}
interface ItemPlan {
  /** From when the item is shown, ms; in time. */
  readonly chooseMs: number;
  readonly choice: number;
  /** From the choice to the next item, ms; the last item of a form is left open until its time is over. */
  readonly lingerMs: number;
  readonly cut: Cut | undefined;
}

class Exam {
  readonly session: PlayedSession;
  private readonly hearing = new Hearing();
  private heard: HeardMs = { atMs: 0, sinceMs: 0 };
  private nextBeatMs = 0;
  /** What the page has not heard an outcome of; kept over a reload. */
  private readonly queue: Operation[] = [];
  private seq: number;
  /** The page's own clock begins at each load. */
  private loadedMs = -5_000;
  private shown = { handle: '', item: '', number: 0, atMs: 0 };
  private chosen = false;
  private asked = false;
  private cutAt: { readonly fromMs: number; readonly backMs: number; readonly retriedMs: number } | undefined;
  private dead = false;

  constructor(
    test: PinnedTest,
    private readonly plans: readonly ItemPlan[],
    private readonly isCut: boolean,
  ) {
    this.session = new PlayedSession(test).begin().toFirstPart();
    this.seq = this.session.now.nextSeq;
    this.show(0);
  }

  /** Until the part is over. */
  run(): this {
    for (let ms = 0; !this.isOver; ms += stepMs) {
      if (ms > 10_000_000) throw new Error('the part does not end');
      this.session.ms = ms;
      this.candidate(ms);
      if (this.cutAt === undefined || ms < this.cutAt.fromMs || ms >= this.cutAt.backMs) this.line(ms);
      if (ms % 1_000 === 0 && !this.isOver) this.job(ms);
    }
    return this;
  }
  private get isOver(): boolean {
    return this.session.now.completedParts.length > 0;
  }

  private candidate(ms: number): void {
    const plan = this.plans[this.shown.number];
    if (plan === undefined || this.dead) return;
    const sinceMs = ms - this.shown.atMs;
    const { cut } = plan;
    if (this.isCut && cut !== undefined && this.cutAt === undefined && sinceMs >= cut.fromMs)
      this.cutAt = { fromMs: ms, backMs: ms + cut.lengthMs, retriedMs: ms + cut.lengthMs + cut.retryMs };
    const { handle, item, number } = this.shown;
    if (!this.chosen && sinceMs >= plan.chooseMs) {
      this.chosen = true;
      this.ask({ kind: 'answer', handle, option: this.session.option(item, plan.choice) }, ms);
      this.dead = this.cutAt !== undefined && cut?.reload === true && ms < this.cutAt.backMs;
    }
    if (!this.chosen || this.asked || this.dead || sinceMs < plan.chooseMs + plan.lingerMs) return;
    this.asked = true;
    if (this.session.now.step.name === 'adaptive') this.ask({ kind: 'next', handle }, ms);
    else if (number + 1 < this.plans.length) this.ask({ kind: 'go', position: number + 2 }, ms);
  }

  private ask(asked: Asked, ms: number): void {
    const made = { monotonicMs: ms - this.loadedMs, server: { now: at(this.loadedMs), monotonicMs: 0 } };
    this.queue.push(operation(this.seq, { ...asked, made }));
    this.seq += 1;
  }

  /** The line is there: the page says so, and sends what waits as soon as it tries. */
  private line(ms: number): void {
    if (this.dead) {
      this.dead = false;
      this.loadedMs = ms;
      this.session.run({ type: 'take-writer' });
    }
    if (ms >= this.nextBeatMs) {
      this.nextBeatMs = ms + beatMs;
      this.hearing.hear(name, ms);
      this.session.run({ type: 'restore-connection' });
    }
    const retriedMs = this.cutAt === undefined || ms <= this.cutAt.fromMs ? 0 : this.cutAt.retriedMs;
    if (this.queue.length === 0 || ms < retriedMs) return;
    const silence = this.hearing.silence(name, ms);
    this.session.unheard = silence === undefined ? undefined : { from: at(silence.fromMs), to: at(silence.toMs) };
    this.hearing.hear(name, ms);
    this.session.run({ type: 'operations', fence: this.session.now.fence, operations: [...this.queue] });
    // A line that goes at this moment takes the reply with it: the same is sent once more, and changes nothing.
    if (this.cutAt?.fromMs === ms) return;
    this.queue.length = 0;
    if (!this.isOver && this.session.present().handle !== this.shown.handle) this.show(ms);
  }

  private show(atMs: number): void {
    const present = this.session.present();
    const number = this.session.now.items.findIndex(({ handle }) => handle === present.handle);
    this.shown = { ...present, number, atMs };
    this.chosen = false;
    this.asked = false;
    this.cutAt = undefined;
  }

  /** Whoever decides what is lost and what is closed learns from notices who was heard. */
  private job(ms: number): void {
    const agoMs = this.hearing.all(ms).get(name);
    if (agoMs !== undefined) this.heard = heardAgain(this.heard, ms - agoMs);
    const heard = { at: at(this.heard.atMs), since: at(this.heard.sinceMs) };
    if (isOverdue(this.session.now, heard, at(ms))) this.session.run({ type: 'close-overdue', heard });
    else if (isLost(this.heard.atMs, 0, ms))
      this.session.run({ type: 'lose-connection', unheardFrom: at(this.heard.atMs) });
  }
}

/** Before, over or after the end of a time that ends then, ms. */
const cutAround = (endMs: number): fc.Arbitrary<Cut> =>
  fc
    .record({
      where: fc.constantFrom('before', 'over', 'after'),
      lengthMs: fc.constantFrom(3_000, 30_000, 210_000),
      shift: fc.double({ min: 0.01, max: 0.99, noNaN: true }),
      reload: fc.boolean(),
      retryMs: fc.integer({ min: 0, max: 10_000 }),
    })
    .map(({ where, lengthMs, shift, ...cut }) => {
      const from = {
        before: (endMs - lengthMs) * shift,
        over: endMs - lengthMs * shift,
        after: endMs + 10_000 * shift,
      };
      return { ...cut, lengthMs, fromMs: Math.max(0, from[where]) };
    });

const planned = (chooseMs: fc.Arbitrary<number>, cut: fc.Arbitrary<Cut>, mostLingerMs: number) =>
  fc.record({
    chooseMs,
    choice: fc.integer({ min: 0, max: 2 }),
    lingerMs: fc.integer({ min: stepMs, max: mostLingerMs }),
    cut: fc.option(cut, { nil: undefined, freq: 4 }),
  });

/** Each item's time is two minutes. */
const adaptivePlans = fc.array(planned(fc.integer({ min: 500, max: 119_500 }), cutAround(120_000), 30_000), {
  minLength: 5,
  maxLength: 5,
});
/** Six items in passing, of eight seconds each; the last is chosen in the last minute of ten, and the time runs out. */
const passing = { chooseMs: 4_000, lingerMs: 4_000, cut: undefined };
const lastShownMs = 6 * 8_000;
const formPlans = fc
  .tuple(
    fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 6, maxLength: 6 }),
    planned(
      fc.integer({ min: 540_000, max: 599_500 }).map((ms) => ms - lastShownMs),
      cutAround(600_000 - lastShownMs),
      1_000,
    ),
  )
  .map(([choices, last]): ItemPlan[] => [...choices.map((choice) => ({ ...passing, choice })), last]);

const counted = ({ session }: Exam) =>
  session.now.items.map(({ item, answer, category }) => [item.id, answer?.choice, category]);

describe('a line that is cut', () => {
  it('costs no answer of an adaptive part, and changes neither its path nor its estimate', () => {
    fc.assert(
      fc.property(adaptivePlans, (plans) => {
        const [cut, whole] = [new Exam(oralTest, plans, true).run(), new Exam(oralTest, plans, false).run()];
        expect(counted(cut)).toEqual(counted(whole));
        expect(cut.session.now.estimate).toEqual(whole.session.now.estimate);
      }),
      { numRuns: runs },
    );
  });

  it('costs no answer of a form whose time runs out', () => {
    fc.assert(
      fc.property(formPlans, (plans) => {
        const [cut, whole] = [new Exam(civicTest, plans, true).run(), new Exam(civicTest, plans, false).run()];
        expect(counted(cut)).toEqual(counted(whole));
        expect(counted(cut).every(([, choice]) => choice !== undefined)).toBe(true);
      }),
      { numRuns: runs },
    );
  });
});
