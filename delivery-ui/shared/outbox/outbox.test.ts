import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RequestFailed } from '../request/request.ts';
import type { Surroundings } from '../surroundings.ts';
import type { SentOperation, OperationsReply, SentOutcome } from './operation.ts';
import { Outbox } from './outbox.ts';
import { type OutboxStore, memoryStore } from './store.ts';

/** Waiting is skipped: what is planned runs at the next turn, in the order of its time. */
let ids = 0;
function stage(): Surroundings {
  return {
    monotonicMs: () => 0,
    wallMs: () => 0,
    random: () => 0.5,
    makeId: () => `operation-${String(++ids).padStart(8, '0')}`,
    after: (_ms, call) => {
      const timer = setTimeout(call, 0);
      return () => clearTimeout(timer);
    },
  };
}

/** The server's rule, as the protocol states it. */
class Server {
  readonly taken: SentOperation[] = [];
  readonly outcomes = new Map<string, SentOutcome>();
  nextSeq = 0;
  fence = 1;
  largest = 0;

  take(operations: readonly SentOperation[]): OperationsReply {
    this.largest = Math.max(this.largest, operations.length);
    let { nextSeq } = this;
    for (const { opId, seq } of operations) {
      if (this.outcomes.has(opId)) continue;
      if (seq !== nextSeq) throw new RequestFailed('seq-gap', 409, { expectedSeq: this.nextSeq });
      nextSeq += 1;
    }
    const outcomes = operations.map((operation): SentOutcome => {
      const stored = this.outcomes.get(operation.opId);
      if (stored !== undefined) return stored;
      const outcome: SentOutcome = { opId: operation.opId, seq: operation.seq, status: 'accepted' };
      this.outcomes.set(operation.opId, outcome);
      this.taken.push(operation);
      this.nextSeq += 1;
      return outcome;
    });
    return { outcomes, view: this.view() };
  }

  view(): OperationsReply['view'] {
    return {
      version: this.taken.length,
      serverNow: '2026-11-23T10:00:00.000Z',
      fence: this.fence,
      nextSeq: this.nextSeq,
      test: 'mo',
      candidateName: 'A',
      contactLanguage: 'nl',
      synthetic: true,
      paused: false,
      handRaised: false,
      watched: { focus: true, fullScreen: true },
      screen: { name: 'waiting' },
    };
  }
}

interface Set {
  readonly server: Server;
  readonly store?: OutboxStore;
  readonly send?: (operations: readonly SentOperation[]) => Promise<OperationsReply>;
  readonly session?: string;
  readonly lastKept?: number;
}

function outboxOf({ server, store = memoryStore(), send, session = 't/s', lastKept }: Set) {
  const faults: string[] = [];
  const stops: string[] = [];
  const replies: OperationsReply[] = [];
  const outbox = new Outbox({
    session,
    store,
    surroundings: stage(),
    made: () => undefined,
    lastKept: { read: () => lastKept, write: () => {} },
    send: send ?? ((operations) => Promise.resolve().then(() => server.take(operations))),
    onreply: (reply) => replies.push(reply),
    onchange: () => {},
    onfault: (code) => faults.push(code),
    onstopped: ({ code }) => stops.push(code),
  });
  return { outbox, faults, stops, replies, store };
}

const answer = (option: string) => ({ kind: 'answer', handle: 'item', option }) as const;
const optionsOf = (operations: readonly SentOperation[]): string[] =>
  operations.flatMap((operation) => (operation.kind === 'answer' ? [operation.option] : []));
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 30; turn += 1)
    await new Promise((resolve) => {
      setTimeout(resolve, 0);
    });
};

