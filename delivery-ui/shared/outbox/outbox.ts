/**
 * The client's operations not yet acknowledged. Each is kept before it is sent, one batch is under way at a time, and
 * an operation leaves only when its outcome is here. Whatever fails is tried again with growing, jittered waits, for
 * ever.
 *
 * Numbers: operations count on from the server's `nextSeq`. When the server misses a number (409 `seq-gap`), what waits
 * is numbered again from `expectedSeq` and sent one at a time until the queue is empty: an operation that had arrived
 * after all is known by its opId and gets its stored outcome, so that numbering it again can never make it count twice.
 */
import { largestBatch } from '../../../server/api/candidate/numbers.ts';
import { RequestFailed } from '../request/request.ts';
import { type Surroundings, backoffMs } from '../surroundings.ts';
import type { Draft, SentOperation, OperationsReply, SentOutcome } from './operation.ts';
import type { OutboxStore } from './store.ts';

export interface OutboxParts {
  readonly session: string;
  readonly store: OutboxStore;
  readonly surroundings: Surroundings;
  /** When it is on this page: goes with each operation. Undefined before the server has told its time. */
  readonly made: () => SentOperation['made'];
  /** @throws RequestFailed */
  readonly send: (operations: readonly SentOperation[], keepalive: boolean) => Promise<OperationsReply>;
  readonly onreply: (reply: OperationsReply) => void;
  /** What waits has changed, or whether the last sending failed. */
  readonly onchange: () => void;
  /** The number of the last operation that was kept for this session, in a place that dies with the tab. */
  readonly lastKept: { readonly read: () => number | undefined; readonly write: (seq: number) => void };
  /** The device cannot keep operations, or the server cannot read one (`rejected`). */
  readonly onfault: (code: StorageFault | 'rejected') => void;
  /** This page may no longer write: `fenced`, `page-older`, or the token is worth nothing. What waits stays kept. */
  readonly onstopped: (why: RequestFailed) => void;
}

/** No room; none at all (a private window, a policy); or what was kept is gone before it was sent. */
export type StorageFault = 'storage-full' | 'storage-refused' | 'storage-evicted';
export const isStorageFault = (code: StorageFault | 'rejected'): code is StorageFault => code !== 'rejected';

const faultOf = (error: unknown): StorageFault =>
  error instanceof Error && error.name === 'QuotaExceededError' ? 'storage-full' : 'storage-refused';

interface Entry {
  operation: SentOperation;
  kept: boolean;
  readonly settle: ((outcome: SentOutcome | RequestFailed) => void) | undefined;
}

export class Outbox {
  private readonly entries: Entry[] = [];
  private readonly keeping = new Set<Promise<void>>();
  private nextSeq = 0;
  private sending = false;
  private stopped = false;
  private recovering = false;
  private attempt = 0;
  private storageFailed = false;
  private cancelWait: (() => void) | undefined;

  constructor(private readonly parts: OutboxParts) {}

  /** Operations not yet acknowledged, oldest first. */
  get waiting(): readonly SentOperation[] {
    return this.entries.map(({ operation }) => operation);
  }

  /** Reads what an earlier page left behind, before anything new is added. `nextSeq` is the server's. */
  async open(nextSeq: number): Promise<void> {
    const left = await this.parts.store.load(this.parts.session).catch((error: unknown): SentOperation[] => {
      this.storageFault(faultOf(error));
      return [];
    });
    if (left.length === 0 && (this.parts.lastKept.read() ?? -1) >= nextSeq) this.storageFault('storage-evicted');
    this.entries.unshift(...left.map((operation) => ({ operation, kept: true, settle: undefined })));
    this.nextSeq = Math.max(nextSeq, ...left.map(({ seq }) => seq + 1));
    this.parts.onchange();
    this.pump();
  }

  /** Keeps, then sends. Resolves with the outcome; rejects only if the server can never read it. */
  add(draft: Draft): Promise<SentOutcome> {
    return new Promise((resolve, reject) => {
      const made = this.parts.made();
      const operation: SentOperation = {
        ...draft,
        opId: this.parts.surroundings.makeId(),
        seq: this.nextSeq,
        ...(made === undefined ? {} : { made }),
      };
      this.nextSeq += 1;
      const entry: Entry = {
        operation,
        kept: false,
        settle: (outcome) => (outcome instanceof RequestFailed ? reject(outcome) : resolve(outcome)),
      };
      this.entries.push(entry);
      this.parts.onchange();
      const keeping = this.keep(entry);
      this.keeping.add(keeping);
      void keeping.then(() => {
        this.keeping.delete(keeping);
        this.pump();
      });
    });
  }

  /** Sends at once what waits: the line is back, or the page is about to vanish (`keepalive`). */
  flush(keepalive = false): void {
    this.cancelWait?.();
    this.cancelWait = undefined;
    this.pump(keepalive);
  }

