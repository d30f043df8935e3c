import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { genesisHash } from '../../storage/port.ts';
import { resultKeyHash } from '../../delivery/sessions/personal.ts';
import { heldMs } from '../../delivery/sessions/reopen.ts';
import { PlayedSession } from '../../delivery/sessions/played-session.suite.ts';
import { type Rooms, civic41, openRooms, oralTest, satCivic, satOral } from './example.suite.ts';
import { performanceId } from '../rating/performances-of.ts';

const id = { tenant: 'agii', id: 's1' };
let rooms: Rooms;
beforeEach(async () => {
  rooms = await openRooms();
});
afterEach(() => rooms.close());

const types = async (): Promise<unknown[]> =>
  (await rooms.storage.journal.read({ ...id, kind: 'result' })).flatMap(({ events }) => events.map(({ type }) => type));

describe('MO', () => {
  it('is released at the close of the session; the release is pending on its commit', async () => {
    await rooms.keep(id, satCivic({ values: 9, practical: 20 }));
    const told: unknown[] = [];
    await rooms.work((session, version) => {
      told.push([session, version]);
      return Promise.resolve();
    });
    expect(await types()).toEqual(['attended', 'released']);
    expect(told).toEqual([[id, 2]]);
    expect((await rooms.results.load(id)).state?.released?.result).toMatchObject({
      outcome: 'pass',
      score: 29,
      max: 41,
    });
    expect(await rooms.ratings.queue('agii', 'an')).toEqual({ waiting: 0, ratedByMe: 0 });
  });
  it('however often and at once it is concluded, it is released once', async () => {
    await rooms.keep(id, satCivic({ values: 9, practical: 20 }));
    await Promise.all(Array.from({ length: 6 }, () => rooms.results.conclude(id)));
    await rooms.results.attended(id);
    await rooms.work();
    expect(await types()).toEqual(['attended', 'released']);
  });
});

describe('a result that the two scorers do not agree on', () => {
  it('is not released; it says where they differ, and is released once they agree', async () => {
    rooms.curves.set('L3', { slope: 1.2, difficulty: 0.5 });
    await rooms.keep(id, satOral([true, true, true, false, true]));
    await rooms.work();
    await rooms.rateAll('agii', () => ({ TA: 4, RA: 4 }));
    await rooms.work();
    await rooms.results.conclude(id);
    expect(await types()).toEqual(['attended', 'provisional', 'held-back']);
    const members = (await rooms.results.load(id)).state?.heldBack?.differences.map(({ member }) => member);
    expect(members).toEqual(expect.arrayContaining(['listening.theta', 'listening.scale']));
    rooms.curves.set('L3', { slope: 1.2, difficulty: 0 });
    await rooms.results.conclude(id);
    expect(await types()).toEqual(['attended', 'provisional', 'held-back', 'released']);
    expect((await rooms.results.recompute(id))?.assured).toEqual([]);
  });
  it('nor is one whose item has no parameters in the pinned releases', async () => {
    rooms.curves.delete('L2');
    await rooms.keep(id, satOral([true, true, true, true, true]));
    await rooms.work();
    await rooms.rateAll('agii', () => ({ TA: 5, RA: 5 }));
    await rooms.work();
    expect((await rooms.results.load(id)).state?.heldBack?.differences).toMatchObject([{ member: 'evidence' }]);
  });
});

const failed = (): never => {
  throw new Error('not released');
};

describe('NT2 oral', () => {
  it('opens a performance for each task, blind, and is released with its last rating', async () => {
    const played = satOral([true, true, true, true, true]);
    await rooms.keep(id, played);
    await rooms.work();
    expect(await types()).toEqual(['attended', 'provisional']);
    expect((await rooms.ratings.queue('agii', 'an')).waiting).toBe(2);
    const first = await rooms.ratings.claimNext('agii', 'an');
    expect(first).toMatch(/^[0-9a-f]{32}$/);
    expect(first).not.toContain('s1');
    await rooms.ratings.handle(
      { tenant: 'agii', id: first ?? '' },
      { type: 'rate', by: 'an', scores: { TA: 5, RA: 5 } },
    );
    await rooms.work();
    expect((await rooms.results.load(id)).state?.released).toBeUndefined();
    expect(await rooms.rateAll('agii', () => ({ TA: 5, RA: 5 }))).toBe(1);
    let told = 0;
    await rooms.work(() => {
      told += 1;
      return Promise.resolve();
    });
    expect(await types()).toEqual(['attended', 'provisional', 'released']);
    expect(told).toBe(1);
    expect((await rooms.results.load(id)).state?.released?.result).toMatchObject({ outcome: 'pass', level: 'B1' });
  });
  it('is recomputed, also where it does not say which severities of raters it was decided with', async () => {
    await rooms.keep(id, satOral([true, true, true, true, true]));
    await rooms.work();
    await rooms.rateAll('agii', () => ({ TA: 5, RA: 5 }));
    await rooms.work();
    const { severities, ...ofBefore } = (await rooms.results.load(id)).state?.released?.result ?? failed();
    expect(severities).toBe(1);
    expect((await rooms.results.recompute(id))?.differs).toEqual([]);
    await rooms.results.handle(id, {
      type: 'correct',
      result: ofBefore,
      by: 'office',
      reason: 'as it was kept before',
    });
    expect((await rooms.results.recompute(id))?.differs).toEqual([]);
    const unknown = { ...ofBefore, severities: 9 };
    await rooms.results.handle(id, { type: 'correct', result: unknown, by: 'office', reason: 'of another house' });
    await expect(rooms.results.recompute(id)).rejects.toMatchObject({ code: 'unknown-severity' });
  });
  it('a performance holds what was recorded, and what was not', async () => {
    const played = satOral([true, false, true, false, true]);
    await rooms.keep(id, played);
    await rooms.work();
    const { state } = await rooms.ratings.load(performanceId(id, played.now, 'S1'));
    expect(state?.performance).toMatchObject({
      session: 's1',
      task: 'S1',
      item: 'T1',
      criteria: ['TA', 'RA'],
      turns: [
        { turn: 0, durationMs: 4000 },
        { turn: 1, durationMs: 4000 },
      ],
    });
    expect(state?.performance.dueAt.slice(0, 10)).toBe('2026-12-07');
  });
  it('a kill after any step loses nothing: what is pending is applied again', async () => {
    await rooms.keep(id, satOral([true, true, true, true, true]));
    // The consequence applied, the mark not yet cleared: it comes again.
    await rooms.results.conclude(id);
    await rooms.work();
    expect(await rooms.rateAll('agii', () => ({ TA: 4, RA: 'NR' }))).toBe(2);
    await rooms.results.conclude(id);
    await rooms.work();
    expect(await types()).toEqual(['attended', 'provisional', 'released']);
    expect(await rooms.storage.journal.pending(10)).toEqual([]);
  });
});

