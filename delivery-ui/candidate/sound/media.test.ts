import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Surroundings } from '../../shared/surroundings.ts';
import { Media } from './media.ts';

const waits: number[] = [];
const surroundings: Surroundings = {
  monotonicMs: () => 0,
  wallMs: () => 0,
  random: () => 1,
  makeId: () => '0',
  after: (ms, call) => {
    waits.push(ms);
    queueMicrotask(call);
    return () => undefined;
  },
};
/** What the server says, reply after reply; the last one again and again. */
function server(...replies: readonly (() => Response | Promise<Response>)[]) {
  let asked = 0;
  const fetching = vi.fn(() => Promise.resolve(replies[Math.min(asked++, replies.length - 1)]?.() ?? Response.error()));
  vi.stubGlobal('fetch', fetching);
  return fetching;
}
const clip = (): Response => new Response(new Blob(['sound']), { headers: { 'content-type': 'audio/mpeg' } });
const problem = (status: number) => (): Response =>
  new Response(JSON.stringify({ code: 'x', status }), {
    status,
    headers: { 'content-type': 'application/problem+json' },
  });
const cut = (): Response =>
  new Response(new ReadableStream({ start: (stream) => stream.error(new Error('the line is cut')) }));

afterEach(() => {
  vi.unstubAllGlobals();
  waits.length = 0;
});

describe('a clip', () => {
  it('that is cut off or that the server fails to send is asked for again, with growing waits', async () => {
    const fetching = server(cut, problem(503), clip);
    expect(await (await new Media('token', surroundings).fetch('m1')).text()).toBe('sound');
    expect(fetching).toHaveBeenCalledTimes(3);
    expect(waits).toEqual([300, 600]);
  });

  it('that is not there is not asked for again at once, and is later', async () => {
    const fetching = server(problem(404), clip);
    const media = new Media('token', surroundings);
    await expect(media.fetch('m1')).rejects.toMatchObject({ status: 404 });
    expect(fetching).toHaveBeenCalledTimes(1);
    expect(await (await media.fetch('m1')).text()).toBe('sound');
  });

  it('that never comes is given up after four tries', async () => {
    const fetching = server(problem(500));
    await expect(new Media('token', surroundings).fetch('m1')).rejects.toMatchObject({ status: 500 });
    expect(fetching).toHaveBeenCalledTimes(4);
  });

  it('that was heard is kept: hearing it again waits for nothing', async () => {
    const fetching = server(clip);
    const media = new Media('token', surroundings);
    await media.fetch('m1');
    await media.fetch('m1');
    expect(fetching).toHaveBeenCalledTimes(1);
  });
});
