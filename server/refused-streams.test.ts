import { describe, expect, it } from 'vitest';
import { CorruptStorage, StorageUnavailable } from '../storage/port.ts';
import { refusing } from './refusing.ts';
import { RefusedStreams } from './refused-streams.ts';

const stream = (id: string) => ({ tenant: 'agii', kind: 'session', id });
const damaged = (why: string) => () => Promise.reject(new CorruptStorage('session agii/s1', why));

describe('a stream that was changed past the program', () => {
  it('is named once for what is wrong with it, counted, and stops no other', async () => {
    const told: object[] = [];
    const { refusedStreams: refused } = refusing({ error: (one: object) => told.push(one) });
    for (let second = 0; second < 3; second += 1) {
      expect(await refused.unlessDamaged(stream('s1'), damaged('forged'))).toBeUndefined();
      expect(await refused.unlessDamaged(stream('s2'), () => Promise.resolve('read'))).toBe('read');
    }
    expect(told).toMatchObject([{ stream: 'session agii/s1' }]);
    expect(refused.count).toBe(1);
    await refused.unlessDamaged(stream('s1'), damaged('cut'));
    expect(told).toHaveLength(2);
    await refused.unlessDamaged(stream('s1'), () => Promise.resolve('put right'));
    expect(refused.count).toBe(0);
  });

  it('is not what is told where the storage does not answer', async () => {
    const refused = new RefusedStreams(() => undefined);
    const silent = () => Promise.reject(new StorageUnavailable('no answer'));
    await expect(refused.unlessDamaged(stream('s1'), silent)).rejects.toThrow(StorageUnavailable);
    expect(refused.count).toBe(0);
  });
});
