/**
 * A candidate's page without a browser, in a linear part: the outbox that pages have, an answer every moment, and a
 * history of all it asks. Two of them on one store are two tabs of one browser.
 */
import { randomUUID } from 'node:crypto';
import type { CandidateView, OperationsReply } from '../../server/api/candidate/protocol.ts';
import type { Draft } from '../../delivery-ui/shared/outbox/operation.ts';
import { Outbox } from '../../delivery-ui/shared/outbox/outbox.ts';
import type { OutboxStore } from '../../delivery-ui/shared/outbox/store.ts';
import { RequestFailed } from '../../delivery-ui/shared/request/request.ts';
import type { Surroundings } from '../../delivery-ui/shared/surroundings.ts';
import type { Candidate } from '../session-client.ts';
import { type SessionHistory, neverSent } from './history.ts';
import type { AskedOfSession } from './session-model.ts';

/** Waits are so much shorter than in a browser: what is tested does not hang on their length. */
const hastened = 20;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export const hastenedSurroundings = (random: () => number): Surroundings => ({
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  random,
  makeId: () => randomUUID(),
  after: (ms, call) => {
    const timer = setTimeout(call, ms / hastened);
    return () => clearTimeout(timer);
  },
});

export interface PageParts {
  readonly name: string;
  /** The device: its token, and where it asks. */
  readonly candidate: Pick<Candidate, 'session' | 'request'>;
  readonly store: OutboxStore;
  readonly history: SessionHistory;
  readonly random: () => number;
  /** After so long without an answer it asks again, ms. */
  readonly patienceMs: number;
}

/** Nobody listens: the request was not sent. */
const isRefusedLine = (error: unknown): boolean =>
  error instanceof TypeError &&
  error.cause instanceof Error &&
  'code' in error.cause &&
  error.cause.code === 'ECONNREFUSED';

/** One line to the server, with what came of it as pages know it. @throws RequestFailed */
async function asked<T>(request: () => Promise<Response>): Promise<T> {
  let response: Response;
  try {
    response = await request();
    if (response.ok) {
      const answer: T = await response.json();
      return answer;
    }
  } catch (error) {
    throw new RequestFailed(isRefusedLine(error) ? neverSent : 'offline', 0);
  }
  const problem: Record<string, unknown> = await response.json().catch(() => ({}));
  throw new RequestFailed(String(problem['code']), response.status, problem);
}

export class RecordedPage {
  private view: CandidateView | undefined;
  private stopped = false;

  constructor(private readonly parts: PageParts) {}

  /** Takes the session, works until another page has it, waits a moment and takes it again; until it is told to end. */
  async work(): Promise<void> {
    while (!this.stopped) {
      const view = await this.surely({ kind: 'take' }, '/session/take', {});
      await this.asWriter(view);
      await pause(this.parts.random() * 150);
    }
  }
  /** What is under way is still seen to its end. */
  stop(): void {
    this.stopped = true;
  }

  /** The right to write, for one thing that nobody else is to do at the same time. */
  async alone(draft: Draft): Promise<CandidateView> {
    const view = await this.surely({ kind: 'take' }, '/session/take', {});
    const { outbox } = this.outbox(view.fence);
    await outbox.open(view.nextSeq);
    await outbox.add(draft);
    outbox.stop();
    return this.look();
  }

  look(): Promise<CandidateView> {
    return this.surely({ kind: 'look' }, '/session');
  }

  private async asWriter(first: CandidateView): Promise<void> {
    this.view = first;
    const { outbox, ended } = this.outbox(first.fence);
    let isOver = false;
    void ended.then(() => (isOver = true));
    await outbox.open(first.nextSeq);
    while (!this.stopped && !isOver) {
      const drafts = this.drafts();
      await Promise.race([Promise.all(drafts.map((draft) => outbox.add(draft))), ended]);
      if (this.parts.random() < 0.3) this.view = await this.look();
    }
    // A tab that is closed: what waits stays in the store, and the request under way is seen to its end.
    outbox.stop();
    await outbox.allKept();
  }

  /** What a candidate does next with what is on the screen: one thing, or several at once. */
  private drafts(): Draft[] {
    const { random } = this.parts;
    const screen = this.view?.screen;
    if (screen?.name !== 'linear-item') return [{ kind: 'go', position: 1 }];
    const { handle, options } = screen.item;
    const option = options[Math.floor(random() * options.length)]?.handle ?? '';
    const go: Draft = { kind: 'go', position: 1 + Math.floor(random() * screen.total) };
    const answer: Draft = { kind: 'answer', handle, option };
    const other: Draft = random() < 0.5 ? { kind: 'flag', handle, on: random() < 0.5 } : { kind: 'raise-hand' };
    return random() < 0.4 ? [answer, other, go] : [random() < 0.8 ? answer : other, go];
  }

  private outbox(fence: number): { readonly outbox: Outbox; readonly ended: Promise<void> } {
    const { candidate, store, random } = this.parts;
    let end = (): void => {};
    const ended = new Promise<void>((resolve) => (end = resolve));
    const outbox = new Outbox({
      session: candidate.session,
      store,
      surroundings: hastenedSurroundings(random),
      made: () => undefined,
      lastKept: { read: () => undefined, write: () => {} },
      send: (operations) => {
        const body = { fence, operations: [...operations] };
        return this.ask<OperationsReply>({ kind: 'operations', ...body }, '/session/operations', body);
      },
      onreply: (reply) => {
        this.view = reply.view;
      },
      onchange: () => {},
      onfault: (code) => {
        throw new Error(code);
      },
      onstopped: () => end(),
    });
    return { outbox, ended };
  }

  private ask<T extends CandidateView | OperationsReply>(
    what: AskedOfSession,
    path: string,
    body?: unknown,
  ): Promise<T> {
    const { name, candidate, history, patienceMs } = this.parts;
    const init: RequestInit =
      body === undefined
        ? {}
        : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    return history.ask<T>({ process: name, session: candidate.session }, what, () =>
      asked<T>(() => candidate.request(path, { ...init, signal: AbortSignal.timeout(patienceMs) })),
    );
  }

  private async surely(what: AskedOfSession, path: string, body?: unknown): Promise<CandidateView> {
    for (;;) {
      try {
        return await this.ask<CandidateView>(what, path, body);
      } catch (error) {
        if (!(error instanceof RequestFailed)) throw error;
        await pause(25);
      }
    }
  }
}
