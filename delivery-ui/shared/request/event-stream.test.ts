import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { followEvents, readEvents } from './event-stream.ts';

const stream = 'retry: 2000\n\n: beat\n\nevent: changed\ndata: {"version":3}\n\nevent: fenced\ndata: {}\n\n';

describe('server-sent events', () => {
  it('reads names and data, and passes over comments', () => {
    expect(readEvents(stream)).toEqual({
      events: [
        { name: 'changed', data: { version: 3 } },
        { name: 'fenced', data: {} },
      ],
      rest: '',
    });
  });

  it('reads the same however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: stream.length }), { maxLength: 8 }), (cuts) => {
        const places = [0, ...cuts.toSorted((a, b) => a - b), stream.length];
        let rest = '';
        const events = places.slice(1).flatMap((end, index) => {
          const read = readEvents(rest + stream.slice(places[index], end));
          rest = read.rest;
          return read.events;
        });
        expect(events).toEqual(readEvents(stream).events);
      }),
    );
  });

  it('passes over what is no JSON', () => expect(readEvents('event: changed\ndata: nonsense\n\n').events).toEqual([]));
});

it('a line that is silent from the start, too, is taken for dead and tried again', async () => {
  let tries = 0;
  vi.stubGlobal('fetch', (_path: string, { signal }: RequestInit) => {
    tries += 1;
    return new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted'))));
  });
  const stop = followEvents(
    { path: 'candidate/session/events', onevent: () => {} },
    {
      ...{ monotonicMs: () => 0, wallMs: () => 0, random: () => 0.5, makeId: () => 'none' },
      after: (_ms, call) => {
        const timer = setTimeout(call, 0);
        return () => clearTimeout(timer);
      },
    },
  );
  await vi.waitFor(() => expect(tries).toBeGreaterThan(2));
  stop();
  vi.unstubAllGlobals();
});
