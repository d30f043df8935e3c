import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toInstant } from '../../storage/document/instant.ts';
import { jsonObject } from '../../storage/document/json.ts';
import { openLmdb } from '../../storage/lmdb/open.ts';
import { type Storage, genesisHash } from '../../storage/port.ts';
import type { TypedTexts } from '../../people/candidates/typed-text.ts';
import type { Knows } from './acquaintance.ts';
import { leaseMs } from './decide.ts';
import { type RatingPorts, type RatingQueue, Ratings, ratingQueue } from './run.ts';
import type { Performance } from './rating.ts';
import type { HasHeardEnough } from './share-of-hearings.ts';

let [directory, nowMs] = ['', 0];
let storage: Storage;
let projection: RatingQueue;
let ports: RatingPorts;
let ratings: Ratings;
const now = (): string => toInstant(nowMs);
/** Whom an examiner knows, by the session. */
let known: Readonly<Record<string, string>> = {};
const knows: Knows = (_, account, { session }) => Promise.resolve(known[account] === session);
/** Examiners who have heard as much of a session as one may. */
let full: Readonly<Record<string, string>> = {};
const hasHeardEnough: HasHeardEnough = (_, account, { performance: { session } }) =>
  Promise.resolve(full[account] === session);
/** Reversible, and nothing more: the real one has its own tests. */
const typed: Pick<TypedTexts, 'read' | 'seal'> = {
  seal: (tenant, person, text) =>
    Promise.resolve(`p1.${Buffer.from(`${nowMs} ${tenant} ${person} ${text}`).toString('base64url')}`),
  read: (_tenant, _person, kept) =>
    Promise.resolve(
      kept.startsWith('p1.') ? Buffer.from(kept.slice(3), 'base64url').toString().split(' ').slice(3).join(' ') : kept,
    ),
};
const performance = (task: string, session = 's1'): Performance => ({
  session,
  person: 'c1',
  task,
  item: 'T1',
  release: { nt2: 'r1' },
  criteria: ['TA', 'RA'],
  turns: [{ turn: 0, upload: 'u0' }],
  dueAt: now(),
});
const rate = (id: string, by: string) =>
  ratings.handle({ tenant: 'agii', id }, { type: 'rate', by, scores: { TA: 4, RA: 3 } });
const open = async (...ids: readonly string[]): Promise<void> => {
  for (const id of ids) {
    nowMs += 1;
    await ratings.open({ tenant: 'agii', id }, performance(id));
  }
};
const rows = async () =>
  (
    await Promise.all(
      (['waiting', 'claimed', 'rated'] as const).map((status) =>
        projection.find('agii', { index: 'status', equal: [status] }),
      ),
    )
  ).flatMap(({ documents }) => documents.map(({ id, value }) => ({ id, ...value })));

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'meetlat-rating-'));
  nowMs = Date.parse('2026-11-23T09:00:00.000Z');
  storage = await openLmdb({ directory });
  projection = await storage.collection(ratingQueue);
  known = {};
  full = {};
  ports = { journal: storage.journal, queued: projection, now, knows, hasHeardEnough, typed };
  ratings = new Ratings(ports);
});
afterEach(async () => {
  await storage.close();
  await rm(directory, { recursive: true });
});

