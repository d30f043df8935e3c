import { describe, expect, it } from 'vitest';
import { toInstant } from './document/instant.ts';
import { leases, releaseLease, renewLease, takeLease } from './journal/lease.ts';
import { pendingLease, workPending } from './journal/pending.ts';
import type { Origin } from './journal/origin.ts';
import { UnknownConsequence, takeUpSetAside } from './journal/set-aside.ts';
import type { Consequence } from './port.ts';
import { after, first } from './port.journal.suite.ts';
import type { Bench } from './port.suite.ts';

export function pendingSuite({ storage, tenant }: Bench): void {
  let epochMs = Date.parse('2026-11-23T09:00:00.000Z');
  const now = () => toInstant(epochMs);
  const terms = (holder: string) => ({ holder, lifeMs: 10_000 });
  const consequence = (n: number): Consequence => ({ kind: 'rate', data: { n } });

  describe('a lease', () => {
    it('is held by one of many, renewed by its holder, free when given back or expired', async () => {
      const collection = await storage().collection(leases);
      const name = `job of ${tenant()}`;
      const taken = (
        await Promise.all(Array.from({ length: 10 }, (_, n) => takeLease(collection, name, terms(`p${n}`), now())))
      ).flatMap((lease) => lease ?? []);
      expect(taken).toHaveLength(1);
      const [lease] = taken;
      if (lease === undefined) throw new Error('nobody has it');
      expect(await takeLease(collection, name, terms('other'), now())).toBeUndefined();
      const renewed = await renewLease(collection, lease, terms(lease.value.holder), now());
      expect(renewed?.revision).toBe(2);
      expect(await renewLease(collection, lease, terms(lease.value.holder), now())).toBeUndefined();
      epochMs += 10_001;
      const stolen = await takeLease(collection, name, terms('other'), now());
      expect(stolen?.value.holder).toBe('other');
      if (renewed !== undefined) await releaseLease(collection, renewed);
      expect(await takeLease(collection, name, terms('third'), now())).toBeUndefined();
      if (stolen !== undefined) await releaseLease(collection, stolen);
      expect(await takeLease(collection, name, terms('third'), now())).toBeDefined();
    });
  });

  describe('pending work', () => {
    it('is kept in order within a stream, and cleared once', async () => {
      const { journal } = storage();
      const stream = { tenant: tenant(), kind: 'session', id: 's1' };
      const one = await journal.append(stream, first([{ type: 'a' }], [consequence(1), consequence(2)]));
      const two = await journal.append(stream, after(one, [{ type: 'b' }], [consequence(3)]));
      await journal.append(stream, after(two, [{ type: 'c' }]));
      const mine = async () => (await journal.pending(10_000)).filter((work) => work.stream.tenant === stream.tenant);
      expect(await mine()).toEqual([
        { stream, version: 1, consequences: [consequence(1), consequence(2)] },
        { stream, version: 2, consequences: [consequence(3)] },
      ]);
      await journal.clearPending(stream, 1);
      await journal.clearPending(stream, 1);
      expect((await mine()).map(({ version }) => version)).toEqual([2]);
      expect((await journal.read(stream)).map(({ version }) => version)).toEqual([1, 2, 3]);
      await journal.clearPending(stream, 2);
    });

    it('is applied and cleared; a failure keeps it and what follows in its stream, the others pass', async () => {
      const { journal } = storage();
      const agency = tenant();
      const [bad, good] = [
        { tenant: agency, kind: 'session', id: 'bad' },
        { tenant: agency, kind: 'session', id: 'good' },
      ];
      const one = await journal.append(bad, first([{}], [consequence(1)]));
      await journal.append(bad, after(one, [{}], [consequence(2)]));
      await journal.append(good, first([{}], [consequence(3)]));
      const applied: unknown[] = [];
      let broken = true;
      const work = () =>
        workPending({
          storage: storage(),
          lease: { ...terms('worker'), now },
          apply: async ({ data }, origin) => {
            if (origin.stream.tenant !== agency) return;
            if (broken && data['n'] === 1) throw new Error('not now');
            applied.push([data['n'], origin.stream.id, origin.version, origin.position]);
            await Promise.resolve();
          },
        });
      const step = await work();
      expect(step.failed.map(({ stream, version }) => [stream.id, version])).toEqual([['bad', 1]]);
      expect(applied).toEqual([[3, 'good', 1, 0]]);
      broken = false;
      expect((await work()).cleared).toBe(2);
      expect(applied.slice(1)).toEqual([
        [1, 'bad', 1, 0],
        [2, 'bad', 2, 0],
      ]);
      expect((await journal.pending(10_000)).filter(({ stream }) => stream.tenant === agency)).toEqual([]);
    });

    it('of a kind that nobody knows is set aside: it blocks nothing, and is taken up when it is known', async () => {
      const { journal } = storage();
      const agency = tenant();
      const stream = { tenant: agency, kind: 'session', id: 's1' };
      const strange: Consequence = { kind: 'a kind of next year', data: { n: 7 } };
      const one = await journal.append(stream, first([{}], [strange, consequence(1)]));
      await journal.append(stream, after(one, [{}], [consequence(2)]));
      const applied: unknown[] = [];
      const applyUnless =
        (unknown: string) =>
        ({ kind, data }: Consequence, origin: Origin): Promise<void> => {
          if (kind === unknown) return Promise.reject(new UnknownConsequence(kind));
          if (origin.stream.tenant === agency) applied.push(data['n']);
          return Promise.resolve();
        };
      const work = () =>
        workPending({ storage: storage(), lease: { ...terms('worker'), now }, apply: applyUnless(strange.kind) });
      expect((await work()).setAside).toEqual([
        { origin: { stream, version: 1, position: 0 }, consequence: strange, at: now() },
      ]);
      expect(applied).toEqual([1, 2]);
      expect((await work()).setAside).toEqual([]);
      expect((await journal.pending(10_000)).filter((left) => left.stream.tenant === agency)).toEqual([]);
      expect(await takeUpSetAside(storage(), applyUnless(strange.kind))).toBe(0);
      expect(await takeUpSetAside(storage(), applyUnless(''))).toBe(1);
      expect(applied).toEqual([1, 2, 7]);
      expect(await takeUpSetAside(storage(), applyUnless(''))).toBe(0);
    });

    it('of a stream that is postponed waits, and the others pass', async () => {
      const { journal } = storage();
      const agency = tenant();
      for (const id of ['bad', 'good'])
        await journal.append({ tenant: agency, kind: 'session', id }, first([{}], [consequence(1)]));
      const applied: string[] = [];
      const work = (postponed: string) =>
        workPending({
          storage: storage(),
          lease: { ...terms('worker'), now },
          isPostponed: ({ tenant: of, id }) => of !== agency || id === postponed,
          apply: (_, { stream }) => Promise.resolve(void applied.push(stream.id)),
        });
      expect(await work('bad')).toMatchObject({ cleared: 1, failed: [] });
      expect(await work('')).toMatchObject({ cleared: 1 });
      expect(applied).toEqual(['good', 'bad']);
    });

    it('is left alone while another process has the lease', async () => {
      const collection = await storage().collection(leases);
      const held = await takeLease(collection, pendingLease, terms('other'), now());
      const work = () =>
        workPending({ storage: storage(), lease: { ...terms('worker'), now }, apply: () => Promise.resolve() });
      expect(await work()).toEqual({ leased: false, cleared: 0, setAside: [], failed: [] });
      if (held !== undefined) await releaseLease(collection, held);
      expect((await work()).leased).toBe(true);
    });

    it('stops when the lease was lost on the way', async () => {
      const { journal } = storage();
      const agency = tenant();
      for (const id of ['a', 'b'])
        await journal.append({ tenant: agency, kind: 'session', id }, first([{}], [consequence(1)]));
      const collection = await storage().collection(leases);
      const step = await workPending({
        storage: storage(),
        lease: { ...terms('slow'), now },
        apply: async () => {
          epochMs += 10_001;
          await takeLease(collection, pendingLease, terms('next'), now());
        },
      });
      expect(step.cleared).toBe(1);
      epochMs += 10_001;
      await workPending({ storage: storage(), lease: { ...terms('next'), now }, apply: () => Promise.resolve() });
    });
  });
}
