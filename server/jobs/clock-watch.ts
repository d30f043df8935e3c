/**
 * Watches the clock of the machine. A jump while somebody sits a test stops what deadlines close, in all processes,
 * until a person has looked (delivery/live/clock-stop.ts); while nobody does, it is simply followed.
 */
import { type ClockStop, type ClockStops, isStopped, lastJump } from '../../delivery/live/clock-stop.ts';
import { type Instant, toEpochMs } from '../../storage/document/instant.ts';
import { type ProcessClock, jumpFromMs, timeAtStart } from '../clock.ts';
import type { Stored } from '../../storage/port.ts';
import type { Job } from './job.ts';

export interface ClockWatchPorts {
  readonly clock: ProcessClock;
  readonly stops: ClockStops;
  /** When any process was last alive, by the time of the program. */
  readonly lastAlive: () => Promise<Instant | undefined>;
  readonly isAnyUnderWay: () => Promise<boolean>;
  readonly log: Record<'error' | 'warn', (told: object, text: string) => void>;
}

/** Another process that was alive within this time counts as awake, ms. */
const awakeMs = 5_000;
/** How often it is looked whether the machine's clock can be taken over, ms. */
const settleEveryMs = 60_000;

const knownAhead = (stop: ClockStop | undefined): number => (stop === undefined ? 0 : (lastJump(stop)?.aheadMs ?? 0));

export class ClockWatch {
  private settledMs = Number.NEGATIVE_INFINITY;
  private looking: Promise<ClockStop | undefined> | undefined;

  private constructor(private readonly ports: ClockWatchPorts) {}

  /** At a start: the program's time goes on from where it was while somebody sits a test. */
  static async begin(ports: ClockWatchPorts): Promise<ClockWatch> {
    const { clock, stops, lastAlive, isAnyUnderWay } = ports;
    const [stored, alive, isUnderWay] = [await stops.get(), await lastAlive(), await isAnyUnderWay()];
    const times = {
      wallMs: toEpochMs(clock.machineNow()),
      lastAliveMs: alive === undefined ? undefined : toEpochMs(alive),
      aheadMs: knownAhead(stored?.value),
      isUnderWay,
    };
    clock.goOnFrom(timeAtStart(times));
    return new ClockWatch(ports);
  }

  /** Looks at the machine's clock, once at a time. @returns the present stop, or the last one */
  look(): Promise<ClockStop | undefined> {
    this.looking ??= this.lookNow().finally(() => {
      this.looking = undefined;
    });
    return this.looking;
  }

  private async lookNow(): Promise<ClockStop | undefined> {
    const { clock, stops } = this.ports;
    clock.follow();
    const stored = await stops.get();
    const known = knownAhead(stored?.value);
    const aheadMs = clock.aheadMs();
    if (Math.abs(aheadMs - known) > jumpFromMs && !(await this.wasAsleepAlone(known)))
      await this.jumped(aheadMs, stored);
    else if (stored !== undefined && aheadMs >= 0) await this.settle(stored.value);
    return (await stops.get())?.value;
  }

  private async jumped(aheadMs: number, stored: Stored<ClockStop> | undefined): Promise<void> {
    const { clock, stops, log, isAnyUnderWay } = this.ports;
    const jump = { noticedAt: clock.now(), machineAt: clock.machineNow(), aheadMs };
    if (await isAnyUnderWay()) {
      await stops.add(stored, jump);
      log.error(jump, 'the clock of this machine jumped; no deadline closes a session until a person confirms');
    } else if (aheadMs >= 0) {
      await stops.forget();
      this.takeOver(jump);
    } else {
      // The program's time never goes back while it runs.
      await stops.add(stored, jump, { by: 'clock', at: jump.noticedAt });
      log.warn(
        jump,
        'the clock of this machine was set back; the program goes on by its own time until its next start',
      );
    }
  }

  /** This process stood still and others did not: their time is the time of the program. */
  private async wasAsleepAlone(knownMs: number): Promise<boolean> {
    const { clock, lastAlive, log } = this.ports;
    const alive = await lastAlive();
    const theirsMs = toEpochMs(clock.machineNow()) - knownMs;
    if (alive === undefined || toEpochMs(alive) <= toEpochMs(clock.now()) + jumpFromMs) return false;
    if (Math.abs(theirsMs - toEpochMs(alive)) > awakeMs) return false;
    log.warn(
      { by: theirsMs - toEpochMs(clock.now()) },
      'this process stood still; it goes on by the time of the others',
    );
    clock.goOnFrom(theirsMs);
    return true;
  }

  /** Once nobody sits a test any more, the machine's clock can be taken over, and there is nothing left to confirm. */
  private async settle(stop: ClockStop): Promise<void> {
    const { clock, stops, isAnyUnderWay } = this.ports;
    const nowMs = toEpochMs(clock.now());
    const isOff = clock.aheadMs() !== 0;
    if ((!isOff && !isStopped(stop)) || nowMs - this.settledMs < settleEveryMs) return;
    this.settledMs = nowMs;
    if (await isAnyUnderWay()) return;
    await stops.forget();
    this.takeOver({ aheadMs: clock.aheadMs() });
  }

  private takeOver(told: object): void {
    const { clock, log } = this.ports;
    if (clock.aheadMs() === 0) return;
    clock.goOnFrom(toEpochMs(clock.machineNow()));
    log.warn(told, 'the clock of this machine jumped while nobody sat a test; the program follows it');
  }
}

export const clockJob = (watch: ClockWatch): Job => ({
  name: 'clock',
  everyMs: 1_000,
  run: async () => {
    await watch.look();
  },
});