describe('claims', () => {
  it('gives the oldest first, and the same one to the same examiner', async () => {
    await open('p2', 'p1');
    expect(await ratings.claimNext('agii', 'an')).toBe('p2');
    expect(await ratings.claimNext('agii', 'an')).toBe('p2');
    expect(await ratings.current('agii', 'an')).toBe('p2');
    expect(await ratings.claimNext('agii', 'bo')).toBe('p1');
    expect(await ratings.claimNext('agii', 'cem')).toBeUndefined();
    expect(await ratings.claimNext('other-agency', 'cem')).toBeUndefined();
  });
  it('gives a second hearing to somebody else, and keeps who rated the first', async () => {
    await open('p1');
    await ratings.claimNext('agii', 'an');
    await rate('p1', 'an');
    const ask = { hearing: 2, why: 'fail', probability: 0.02, regime: 'r', severities: 1, engine: '1' } as const;
    for (let n = 0; n < 2; n += 1) await ratings.handle({ tenant: 'agii', id: 'p1' }, { type: 'ask', ask });
    expect(await ratings.queue('agii', 'an')).toMatchObject({ waiting: 1, ratedByMe: 1 });
    expect(await ratings.claimNext('agii', 'an')).toBeUndefined();
    full = { bo: 's1' };
    expect(await ratings.claimNext('agii', 'bo')).toBeUndefined();
    expect(await ratings.claimNext('agii', 'cem')).toBe('p1');
    expect(await ratings.current('agii', 'cem')).toBe('p1');
    await rate('p1', 'cem');
    expect(await ratings.queue('agii', 'an')).toEqual({ waiting: 0, ratedByMe: 1 });
    expect(await ratings.queue('agii', 'cem')).toEqual({ waiting: 0, ratedByMe: 1 });
    const before = await rows();
    expect(before.map(({ id, by }) => [id, by])).toEqual([
      ['p1', 'an'],
      ['p1.2', 'cem'],
    ]);
    for (const { id, revision } of await projection.every()) await projection.remove({ tenant: 'agii', id }, revision);
    expect(await ratings.rebuild('agii', async (_, run) => void (await run()))).toBe(1);
    expect(await rows()).toEqual(before);
  });
  it('passes over one that was changed past the program, and says so', async () => {
    await open('p1', 'p2');
    const told: string[] = [];
    const desk = new Ratings({ ...ports, damaged: ({ id }) => told.push(id) });
    expect(await desk.claimNext('agii', 'an')).toBe('p1');
    const stream = { tenant: 'agii', kind: 'rating', id: 'p1' };
    const { hash: previousHash = genesisHash, version: expectedVersion = 0 } =
      (await storage.journal.read(stream)).at(-1) ?? {};
    const events = [{ type: 'made-up', schema: 1 }];
    await storage.journal.append(stream, { expectedVersion, previousHash, at: now(), events });
    expect(await desk.claimNext('agii', 'an')).toBe('p2');
    nowMs += leaseMs + 1;
    expect(await desk.claimNext('agii', 'bo')).toBe('p2');
    expect(new Set(told)).toEqual(new Set(['p1']));
  });
  it("gives each performance to one of many examiners who ask at once, from several processes' handles", async () => {
    const ids = Array.from({ length: 10 }, (_, n) => `p${n}`);
    await open(...ids);
    const desks = Array.from({ length: 14 }, () => new Ratings(ports));
    const claims = await Promise.all(desks.map((desk, n) => desk.claimNext('agii', `examiner-${n}`)));
    expect(claims.filter((id) => id !== undefined).sort()).toEqual(ids);
    for (const [n, id] of claims.entries())
      if (id !== undefined) expect((await ratings.load({ tenant: 'agii', id })).state?.claim?.by).toBe(`examiner-${n}`);
  });
  it('ten examiners, fifty requests at once: twenty performances are rated once each, nobody holds two', async () => {
    const ids = Array.from({ length: 20 }, (_, n) => `p${String(n).padStart(2, '0')}`);
    await open(...ids);
    const desks = Array.from({ length: 5 }, () => new Ratings(ports));
    const examiners = Array.from({ length: 10 }, (_, n) => `examiner-${n}`);
    const done: string[] = [];
    while (done.length < ids.length) {
      // The same examiner on five pages: all of them show one performance.
      const claims = await Promise.all(
        desks.flatMap((desk) =>
          examiners.map(async (by): Promise<[string, string | undefined]> => [by, await desk.claimNext('agii', by)]),
        ),
      );
      const held = new Map<string, Set<string>>();
      for (const [by, id] of claims) if (id !== undefined) held.set(by, (held.get(by) ?? new Set<string>()).add(id));
      const given = [...held.values()].flatMap((one) => [...one]);
      for (const one of held.values()) expect(one.size).toBe(1);
      expect(new Set(given).size).toBe(given.length);
      expect(given.filter((id) => done.includes(id))).toEqual([]);
      expect(given.length).toBe(10);
      expect(await ratings.queue('agii', 'nobody')).toMatchObject({ waiting: ids.length - done.length - given.length });
      await Promise.all([...held].flatMap(([by, one]) => [...one].map((id) => rate(id, by))));
      done.push(...given);
    }
    expect([...done].sort()).toEqual(ids);
    expect((await storage.journal.pending(100)).length).toBe(20);
    for (const id of ids)
      expect(
        (await storage.journal.read({ tenant: 'agii', kind: 'rating', id }))
          .flatMap(({ events }) => events)
          .filter(({ type }) => type === 'rated'),
      ).toHaveLength(1);
  });
  it('a lease that is over frees the performance; who held it can rate no more', async () => {
    await open('p1');
    await ratings.claimNext('agii', 'an');
    nowMs += leaseMs - 1;
    expect(await ratings.claimNext('agii', 'bo')).toBeUndefined();
    nowMs += 2;
    expect(await ratings.current('agii', 'an')).toBeUndefined();
    expect((await ratings.queue('agii', 'bo')).waiting).toBe(1);
    expect(await ratings.claimNext('agii', 'bo')).toBe('p1');
    await expect(rate('p1', 'an')).rejects.toMatchObject({ code: 'lease-lost' });
    await rate('p1', 'bo');
  });
  it('whoever knows the person is given the next one, and keeps nothing that was claimed before', async () => {
    // More than one page of the queue.
    const ids = Array.from({ length: 60 }, (_, n) => `p${String(n).padStart(2, '0')}`);
    await open(...ids);
    nowMs += 1;
    await ratings.open({ tenant: 'agii', id: 'q1' }, performance('q1', 's2'));
    expect(await ratings.claimNext('agii', 'an')).toBe('p00');
    known = { an: 's1', bo: 's1' };
    await expect(rate('p00', 'an')).rejects.toMatchObject({ code: 'knows-the-person' });
    expect(await ratings.claimNext('agii', 'bo')).toBe('q1');
    known = { ...known, cem: 's1' };
    expect(await ratings.claimNext('agii', 'cem')).toBeUndefined();
    expect((await ratings.queue('agii', 'cem')).waiting).toBe(59);
  });
  it('a renewed lease lasts from then on; one given back is free at once', async () => {
    await open('p1');
    await ratings.claimNext('agii', 'an');
    nowMs += leaseMs - 1;
    await ratings.handle({ tenant: 'agii', id: 'p1' }, { type: 'renew', by: 'an' });
    nowMs += leaseMs - 1;
    expect(await ratings.current('agii', 'an')).toBe('p1');
    await ratings.handle({ tenant: 'agii', id: 'p1' }, { type: 'give-back', by: 'an' });
    expect(await ratings.claimNext('agii', 'bo')).toBe('p1');
  });
});

