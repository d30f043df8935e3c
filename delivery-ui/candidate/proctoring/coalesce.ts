/**
 * From what happens in the browser to few, honest signals: short flickers are no event, repeats are joined with a
 * count, and no more than a fixed number a minute leave the device (the rest is counted and told).
 */
import { presentDetectors } from '../../../server/api/candidate/numbers.ts';
import type { Surroundings } from '../../shared/surroundings.ts';
import type { Draft } from '../../shared/outbox/operation.ts';

export type CoalescedSignal = Extract<Draft, { kind: 'signal' }>['signal'];
export type CoalescedType = CoalescedSignal['type'];

/** A window that comes back within this was a picker, a prompt or a slip, ms. */
export const graceMs = 200;
/** Repeats of one moment are joined over this, ms. */
export const joinMs = 10_000;
/** Signals a minute. */
export const capPerMinute = 30;

export interface SignalDetail {
  readonly code?: string;
  readonly durationMs?: number;
  readonly count?: number;
}

/** A DOMException name or the like: only what the schema allows. */
const clean = (code: string): string => code.replace(/[^A-Za-z0-9 ._:-]/g, '').slice(0, 60);

export class SignalCoalescer {
  private readonly states = new Map<string, { readonly cancel: () => void; readonly sinceMs: number; told: boolean }>();
  private readonly joins = new Map<CoalescedType, number>();
  private minuteStartMs: number;
  private inMinute = 0;
  private dropped = 0;

  constructor(
    private readonly surroundings: Surroundings,
    private readonly emit: (signal: CoalescedSignal) => void,
  ) {
    this.minuteStartMs = surroundings.monotonicMs();
  }

  /** Something that happens in a moment: the first is told at once, repeats together. */
  moment(type: CoalescedType, detail: SignalDetail = {}): void {
    const joined = this.joins.get(type);
    if (joined !== undefined) {
      this.joins.set(type, joined + 1);
      return;
    }
    this.joins.set(type, 0);
    this.tell(type, detail);
    this.surroundings.after(joinMs, () => {
      const repeats = this.joins.get(type) ?? 0;
      this.joins.delete(type);
      if (repeats > 0) this.tell(type, { ...detail, count: repeats });
    });
  }

  /** Something that lasts has begun; it is told after the grace, if it is `still` so. */
  begin(type: CoalescedType, still: () => boolean = () => true): void {
    if (this.states.has(type)) return;
    const state = {
      sinceMs: this.surroundings.monotonicMs(),
      told: false,
      cancel: this.surroundings.after(graceMs, () => {
        if (still()) {
          state.told = true;
          this.tell(type, {});
        } else this.states.delete(type);
      }),
    };
    this.states.set(type, state);
  }

  /** It is over: told with its length, if its beginning was told. */
  end(type: CoalescedType, after: CoalescedType): void {
    const state = this.states.get(type);
    if (state === undefined) return;
    this.states.delete(type);
    state.cancel();
    if (state.told) this.tell(after, { durationMs: this.surroundings.monotonicMs() - state.sinceMs });
  }

  private tell(type: CoalescedType, detail: SignalDetail): void {
    const now = this.surroundings.monotonicMs();
    if (now - this.minuteStartMs >= 60_000) this.closeMinute(now);
    if (this.inMinute >= capPerMinute) {
      if (this.dropped === 0)
        this.surroundings.after(Math.max(0, this.minuteStartMs + 60_000 - now), () =>
          this.closeMinute(this.surroundings.monotonicMs()),
        );
      this.dropped += detail.count ?? 1;
      return;
    }
    this.inMinute += 1;
    this.emit(this.signal(type, detail));
  }

  private closeMinute(now: number): void {
    const { dropped } = this;
    this.minuteStartMs = now;
    this.inMinute = 0;
    this.dropped = 0;
    if (dropped > 0) this.emit(this.signal('telemetry-capped', { count: dropped }));
  }

  private signal(type: CoalescedType, { code, durationMs, count }: SignalDetail): CoalescedSignal {
    return {
      type,
      monotonicMs: Math.max(0, Math.round(this.surroundings.monotonicMs())),
      wallMs: Math.max(0, Math.round(this.surroundings.wallMs())),
      ...(code === undefined ? {} : { code: clean(code) }),
      ...(durationMs === undefined ? {} : { durationMs: Math.round(durationMs) }),
      ...(count === undefined ? {} : { count }),
      detectors: presentDetectors,
    };
  }
}
