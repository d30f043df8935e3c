import { describe, expect, it } from 'vitest';
import { Renewal } from './renewal.ts';

function stage(reloadedFor?: string) {
  const told: string[] = [];
  let kept = (): void => {};
  const renewal = new Renewal({
    reloadedFor,
    reload: (protocol) => told.push(`reload ${protocol ?? 'again'}`),
    after: (ms, call) => {
      told.push(`after ${ms}`);
      call();
    },
    keepAll: () => {
      told.push('keep');
      return new Promise<void>((resolve) => {
        kept = resolve;
      });
    },
    onwaiting: () => told.push('waiting'),
  });
  return { told, renewal, kept: () => kept() };
}

describe('a page that is too old', () => {
  it('is reloaded once, when everything is kept', async () => {
    const { told, renewal, kept } = stage();
    const [done] = [renewal.outdated('2'), renewal.outdated('2')];
    expect(told).toEqual(['keep']);
    kept();
    await done;
    expect(told).toEqual(['keep', 'reload 2']);
  });

  it('is not reloaded while something lives on it alone', async () => {
    const { told, renewal, kept } = stage();
    const ends = [renewal.hold(), renewal.hold()];
    const done = renewal.outdated('2');
    kept();
    await done;
    ends[0]?.();
    expect(told).toEqual(['keep']);
    ends[1]?.();
    expect(told).toEqual(['keep', 'reload 2']);
  });

  it('is not reloaded because something ended, when it is not too old or not kept yet', () => {
    const { told, renewal } = stage();
    renewal.hold()();
    void renewal.outdated('2');
    renewal.hold()();
    expect(told).toEqual(['keep']);
  });

  it('waits when it was reloaded for that version already, and not when for another', async () => {
    for (const [before, after] of [
      ['2', ['keep', 'waiting', 'after 30000', 'reload again']],
      ['1', ['keep', 'reload 2']],
    ] as const) {
      const { told, renewal, kept } = stage(before);
      const done = renewal.outdated('2');
      kept();
      await done;
      expect(told).toEqual(after);
    }
  });
});
