/** rescore and annul against a data folder that a server wrote: two MO results of it are a pass and a fail. */
import { beforeEach, describe, expect, it } from 'vitest';
import { oldData } from '../../tests/fixtures/old-data.ts';
import { accounts } from '../../people/staff/account.ts';
import { choiceItem } from '../../item-bank/releases/pinned-test.ts';
import { now } from '../machine.ts';
import { inRooms, meetlat, useOldFolder } from './called.suite.ts';

const { 'mo-passed': sessionPassed, 'mo-failed': sessionFailed } = oldData('lmdb').sessions;
const [passed, failed] = [sessionPassed.session, sessionFailed.session];
/** Three accounts of the folder; the last one is locked. */
let [first, second, locked] = ['', '', ''];

useOldFolder();
beforeEach(async () => {
  await inRooms(async (_, { storage }) => {
    const all = await storage.collection(accounts);
    const [one, two, three] = await all.every();
    if (one === undefined || two === undefined || three === undefined) throw new Error('too few accounts');
    [first, second, locked] = [one.id, two.id, three.id];
    await all.replace(three, three.revision, { ...three.value, lockedAt: now() });
  });
});
/** Questions of a session that were answered right, or wrong. */
const questions = (session: string, category: 0 | 1): Promise<string[]> =>
  inRooms(async ({ sessions }) => {
    const loaded = await sessions.load({ tenant: 'demo', id: session });
    return (loaded?.state.items ?? [])
      .filter((item) => item.scored && item.category === category)
      .map(({ item }) => item.id);
  });
const counting = (session: string) =>
  inRooms(async ({ results }) => (await results.load({ tenant: 'demo', id: session })).state);

describe('rescore', () => {
  it('lists every decision that would change, and writes nothing', async () => {
    const wrong = await questions(failed, 0);
    const before = await counting(failed);
    const { code, lines } = await meetlat('rescore', '--without', wrong.join(','));
    expect(code).toBe(0);
    expect(lines).toMatch(new RegExp(`^(RAISED|HOGER) +${failed} {2}fail, .*→ pass, `, 'm'));
    expect(await counting(failed)).toEqual(before);
  });
  it('carries out what rises as corrections that are recomputed ever after', async () => {
    const wrong = await questions(failed, 0);
    const out = ['--carry-out', '--by', first, '--reason', 'bad questions'];
    const { lines } = await meetlat('rescore', '--without', wrong.join(','), ...out);
    expect(lines).toMatch(/(carried out|uitgevoerd): \d+/);
    expect(await counting(failed)).toMatchObject({ corrections: 1, released: { result: { outcome: 'pass' } } });
    expect((await meetlat('recompute', failed)).code).toBe(0);
  });
  it('what falls waits, until a second account signs for it', async () => {
    const right = await questions(passed, 1);
    const keys = await inRooms(async ({ sessions }, { pinnedTest }) => {
      const loaded = await sessions.load({ tenant: 'demo', id: passed });
      if (loaded === undefined) throw new Error('no session');
      const test = pinnedTest(loaded.state.terms);
      return right.map((item) => `${item}=${'ABC'[(choiceItem(test, item).key + 1) % 3] ?? ''}`).join(',');
    });
    const out = ['rescore', '--key', keys, '--carry-out', '--by', first, '--reason', 'wrong keys'] as const;
    expect((await meetlat(...out)).code).toBe(1);
    expect(await counting(passed)).toMatchObject({ corrections: 0, released: { result: { outcome: 'pass' } } });
    await expect(meetlat(...out, '--downward')).rejects.toMatchObject({ key: 'rescore.two-persons' });
    await meetlat(...out, '--downward', '--confirmed-by', second);
    expect(await counting(passed)).toMatchObject({ corrections: 1, released: { result: { outcome: 'fail' } } });
  });
  it("never replaces a person's correction", async () => {
    await inRooms(async ({ results }) => {
      const id = { tenant: 'demo', id: failed };
      const result = (await results.load(id)).state?.released?.result;
      if (result === undefined) throw new Error('not released');
      await results.handle(id, { type: 'correct', result: { ...result, score: 27 }, by: 'office', reason: 'appeal' });
    });
    const wrong = await questions(failed, 0);
    await meetlat('rescore', '--without', wrong.join(','), '--carry-out', '--by', first, '--reason', 'bad questions');
    expect(await counting(failed)).toMatchObject({ corrections: 1, released: { result: { score: 27 } } });
  });
  it.each<[string, string, () => string[]]>([
    ['nothing asked', 'rescore.nothing-asked', () => []],
    ['an unknown item', 'rescore.unknown-item', () => ['--without', 'nowhere']],
    ['a key that is no letter', 'rescore.bad-key', () => ['--key', 'L-A1-001=9']],
    ['one item out and keyed', 'rescore.both', () => ['--key', 'L-A1-001=A', '--without', 'L-A1-001']],
    ['an unknown regime', 'rescore.unknown-regime', () => ['--regime', 'mo-1900']],
    ['nobody who signs', 'rescore.no-grounds', () => ['--regime', 'mo-2026', '--carry-out']],
    [
      'an unknown account',
      'signatories.unknown',
      () => ['--regime', 'mo-2026', '--carry-out', '--by', 'nobody@demo', '--reason', 'x'],
    ],
    [
      'a locked account',
      'signatories.unknown',
      () => ['--regime', 'mo-2026', '--carry-out', '--by', locked, '--reason', 'x'],
    ],
  ])('refuses %s', async (_, key, argv) => {
    await expect(meetlat('rescore', ...argv())).rejects.toMatchObject({ key });
  });
});

describe('annul', () => {
  it('takes a result back once two people sign', async () => {
    const why = ['--reason', 'another person sat the test'];
    await expect(meetlat('annul', passed, '--by', first, ...why)).rejects.toMatchObject({ key: 'annul.no-grounds' });
    const twice = ['--by', first, '--confirmed-by', first, ...why];
    await expect(meetlat('annul', passed, ...twice)).rejects.toMatchObject({ key: 'signatories.same' });
    const signed = ['--by', first, '--confirmed-by', second, ...why];
    expect((await meetlat('annul', passed, ...signed)).code).toBe(0);
    expect(await counting(passed)).toMatchObject({ annulled: { by: first } });
    await expect(meetlat('annul', passed, ...signed)).rejects.toMatchObject({ key: 'annul.refused' });
  });
  it('knows no result of a session that is not there', async () => {
    const signed = ['--by', first, '--confirmed-by', second, '--reason', 'x'];
    await expect(meetlat('annul', 'nobody', ...signed)).rejects.toMatchObject({ key: 'recompute.unknown-session' });
  });
});