describe('ratings', () => {
  it('leave the conclusion pending on the commit, once, however often they are submitted', async () => {
    await open('p1');
    await ratings.claimNext('agii', 'an');
    await Promise.all([rate('p1', 'an'), rate('p1', 'an'), rate('p1', 'an')]);
    await rate('p1', 'an');
    expect((await storage.journal.pending(10)).map(({ stream, consequences }) => [stream.id, consequences])).toEqual([
      ['p1', [{ kind: 'performance-rated', data: { session: 's1' } }]],
    ]);
    expect(await ratings.queue('agii', 'an')).toEqual({ waiting: 0, ratedByMe: 1 });
  });
  it('have a remark as ciphertext, and know it again when it is submitted twice', async () => {
    await open('p1');
    await ratings.claimNext('agii', 'an');
    const remark = 'zij zegt dat zij Amina heet';
    const submit = (said: string) =>
      ratings.handle({ tenant: 'agii', id: 'p1' }, { type: 'rate', by: 'an', scores: { TA: 4, RA: 3 }, remark: said });
    const { ratings: all } = await submit(remark);
    expect(await typed.read('agii', 'c1', all[0]?.remark ?? '')).toBe(remark);
    nowMs += 1;
    await submit(remark);
    await expect(submit('another')).rejects.toMatchObject({ code: 'already-rated' });
    const commits = await storage.journal.read({ tenant: 'agii', kind: 'rating', id: 'p1' });
    expect(commits.map(({ bytes }) => Buffer.from(bytes).toString()).join('')).not.toContain('Amina');
  });
  it('with a remark in clear, as an earlier version recorded it, are known again', async () => {
    const stream = { tenant: 'agii', kind: 'rating', id: 'old' } as const;
    const head = { schema: 1, at: now() } as const;
    const rated = { type: 'rated', ...head, by: 'an', scores: { TA: 4, RA: 3 }, remark: 'ruis' };
    const events = [{ type: 'opened', ...head, performance: jsonObject(performance('old')) }, rated];
    await storage.journal.append(stream, { expectedVersion: 0, previousHash: genesisHash, at: now(), events });
    const again = { type: 'rate', by: 'an', scores: { TA: 4, RA: 3 }, remark: 'ruis' } as const;
    expect((await ratings.handle(stream, again)).ratings[0]?.remark).toBe('ruis');
  });
  it('opening again changes nothing', async () => {
    await open('p1');
    await ratings.claimNext('agii', 'an');
    await open('p1');
    expect((await ratings.load({ tenant: 'agii', id: 'p1' })).version).toBe(2);
    expect(await ratings.current('agii', 'an')).toBe('p1');
  });
  it('an unknown performance is refused, and nothing is written', async () => {
    await expect(ratings.handle({ tenant: 'agii', id: 'nobody' }, { type: 'claim', by: 'an' })).rejects.toMatchObject({
      code: 'unknown-performance',
    });
    expect(await storage.journal.streams('agii', 'rating')).toEqual([]);
  });
  it('an event of another schema is named, not skipped', async () => {
    await storage.journal.append(
      { tenant: 'agii', kind: 'rating', id: 'later' },
      { expectedVersion: 0, previousHash: genesisHash, at: now(), events: [{ type: 'opened', schema: 2 }] },
    );
    await expect(ratings.load({ tenant: 'agii', id: 'later' })).rejects.toMatchObject({ code: 'unreadable-event' });
  });
});