describe('outbox', () => {
  it('keeps an operation before it is sent and forgets it only after its outcome', async () => {
    const server = new Server();
    const store = memoryStore();
    let keptWhenSent: readonly SentOperation[] = [];
    const { outbox } = outboxOf({
      server,
      store,
      send: async (operations) => {
        keptWhenSent = await store.load('t/s');
        return server.take(operations);
      },
    });
    await outbox.open(0);
    await outbox.add(answer('a'));
    expect(optionsOf(keptWhenSent)).toEqual(['a']);
    expect(await store.load('t/s')).toEqual([]);
    expect(outbox.waiting).toEqual([]);
  });

  it('has one batch under way at a time, and sends what gathered meanwhile together', async () => {
    const server = new Server();
    let under = 0;
    let most = 0;
    const { outbox } = outboxOf({
      server,
      send: async (operations) => {
        under += 1;
        most = Math.max(most, under);
        await settle();
        under -= 1;
        return server.take(operations);
      },
    });
    await outbox.open(0);
    await Promise.all(['a', 'b', 'c', 'd'].map((option) => outbox.add(answer(option))));
    expect(most).toBe(1);
    expect(optionsOf(server.taken)).toEqual(['a', 'b', 'c', 'd']);
    expect(server.largest).toBeGreaterThan(1);
  });

  it('survives the page: a new page sends what the old one could not, before anything new', async () => {
    const server = new Server();
    const store = memoryStore();
    const old = outboxOf({ server, store, send: () => Promise.reject(new RequestFailed('offline', 0)) });
    await old.outbox.open(0);
    void old.outbox.add(answer('a'));
    void old.outbox.add(answer('b'));
    await settle();
    old.outbox.stop();
    const fresh = outboxOf({ server, store });
    await fresh.outbox.open(server.nextSeq);
    await fresh.outbox.add(answer('c'));
    expect(optionsOf(server.taken)).toEqual(['a', 'b', 'c']);
    expect(server.taken.map(({ seq }) => seq)).toEqual([0, 1, 2]);
  });

  it('never sends the operations of another session from the same device', async () => {
    const server = new Server();
    const store = memoryStore();
    const other = outboxOf({
      server: new Server(),
      store,
      session: 't/other',
      send: () => Promise.reject(new RequestFailed('offline', 0)),
    });
    await other.outbox.open(0);
    void other.outbox.add(answer('other'));
    await settle();
    other.outbox.stop();
    const own = outboxOf({ server, store });
    await own.outbox.open(0);
    await own.outbox.add(answer('own'));
    expect(optionsOf(server.taken)).toEqual(['own']);
    expect(optionsOf(await store.load('t/other'))).toEqual(['other']);
  });

  it('numbers again from expectedSeq after a gap', async () => {
    const server = new Server();
    const { outbox } = outboxOf({ server });
    await outbox.open(7);
    await Promise.all([outbox.add(answer('a')), outbox.add(answer('b'))]);
    await outbox.add(answer('c'));
    expect(server.taken.map(({ seq }) => seq)).toEqual([0, 1, 2]);
    expect(optionsOf(server.taken)).toEqual(['a', 'b', 'c']);
  });

  it('does not count an operation twice when its reply was lost and the numbers moved on', async () => {
    const server = new Server();
    let lose = true;
    const { outbox } = outboxOf({
      server,
      send: async (operations) => {
        const reply = server.take(operations);
        if (!lose) return reply;
        lose = false;
        // Another page of the same person used two numbers meanwhile.
        server.nextSeq += 2;
        throw new RequestFailed('timeout', 0);
      },
    });
    await outbox.open(0);
    await Promise.all([outbox.add(answer('a')), outbox.add(answer('b'))]);
    await outbox.add(answer('c'));
    expect(optionsOf(server.taken)).toEqual(['a', 'b', 'c']);
  });

  it('goes on in memory when the device keeps nothing, and says so once', async () => {
    const server = new Server();
    const broken: OutboxStore = {
      load: () => Promise.reject(new Error('no')),
      put: () => Promise.reject(new Error('full')),
      remove: () => Promise.reject(new Error('no')),
    };
    const { outbox, faults } = outboxOf({ server, store: broken });
    await outbox.open(0);
    await outbox.add(answer('a'));
    await outbox.add(answer('b'));
    expect(optionsOf(server.taken)).toEqual(['a', 'b']);
    expect(faults).toEqual(['storage-refused']);
  });

  it('says that the device is full', async () => {
    const full: OutboxStore = {
      ...memoryStore(),
      put: () => Promise.reject(new DOMException('no room', 'QuotaExceededError')),
    };
    const { outbox, faults } = outboxOf({ server: new Server(), store: full });
    await outbox.open(0);
    await outbox.add(answer('a'));
    expect(faults).toEqual(['storage-full']);
  });

  it.each([
    ['what was kept and not acknowledged is gone', 4, 4, ['storage-evicted']],
    ['everything that was kept is acknowledged', 3, 4, []],
    ['nothing was kept', undefined, 0, []],
  ])(
    'after a reload says that the device lost something only if it did: %s',
    async (_what, lastKept, nextSeq, faults) => {
      const made = outboxOf({ server: new Server(), ...(lastKept === undefined ? {} : { lastKept }) });
      await made.outbox.open(nextSeq);
      expect(made.faults).toEqual(faults);
    },
  );

  it('sends what an earlier page left as it was made then, with its time', async () => {
    const server = new Server();
    const store = memoryStore();
    const earlier = { monotonicMs: 9_000, server: { now: '2026-11-23T10:00:00.000Z', monotonicMs: 4_000 } };
    await store.put('t/s', { ...answer('a'), opId: 'operation-of-before', seq: 0, made: earlier });
    const { outbox } = outboxOf({ server, store });
    await outbox.open(0);
    await outbox.add(answer('b'));
    expect(server.taken.map(({ made }) => made)).toEqual([earlier, undefined]);
  });

  it.each([
    ['another page has the session', 'fenced'],
    ['this page is older than the server', 'page-older'],
  ])('stops and keeps everything when %s', async (_what, code) => {
    const { outbox, stops, store } = outboxOf({
      server: new Server(),
      send: () => Promise.reject(new RequestFailed(code, 409)),
    });
    await outbox.open(0);
    void outbox.add(answer('a'));
    await settle();
    await outbox.allKept();
    expect(stops).toEqual([code]);
    expect(optionsOf(await store.load('t/s'))).toEqual(['a']);
  });

  it('sets aside the one operation that the server cannot read, and goes on', async () => {
    const server = new Server();
    const { outbox, faults } = outboxOf({
      server,
      send: (operations) =>
        Promise.resolve().then(() => {
          if (optionsOf(operations).includes('poison')) throw new RequestFailed('invalid-request', 400);
          return server.take(operations);
        }),
    });
    await outbox.open(0);
    const all = await Promise.allSettled(['a', 'poison', 'b'].map((option) => outbox.add(answer(option))));
    expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(optionsOf(server.taken)).toEqual(['a', 'b']);
    expect(faults).toEqual(['rejected']);
  });

  it('delivers each operation once in effect and in order over any line', async () => {
    const line = fc.array(fc.constantFrom('ok', 'offline', 'lost-reply', '503'), { maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(
        line,
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 0, max: 3 }),
        async (faults, count, ahead) => {
          const server = new Server();
          const store = memoryStore();
          const left = [...faults];
          const send = async (operations: readonly SentOperation[]): Promise<OperationsReply> => {
            await Promise.resolve();
            const fault = left.shift() ?? 'ok';
            if (fault === 'offline') throw new RequestFailed('offline', 0);
            if (fault === '503') throw new RequestFailed('storage-unavailable', 503, {}, 0);
            const reply = server.take(operations);
            if (fault === 'lost-reply') throw new RequestFailed('timeout', 0);
            return reply;
          };
          const { outbox } = outboxOf({ server, store, send });
          await outbox.open(ahead);
          const options = Array.from({ length: count }, (_, index) => `o${index}`);
          await Promise.all(options.map((option) => outbox.add(answer(option))));
          expect(optionsOf(server.taken)).toEqual(options);
          expect(await store.load('t/s')).toEqual([]);
        },
      ),
      { numRuns: 100 },
    );
  });
});