  /** Resolves when everything that waits is in the store, as far as the device keeps anything. */
  async allKept(): Promise<void> {
    await Promise.all(this.keeping);
  }

  stop(): void {
    this.stopped = true;
    this.cancelWait?.();
  }

  private async keep(entry: Entry): Promise<void> {
    try {
      await this.parts.store.put(this.parts.session, entry.operation);
      this.parts.lastKept.write(entry.operation.seq);
    } catch (error) {
      // It lives in memory, and the candidate and the invigilator are told.
      this.storageFault(faultOf(error));
    }
    entry.kept = true;
  }

  private storageFault(code: StorageFault): void {
    if (this.storageFailed) return;
    this.storageFailed = true;
    this.parts.onfault(code);
  }

  /** The longest run of kept operations from the front: the order of the numbers is the order of sending. */
  private batch(): Entry[] {
    const end = this.entries.findIndex(({ kept }) => !kept);
    const kept = end === -1 ? this.entries : this.entries.slice(0, end);
    return kept.slice(0, this.recovering ? 1 : largestBatch);
  }

  private pump(keepalive = false): void {
    if (this.sending || this.stopped || this.cancelWait !== undefined) return;
    const batch = this.batch();
    if (batch.length === 0) return;
    this.sending = true;
    void this.deliver(batch, keepalive).then((again) => {
      this.sending = false;
      this.parts.onchange();
      if (again) this.pump();
    });
  }

  /** @returns whether to go on at once. */
  private async deliver(batch: readonly Entry[], keepalive: boolean): Promise<boolean> {
    try {
      const reply = await this.parts.send(
        batch.map(({ operation }) => operation),
        keepalive,
      );
      return await this.acknowledge(reply);
    } catch (error) {
      return await this.failed(error instanceof RequestFailed ? error : new RequestFailed('unreadable', 0), batch);
    }
  }

  private async acknowledge(reply: OperationsReply): Promise<boolean> {
    const outcomes = new Map(reply.outcomes.map((outcome) => [outcome.opId, outcome]));
    const done = this.entries.filter(({ operation }) => outcomes.has(operation.opId));
    for (const entry of done) this.entries.splice(this.entries.indexOf(entry), 1);
    if (done.length === 0) return this.wait(undefined);
    this.attempt = 0;
    // Failing to forget is harmless: sent again, it gets its stored outcome.
    await this.parts.store
      .remove(
        this.parts.session,
        done.map(({ operation }) => operation.opId),
      )
      .catch(() => {});
    if (this.recovering) await this.renumber(reply.view.nextSeq);
    if (this.entries.length === 0) {
      this.recovering = false;
      this.nextSeq = Math.max(this.nextSeq, reply.view.nextSeq);
    }
    this.parts.onreply(reply);
    for (const { operation, settle } of done) {
      const outcome = outcomes.get(operation.opId);
      if (outcome) settle?.(outcome);
    }
    return true;
  }

  private async renumber(from: number): Promise<void> {
    this.entries.forEach((entry, index) => {
      entry.operation = { ...entry.operation, seq: from + index };
    });
    this.nextSeq = from + this.entries.length;
    await Promise.all(this.entries.map((entry) => this.keep(entry)));
  }

  private async failed(failure: RequestFailed, batch: readonly Entry[]): Promise<boolean> {
    if (failure.code === 'fenced' || failure.code === 'page-older' || failure.status === 401) {
      this.stop();
      this.parts.onstopped(failure);
      return false;
    }
    const expected = failure.problem['expectedSeq'];
    if (failure.code === 'seq-gap' && typeof expected === 'number') {
      const again = this.recovering;
      this.recovering = true;
      await this.renumber(expected);
      // The first gap is mended at once; a server that keeps finding gaps is not hammered.
      return again ? this.wait(failure) : true;
    }
    if (failure.status === 400 || failure.status === 413 || failure.status === 422) return this.isolate(batch);
    return this.wait(failure);
  }

  /**
   * A request the server cannot read: find the operation, take it out of the queue (it stays in the store) and tell.
   */
  private async isolate(batch: readonly Entry[]): Promise<boolean> {
    const [first] = batch;
    this.recovering = true;
    if (batch.length > 1 || first === undefined) return true;
    this.entries.splice(this.entries.indexOf(first), 1);
    await this.renumber(first.operation.seq);
    first.settle?.(new RequestFailed('rejected', 400));
    this.parts.onfault('rejected');
    return true;
  }

  private wait(failure: RequestFailed | undefined): false {
    const { surroundings } = this.parts;
    const ms = Math.max(failure?.retryAfterMs ?? 0, backoffMs(this.attempt, surroundings.random()));
    this.attempt += 1;
    if (!this.stopped)
      this.cancelWait = surroundings.after(ms, () => {
        this.cancelWait = undefined;
        this.pump();
      });
    return false;
  }
}