describe('the projection', () => {
  it('can be made anew from the streams', async () => {
    await open('p1', 'p2', 'p3');
    await ratings.claimNext('agii', 'an');
    await rate('p1', 'an');
    await ratings.claimNext('agii', 'bo');
    const before = await rows();
    for (const { id } of before) {
      const stored = await projection.get({ tenant: 'agii', id });
      if (stored !== undefined) await projection.remove(stored, stored.revision);
    }
    expect(await ratings.claimNext('agii', 'cem')).toBeUndefined();
    expect(await ratings.rebuild('agii', (_stream, work) => work())).toBe(3);
    expect(await rows()).toEqual(before);
  });
  it('when stale, is put right by whoever looks, and never gives a performance twice', async () => {
    await open('p1', 'p2');
    const stale = await projection.get({ tenant: 'agii', id: 'p1' });
    await ratings.claimNext('agii', 'an');
    const present = await projection.get({ tenant: 'agii', id: 'p1' });
    // As after a kill between the commit and the projection.
    if (stale !== undefined && present !== undefined) await projection.replace(present, present.revision, stale.value);
    expect(await ratings.claimNext('agii', 'bo')).toBe('p2');
    expect((await projection.get({ tenant: 'agii', id: 'p1' }))?.value).toMatchObject({ status: 'claimed', by: 'an' });
  });
  it('holds nothing of the candidate', async () => {
    await open('p1');
    const text = JSON.stringify(await rows());
    for (const secret of ['c1', 's1', 'u0']) expect(text).not.toContain(`"${secret}"`);
  });
});
