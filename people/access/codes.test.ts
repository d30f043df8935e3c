import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Instant, toInstant } from '../../storage/document/instant.ts';
import { openLmdb } from '../../storage/lmdb/open.ts';
import type { Storage } from '../../storage/port.ts';
import { installation } from '../agencies/agency.ts';
import {
  type AdmissionCodes,
  type CodeBringer,
  admissionCodes,
  formatCode,
  makeCode,
  normaliseCode,
  useCode,
} from './codes.ts';

const hours = 3_600_000;
const issued = Date.parse('2026-11-27T08:00:00.000Z');
const at = (ms: number): Instant => toInstant(issued + ms);
const nowhere: CodeBringer = { seat: undefined, isWaiting: () => Promise.resolve(false) };
const pushed = { tenant: 'x', session: 'one', admits: true, by: 'ann@x' } as const;

describe('admission codes', () => {
  let folder = '';
  let storage: Storage;
  let codes: AdmissionCodes;
  let drawn = 0;
  /** Never the same bytes twice. */
  const random = (bytes: number): Uint8Array => new Uint8Array(bytes).fill((drawn += 1));
  const make = (): Promise<string> => makeCode(codes, random, pushed, at(0));

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'meetlat-codes-'));
    storage = await openLmdb({ directory: folder });
    codes = await storage.collection(admissionCodes);
  });
  afterAll(async () => {
    await storage.close();
    await rm(folder, { recursive: true });
  });

  it('leads to its session, with what was said when it was made', async () => {
    expect(await useCode(codes, await make(), at(1), nowhere)).toMatchObject(pushed);
  });

  it('is good once', async () => {
    const code = await make();
    const both = await Promise.all([useCode(codes, code, at(1), nowhere), useCode(codes, code, at(1), nowhere)]);
    expect(both.filter((used) => used !== undefined)).toHaveLength(1);
    expect(await useCode(codes, code, at(2), nowhere)).toBeUndefined();
  });

  it.each([
    ['printed, to the last moment of its day', false, 24 * hours, true],
    ['printed, not a moment longer', false, 24 * hours + 1, false],
    ['pushed to a seat, two minutes', true, 120_000, true],
    ['pushed to a seat, not a moment longer', true, 120_001, false],
  ])('is good for its time: %s', async (_, admits, after, isGood) => {
    const code = await makeCode(codes, random, { ...pushed, admits }, at(0));
    expect((await useCode(codes, code, at(after), nowhere)) !== undefined).toBe(isGood);
  });

  it.each([
    ['brought by the seat it was pushed to', 'seat-1', ['seat-1'], true],
    ['brought by another seat', 'seat-2', ['seat-1', 'seat-2'], false],
    ['brought by no seat', undefined, ['seat-1'], false],
    ['when its seat is gone', 'seat-1', ['seat-2'], false],
  ])('pushed to a seat dies with it: %s', async (_, seat, waiting, isGood) => {
    const code = await makeCode(codes, random, { ...pushed, seat: 'seat-1' }, at(0));
    const bringer = { seat, isWaiting: (id: string) => Promise.resolve(waiting.includes(id)) };
    expect((await useCode(codes, code, at(1), bringer)) !== undefined).toBe(isGood);
  });

  it('is unknown when nobody made it, or when a character is missing', async () => {
    const code = await make();
    expect(await useCode(codes, formatCode('zzzzzzzzzzzzz'), at(1), nowhere)).toBeUndefined();
    expect(await useCode(codes, code.slice(0, -1), at(1), nowhere)).toBeUndefined();
    expect(await useCode(codes, `${code}0`, at(1), nowhere)).toBeUndefined();
  });

  it('may be typed with spaces and capitals, o for 0 and i or l for 1', async () => {
    expect(normaliseCode(' O1iL-aBcd ')).toBe('0111abcd');
    const code = await make();
    expect(await useCode(codes, code.toUpperCase().replace(/-/g, ' '), at(1), nowhere)).toMatchObject(pushed);
  });

  it('has 65 bits, in groups that a person can type', async () => {
    expect(await make()).toMatch(/^[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{5}$/);
  });

  it('is not to be read from the storage', async () => {
    const code = normaliseCode(await make());
    const kept = JSON.stringify(await codes.get({ tenant: installation, id: code }));
    expect(kept).toBeUndefined();
  });
});
