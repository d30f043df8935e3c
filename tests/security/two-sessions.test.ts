/**
 * Two people who sit one test side by side: nothing that one is sent helps the other. Order of the options, handles and
 * the bytes of the clips differ; a clip that gets out says whose it was.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CandidateView } from '../../server/api/candidate/protocol.ts';
import { ServerProcess } from '../server-process.ts';
import { Candidate, Staff } from '../session-client.ts';

let server: ServerProcess;
let invigilator: Staff;
const sessions: { readonly candidate: Candidate; readonly texts: string[][]; readonly handles: Set<string> }[] = [];

const handlesIn = (view: CandidateView): string[] =>
  [...JSON.stringify(view).matchAll(/"([a-z][0-9a-f]{24})"/g)].map(([, handle]) => handle ?? '');

/** Walks through the whole form and notes the options of each item in the order in which they are shown. */
async function walk(candidate: Candidate): Promise<(typeof sessions)[number]> {
  let view = await candidate.toFirstPart();
  const [texts, handles]: [string[][], Set<string>] = [[], new Set()];
  const total = view.screen.name === 'linear-item' ? view.screen.total : 0;
  for (let position = 1; position <= total; position += 1) {
    ({ view } = await candidate.ask({ kind: 'go', position }));
    for (const handle of handlesIn(view)) handles.add(handle);
    if (view.screen.name === 'linear-item') texts.push(view.screen.item.options.map(({ text }) => text ?? ''));
  }
  return { candidate, texts, handles };
}

beforeAll(async () => {
  server = await ServerProcess.start();
  invigilator = await Staff.login(server.url, await server.account('invigilator'));
  for (let n = 0; n < 2; n += 1) sessions.push(await walk(await Candidate.admitted(invigilator, { test: 'mo' })));
}, 120_000);
afterAll(() => server?.dispose());

const pair = () => {
  const [one, other] = sessions;
  if (one === undefined || other === undefined) throw new Error('two sessions are needed');
  return { one, other };
};
const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** The clip of the practice question, which everybody hears. */
async function clipsOf({ candidate, handles }: (typeof sessions)[number]): Promise<Uint8Array[]> {
  const clips: Uint8Array[] = [];
  for (const handle of handles) {
    const response = await candidate.request(`/media/${handle}`);
    if (response.headers.get('content-type') === 'audio/mpeg') clips.push(new Uint8Array(await response.arrayBuffer()));
    else await response.arrayBuffer();
  }
  return clips;
}

describe('two sessions of one test', () => {
  it('have no handle in common', () => {
    const { one, other } = pair();
    expect(one.handles.size).toBeGreaterThan(40);
    expect([...one.handles].filter((handle) => other.handles.has(handle))).toEqual([]);
  });
  it('show the options of the items that they share in orders of their own', () => {
    const { one, other } = pair();
    const sorted = (texts: string[]): string => [...texts].sort().join('|');
    const known = new Map(other.texts.map((texts) => [sorted(texts), texts]));
    const shared = one.texts.filter((texts) => known.has(sorted(texts)));
    expect(shared.length).toBeGreaterThan(3);
    const alike = shared.filter((texts) => known.get(sorted(texts))?.join('|') === texts.join('|'));
    expect(alike.length).toBeLessThan(shared.length);
  });
  it('have no clip of the same bytes or length, and one fetched twice is the same', async () => {
    const { one, other } = pair();
    const [first, again, second] = [await clipsOf(one), await clipsOf(one), await clipsOf(other)];
    expect(first.length).toBeGreaterThan(20);
    expect(first.map(hash)).toEqual(again.map(hash));
    const theirs = new Set(second.map(hash));
    expect(first.map(hash).filter((one) => theirs.has(one))).toEqual([]);
  }, 60_000);
  it('can be told apart by a clip that got out', async () => {
    const { one } = pair();
    const clip = (await clipsOf(one)).find(({ length }) => length > 20_000);
    if (clip === undefined) throw new Error('no clip is long enough');
    const file = join(server.folder, 'overheard.mp3');
    await writeFile(file, clip);
    const child = spawn(process.execPath, [join(import.meta.dirname, '../../bin/meetlat.mjs'), 'leak', file], {
      env: { PATH: process.env['PATH'] ?? '', MEETLAT_NO_BUILD: '1', MEETLAT_DATA: server.folder },
    });
    let output = '';
    child.stdout.on('data', (data: Buffer) => {
      output += data.toString();
    });
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
    expect(output.trim().split('\n')).toEqual([expect.stringContaining(`demo/${one.candidate.session} `)]);
  }, 60_000);
});
