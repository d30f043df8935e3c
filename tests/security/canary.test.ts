/**
 * Secrecy (I6): everything a candidate can reach during whole sessions is searched for what must never be there: keys,
 * rationales, difficulties, authors' option order, item ids, names of media files, texts that must be heard.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServerProcess } from '../server-process.ts';
import { Candidate, Staff } from '../session-client.ts';

const bank = join(import.meta.dirname, '../../demonstration/bank');
const read = async <T>(name: string): Promise<T[]> => JSON.parse(await readFile(join(bank, name), 'utf8'));

interface ListeningSource {
  id: string;
  rationale: string;
  stimulus: { text: string }[];
  options: { text: string; picture?: string }[];
}
interface CivicSource {
  id: string;
  rationale: string;
  source: string;
}

let server: ServerProcess;
let invigilator: Staff;
const seen: { from: string; text: string }[] = [];

/**
 * Notes everything that comes back: address, headers, body as text (bytes as latin1, so that nothing hides in a clip).
 */
function watchFetch(): void {
  const original = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const response = await original(input, init);
    const copy = response.clone();
    const path = String(input instanceof Request ? input.url : input);
    const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
    const isStream = (response.headers.get('content-type') ?? '').includes('event-stream');
    seen.push({
      from: path,
      text: `${path}\n${headers}\n${isStream ? '' : Buffer.from(await copy.arrayBuffer()).toString('latin1')}`,
    });
    return response;
  };
}

beforeAll(async () => {
  server = await ServerProcess.start();
  invigilator = await Staff.login(server.url, await server.account('invigilator'));
});
afterAll(() => server.dispose());

async function crawlPages(): Promise<void> {
  const done = new Set<string>();
  const queue = [
    '/',
    '/result/',
    '/check/',
    '/invigilator/',
    '/examiner/',
    '/designer/',
    '/api/v1/openapi.json',
    '/.well-known/jwks.json',
    '/health',
  ];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (done.has(path)) continue;
    done.add(path);
    const response = await fetch(`${server.url}${path}`);
    if (!response.ok) continue;
    const text = await response.text();
    for (const [, link] of text.matchAll(/["'(]((?:\.{0,2}\/)?[\w./-]+\.(?:js|css|json|map|svg|mp3))["')]/g))
      if (link !== undefined) queue.push(new URL(link, `${server.url}${path}`).pathname);
    if (path.endsWith('.js')) queue.push(`${path}.map`);
  }
}

async function fetchMedia(candidate: Candidate, view: unknown): Promise<void> {
  for (const [, handle] of JSON.stringify(view).matchAll(/"(m[0-9a-f]{24})"/g))
    await candidate.request(`/media/${handle}`).then((response) => response.arrayBuffer());
}

async function sitOral(): Promise<void> {
  const candidate = await Candidate.admitted(invigilator);
  let view = await candidate.toFirstPart();
  while (view.screen.name === 'listening-item') {
    const { item } = view.screen;
    const played = await candidate.ask({ kind: 'play', handle: item.handle });
    await fetchMedia(candidate, played.view);
    ({ view } = await candidate.ask(
      { kind: 'answer', handle: item.handle, option: item.options[0]?.handle ?? '' },
      { kind: 'next', handle: item.handle },
    ));
  }
  ({ view } = await candidate.ask({ kind: 'start-part' }));
  await fetchMedia(candidate, view);
  await candidate.speak(view);
  const stream = await candidate.request('/session/events');
  const first = await stream.body?.getReader().read();
  seen.push({ from: 'sse', text: Buffer.from(first?.value ?? []).toString() });
}

async function sitCivic(): Promise<void> {
  const candidate = await Candidate.admitted(invigilator, { test: 'mo', language: 'en', contactLanguage: 'en' });
  let view = await candidate.toFirstPart();
  const total = view.screen.name === 'linear-item' ? view.screen.total : 0;
  for (let position = 1; position <= total; position += 1) {
    ({ view } = await candidate.ask({ kind: 'go', position }));
    await fetchMedia(candidate, view);
  }
  await candidate.ask({ kind: 'go', position: 0 }, { kind: 'submit' });
}

describe('nothing secret reaches a candidate', () => {
  it('in two whole sessions, all pages, scripts, headers, clips and streams', async () => {
    watchFetch();
    await crawlPages();
    const staff = seen.length;
    await sitOral();
    await sitCivic();
    expect(seen.length - staff).toBeGreaterThan(150);
    const listening = [
      ...(await read<ListeningSource>('listening/a1.json')),
      ...(await read<ListeningSource>('listening/a2-announcements.json')),
      ...(await read<ListeningSource>('listening/a2-dialogues.json')),
      ...(await read<ListeningSource>('listening/b1.json')),
    ];
    const civic = [
      ...(await read<CivicSource>('mo/values.json')),
      ...(await read<CivicSource>('mo/practical-1.json')),
      ...(await read<CivicSource>('mo/practical-2.json')),
    ];
    const canaries = [
      ...listening.flatMap(({ id, rationale, stimulus }) => [
        id,
        rationale,
        ...stimulus.map(({ text }) => text).filter((text) => text.length > 25),
      ]),
      ...civic.flatMap(({ id, rationale }) => [id, rationale]),
    ];
    const names = [
      '"key"',
      '"rationale"',
      '"difficulty"',
      '"theta"',
      '"standardError"',
      '"optionOrder"',
      '"choice"',
      '"category"',
      '"enemies"',
      '"seed"',
      '"rule":',
      '"scored"',
      'lookFor',
    ];
    const latin = (text: string): string => Buffer.from(text).toString('latin1');
    const leaks: string[] = [];
    const candidatesOwn = seen.filter(({ from }) => from === 'sse' || from.includes('/api/v1/candidate/'));
    for (const { from, text } of seen)
      for (const canary of canaries)
        if (text.includes(canary) || text.includes(latin(canary))) leaks.push(`${from}: ${canary}`);
    for (const { from, text } of candidatesOwn)
      for (const name of names) if (text.includes(name)) leaks.push(`${from}: ${name}`);
    expect(leaks).toEqual([]);
  }, 180_000);
});