describe('without a decision', () => {
  it('a session ended half-way is void, and nothing of it is rated', async () => {
    const played = new PlayedSession(oralTest).begin().toFirstPart();
    played.run({ type: 'end', by: 'toezichter', reason: 'ziek' });
    const held = { ...id, id: 'held' };
    await rooms.keep(held, played);
    await rooms.work();
    expect((await rooms.results.load(held)).state?.released).toBeUndefined();
    played.ms += heldMs;
    played.run({ type: 'settle-close' });
    await rooms.keep(id, played);
    await rooms.work();
    expect((await rooms.results.load(id)).state?.released?.result).toMatchObject({ outcome: 'void', parts: [] });
    expect((await rooms.ratings.queue('agii', 'an')).waiting).toBe(0);
  });
  it('who never came has no result', async () => {
    const played = new PlayedSession(civic41);
    const { events } = satCivic({ values: 0, practical: 0 });
    const registered = events.filter(({ type }) => type === 'registered');
    played.events.push(...registered, {
      type: 'closed',
      schema: 1,
      at: '2026-11-23T10:00:00.000Z',
      by: 'toezichter',
      reason: 'ended',
    });
    await rooms.storage.journal.append(
      { ...id, kind: 'session' },
      {
        expectedVersion: 0,
        previousHash: genesisHash,
        at: rooms.now(),
        events: JSON.parse(JSON.stringify(played.events)),
        pending: [{ kind: 'session-closed', data: {} }],
      },
    );
    await rooms.work();
    expect(await types()).toEqual([]);
    expect(await rooms.results.byKey('resultkey')).toBeUndefined();
  });
  it('an open session and an unknown one conclude nothing', async () => {
    await rooms.keep(id, new PlayedSession(civic41).begin().toFirstPart());
    await rooms.results.conclude(id);
    await rooms.results.conclude({ tenant: 'agii', id: 'nobody' });
    expect(await types()).toEqual([]);
  });
});

describe("the receipt's key", () => {
  it('leads to the result from attendance on, whatever the agency, and is kept only hashed', async () => {
    await rooms.keep(id, satCivic({ values: 9, practical: 20 }, { resultKeyHash: resultKeyHash('k-7f3a91') }));
    await rooms.results.attended(id);
    expect(await rooms.results.byKey('k-7f3a91')).toMatchObject({ id, result: { state: { session: 's1' } } });
    expect(await rooms.results.byKey('k-7f3a92')).toBeUndefined();
    expect(await rooms.results.byKey('')).toBeUndefined();
    expect(resultKeyHash('k-7f3a91')).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('recomputation', () => {
  it.each([0, 1, 2, 3, 4, 5])('agrees bit for bit: oral, every score %i', async (score) => {
    await rooms.keep(id, satOral([true, score > 2, true, false, score > 4]));
    await rooms.work();
    await rooms.rateAll('agii', (task) => ({ TA: score, RA: task === 'S1' ? 'NR' : score }));
    await rooms.work();
    expect(await rooms.results.recompute(id)).toMatchObject({ differs: [] });
  });
  it('agrees bit for bit: MO', async () => {
    await rooms.keep(id, satCivic({ values: 7, practical: 22 }));
    expect(await rooms.results.recompute(id)).toBeUndefined();
    await rooms.work();
    expect(await rooms.results.recompute(id)).toMatchObject({ differs: [], recorded: { outcome: 'pass' } });
  });
  it('names what was recorded otherwise', async () => {
    await rooms.keep(id, satCivic({ values: 8, practical: 20 }));
    await rooms.results.attended(id);
    const { version, hash } = await rooms.results.load(id);
    const result = {
      outcome: 'pass',
      test: 'mo',
      testDate: '2026-11-23',
      regime: { id: 'mo-70-2026', validFrom: '2026-01-01', title: {} },
      engine: '1.0.0',
      score: 29,
      max: 41,
      conditions: [],
      parts: [],
    };
    await rooms.storage.journal.append(
      { ...id, kind: 'result' },
      {
        expectedVersion: version,
        previousHash: hash,
        at: rooms.now(),
        events: [{ type: 'released', schema: 1, at: rooms.now(), result }],
      },
    );
    expect((await rooms.results.recompute(id))?.differs).toEqual(
      expect.arrayContaining(['outcome', 'score', 'conditions']),
    );
  });
});
