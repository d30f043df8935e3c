/** Whom one process hears, and when each was silent for longer than a beat. Pure: the time comes in, ms. */
import { missedBeatMs } from './heartbeat.ts';

export interface SilenceMs {
  readonly fromMs: number;
  readonly toMs: number;
}

export class Hearing {
  private readonly heardMs = new Map<string, number>();
  /** The last silence of each, once it was over. */
  private readonly silences = new Map<string, SilenceMs>();

  hear(name: string, nowMs: number): void {
    const silence = this.silence(name, nowMs);
    if (silence !== undefined) this.silences.set(name, silence);
    this.heardMs.set(name, nowMs);
  }

  isKnown(name: string): boolean {
    return this.heardMs.has(name);
  }

  /** From the last that was heard until now, if a beat is missing; else the last such silence. */
  silence(name: string, nowMs: number): SilenceMs | undefined {
    const fromMs = this.heardMs.get(name);
    return fromMs !== undefined && nowMs - fromMs > missedBeatMs ? { fromMs, toMs: nowMs } : this.silences.get(name);
  }

  /** Each with how long ago it was heard. */
  all(nowMs: number): ReadonlyMap<string, number> {
    return new Map([...this.heardMs].map(([name, atMs]) => [name, nowMs - atMs]));
  }

  forget(name: string): void {
    this.heardMs.delete(name);
    this.silences.delete(name);
  }

  /** What was longer ago. */
  forgetBefore(ms: number): void {
    for (const [name, atMs] of this.heardMs) if (atMs < ms) this.heardMs.delete(name);
    for (const [name, { toMs }] of this.silences) if (toMs < ms) this.silences.delete(name);
  }
}
