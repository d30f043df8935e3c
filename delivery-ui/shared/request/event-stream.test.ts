import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEvents } from './event-stream.ts';

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
