import { describe, expect, it } from 'vitest';
import { toInstant } from '../../storage/document/instant.ts';
import { openLmdb } from '../../storage/lmdb/open.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type DoneByStaff,
  type StaffDay,
  StaffLog,
  decideStaffAct,
  doneBy,
  evolveStaffDay,
  isAsked,
  isAskedDay,
  joinMs,
  mostItemsADay,
} from './staff-log.ts';

const noon = Date.parse('2026-11-28T11:00:00Z');
const heard = doneBy('recording-heard', 'eva@agii', 'p1/0');

/** What is written of an act, so many ms after noon. */
function writer() {
  let day: StaffDay = { recent: new Map(), items: new Map() };
  return (done: DoneByStaff, ms: number): number => {
    const acts = decideStaffAct(day, done, toInstant(noon + ms), 0);
    for (const act of acts) day = evolveStaffDay(day, act);
    return acts.length;
  };
}

describe('an act of the staff', () => {
  it('is one, however many pieces a player fetches; after a while it is another', () => {
    const written = writer();
    expect(written(heard, 0)).toBe(1);
    expect(written(heard, joinMs - 1)).toBe(0);
    expect(written(doneBy('recording-heard', 'eva@agii', 'p1/1'), 1)).toBe(1);
    expect(written(doneBy('recording-heard', 'bo@agii', 'p1/0'), 1)).toBe(1);
    expect(written(heard, joinMs)).toBe(1);
  });
  it('that changes something is written each time', () => {
    const written = writer();
    const login = doneBy('logged-in', 'eva@agii');
    expect([written(login, 0), written(login, 1), written(login, 2)]).toEqual([1, 1, 1]);
  });
  it('is looked for by kind, by whoever did it and by what it was done to', () => {
    const act = { ...doneBy('account-locked', 'an@agii', 'bo@agii'), schema: 1, at: toInstant(noon) } as const;
    expect(isAsked({}, act)).toBe(true);
    expect(isAsked({ type: 'account-locked', account: 'bo@agii' }, act)).toBe(true);
    expect(isAsked({ account: 'an@agii' }, act)).toBe(true);
    expect(isAsked({ account: 'eva@agii' }, act)).toBe(false);
    expect(isAsked({ type: 'logged-in' }, act)).toBe(false);
    expect(
      ['2026-11-27', '2026-11-28', '2026-11-29'].map((day) => isAskedDay({ from: day, to: day }, '2026-11-28')),
    ).toEqual([false, true, false]);
  });
});

it('a flood of refused log-ins is a line a minute with its number, whatever is tried; days are apart', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'meetlat-staff-log-'));
  const storage = await openLmdb({ directory: folder });
  let ms = noon;
  const log = new StaffLog({ journal: storage.journal, now: () => toInstant(ms) });
  const refused = doneBy('login-refused', 'eva@agii');
  await Promise.all(Array.from({ length: 500 }, () => log.record('agii', refused)));
  await log.record('agii', doneBy('login-refused', undefined));
  ms += joinMs;
  await log.record('agii', refused);
  await log.record('agii', refused);
  expect(await log.of('agii', '2026-11-28')).toMatchObject([
    { type: 'login-refused', by: 'eva@agii' },
    { type: 'login-refused' },
    { type: 'login-refused', by: 'eva@agii', joined: 499 },
  ]);
  ms += 24 * 3_600_000;
  await log.record('agii', heard);
  expect(await log.days('agii')).toEqual(['2026-11-29', '2026-11-28']);
  expect(await log.days('other')).toEqual([]);
  await storage.close();
  await rm(folder, { recursive: true });
});

it('an account reads so many items with their key a day, each as often as it likes; the next day as many', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'meetlat-staff-log-'));
  const storage = await openLmdb({ directory: folder });
  let ms = noon;
  const log = new StaffLog({ journal: storage.journal, now: () => toInstant(ms) });
  for (let n = 1; n <= mostItemsADay; n += 1)
    expect(await log.readItem('agii', 'ot@agii', `b/${n}`)).toBe(mostItemsADay - n);
  expect(await log.readItem('agii', 'ot@agii', 'b/1')).toBe(0);
  expect(await log.readItem('agii', 'ot@agii', 'b/more')).toBeUndefined();
  expect(await log.readItem('agii', 'ot@agii', 'b/more')).toBeUndefined();
  expect(await log.readItem('agii', 'ann@agii', 'b/more')).toBe(mostItemsADay - 1);
  // One of several is meant: whichever was read today.
  expect(await log.readItem('agii', 'ot@agii', 'b/more', 'b/else', 'b/2')).toBe(0);
  expect(await log.readItem('agii', 'ot@agii', 'b/more', 'b/else')).toBeUndefined();
  // Another process knows it from the stream.
  const beside = new StaffLog({ journal: storage.journal, now: () => toInstant(ms) });
  expect(await beside.readItem('agii', 'ot@agii', 'b/other')).toBeUndefined();
  const acts = await log.of('agii', '2026-11-28');
  expect(acts.filter(({ type }) => type === 'item-refused')).toMatchObject([{ by: 'ot@agii' }]);
  expect(acts.filter(({ type, by }) => type === 'item-read' && by === 'ot@agii')).toHaveLength(mostItemsADay);
  ms += 24 * 3_600_000;
  expect(await log.readItem('agii', 'ot@agii', 'b/more')).toBe(mostItemsADay - 1);
  await storage.close();
  await rm(folder, { recursive: true });
});
