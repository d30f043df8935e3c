import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { choiceItem } from '../../item-bank/releases/pinned-test.ts';
import { amended, amendedFurther, isAmended, noAmendment } from './amendment.ts';
import { type Rooms, civic41, openRooms, satCivic, satOral } from './example.suite.ts';

const id = { tenant: 'agii', id: 's1' };
const itemIds = [...civic41.items.values()].flatMap((item) => (item.kind === 'choice' ? [item.id] : []));

describe('an amendment', () => {
  const one = fc.constantFrom(...itemIds);
  const amendment = fc.record({
    without: fc.uniqueArray(one, { maxLength: 4 }),
    keys: fc.dictionary(one, fc.integer({ min: 0, max: 2 }), { maxKeys: 4 }),
  });
  it('after another says what counts: no item is both out and keyed anew', () => {
    fc.assert(
      fc.property(amendment, amendment, (first, second) => {
        const { without, keys } = amendedFurther(first, amendedFurther(noAmendment, second));
        expect(without.filter((item) => Object.hasOwn(keys, item))).toEqual([]);
        for (const item of second.without) expect(without).toContain(item);
      }),
    );
  });
  it('of other items, or of one that was not scored, changes nothing', () => {
    const { now } = satCivic({ values: 9, practical: 20 });
    const unscored = now.items.find(({ scored }) => !scored)?.item.id ?? '';
    expect(isAmended(now, { without: ['elsewhere'], keys: {} })).toBe(false);
    expect(isAmended(now, { without: [unscored], keys: {} })).toBe(false);
    expect(amended(now, { without: [], keys: { toString: 1 } })).toEqual(now);
    const [item] = now.items;
    if (item === undefined) throw new Error('no items');
    const lost = { ...now, items: [{ ...item, category: null }] };
    expect(amended(lost, { without: [], keys: { [item.item.id]: 0 } })).toEqual(lost);
  });
});

describe('a result that is scored anew', () => {
  let rooms: Rooms;
  beforeEach(async () => {
    rooms = await openRooms();
  });
  afterEach(() => rooms.close());
  /** Released; the ids of the questions that were answered right, or wrong. */
  const released = async (values: number, practical: number): Promise<{ right: string[]; wrong: string[] }> => {
    const played = satCivic({ values, practical });
    await rooms.keep(id, played);
    await rooms.work();
    const of = (category: number): string[] =>
      played.now.items.filter((item) => item.scored && item.category === category).map(({ item }) => item.id);
    return { right: of(1), wrong: of(0) };
  };
  const amendment = (change: Partial<typeof noAmendment>) => ({ amendment: { ...noAmendment, ...change } });

  it('without a question that was answered wrong, a fail becomes a pass', async () => {
    const { wrong } = await released(11, 17);
    const rescored = await rooms.results.rescore(id, amendment({ without: wrong.slice(0, 2) }));
    expect(rescored).toMatchObject({
      before: { outcome: 'fail', score: 28, max: 41 },
      result: { outcome: 'pass', score: 28, max: 39 },
      isByHand: false,
      assured: [],
    });
  });
  it('with another key counts the answers that were given', async () => {
    const {
      right: [item = ''],
    } = await released(9, 20);
    const { key } = choiceItem(civic41, item);
    const rescored = await rooms.results.rescore(id, amendment({ keys: { [item]: (key + 1) % 3 } }));
    expect(rescored).toMatchObject({ before: { score: 29 }, result: { outcome: 'fail', score: 28, max: 41 } });
    expect(rescored?.assured).toEqual([]);
  });
  it('under another regime of its family', async () => {
    await released(8, 25);
    const rescored = await rooms.results.rescore(id, { ...amendment({}), regime: 'mo-2026' });
    expect(rescored).toMatchObject({ before: { outcome: 'pass' }, result: { outcome: 'fail' }, assured: [] });
  });
  it('an adaptive part is estimated anew over the same questions', async () => {
    await rooms.keep(id, satOral([true, true, true, true, false]));
    await rooms.work();
    await rooms.rateAll('agii', () => ({ TA: 4, RA: 4 }));
    await rooms.work();
    const rescored = await rooms.results.rescore(id, amendment({ without: ['L5'] }));
    const listening = (content: { readonly parts: readonly { readonly theta?: number }[] } | undefined) =>
      content?.parts[0]?.theta ?? Number.NaN;
    expect(listening(rescored?.result)).not.toBe(listening(rescored?.before));
    expect(rescored?.assured).toEqual([]);
  });
  it('is none where nothing is released, the questions were others, or it was annulled', async () => {
    expect(await rooms.results.rescore(id, amendment({ without: ['A1-0'] }))).toBeUndefined();
    await released(9, 20);
    expect(await rooms.results.rescore(id, amendment({ without: ['elsewhere'] }))).toBeUndefined();
    expect(await rooms.results.rescore(id, { ...amendment({}), regime: 'nt2-oral-b1' })).toBeUndefined();
    await rooms.results.handle(id, { type: 'annul', by: 'office', reason: 'another person sat the test' });
    expect(await rooms.results.rescore(id, amendment({ without: ['A1-0'] }))).toBeUndefined();
  });
  it('corrected by it is recomputed by it ever after, also once it is amended further', async () => {
    const { wrong } = await released(11, 17);
    const bad = wrong.slice(0, 3);
    for (const item of bad) {
      const rescored = await rooms.results.rescore(id, amendment({ without: [item] }));
      if (rescored?.result === undefined) throw new Error('not decided');
      await rooms.results.handle(id, {
        type: 'correct',
        ...{ result: rescored.result, by: 'office', reason: 'a bad question', amendment: rescored.amendment },
      });
      expect(await rooms.results.recompute(id)).toMatchObject({ differs: [], assured: [] });
    }
    expect((await rooms.results.load(id)).state?.released).toMatchObject({
      result: { score: 28, max: 38 },
      amendment: { without: [...bad].sort() },
      isByHand: false,
    });
  });
  it("says that a result is a person's word", async () => {
    await released(9, 20);
    const result = (await rooms.results.load(id)).state?.released?.result;
    if (result === undefined) throw new Error('not released');
    await rooms.results.handle(id, { type: 'correct', result: { ...result, score: 30 }, by: 'office', reason: 'x' });
    expect(await rooms.results.rescore(id, amendment({ without: ['A1-0'] }))).toMatchObject({ isByHand: true });
  });
});
