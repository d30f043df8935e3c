/** Events that an earlier version wrote are read, of every kind of stream; what nobody knows is named. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unpackLmdb } from '../../tests/fixtures/old-data.ts';
import type { JsonObject } from '../../storage/document/json.ts';
import { type StreamKind, eventsOf } from '../../storage/journal/stream.ts';
import { openLmdb } from '../../storage/lmdb/open.ts';
import { everyStream } from '../../storage/pages.ts';
import { type Storage, installationTenant } from '../../storage/port.ts';
import { bankStream } from '../../item-bank/releases/run.ts';
import { sessionStream } from '../../delivery/sessions/run.ts';
import { ratingStream } from '../rating/run.ts';
import { resultStream } from './run.ts';

let directory: string;
let storage: Storage;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'meetlat-recorded-'));
  unpackLmdb(directory);
  storage = await openLmdb({ directory });
});
afterAll(async () => {
  await storage.close();
  await rm(directory, { recursive: true });
});

/** What is read of every stream of a kind, and what `write` would record of it, next to what is recorded. */
async function readAll<State, Event extends { readonly type: string }>(
  kind: StreamKind<State, Event>,
  tenant: string,
): Promise<{ readonly types: ReadonlySet<string>; readonly streams: number }> {
  const types = new Set<string>();
  let streams = 0;
  for await (const id of everyStream(storage.journal, tenant, kind.kind)) {
    streams += 1;
    let state: State | undefined;
    for (const commit of await storage.journal.read({ tenant, kind: kind.kind, id })) {
      const events = eventsOf(kind, commit);
      expect(events.map((event) => kind.write?.(event) ?? event)).toEqual(commit.events);
      for (const event of events) {
        types.add(event.type);
        state = kind.evolve(state, event, commit.version);
      }
    }
    expect(state).toBeDefined();
  }
  return { types, streams };
}

describe('events of an earlier version', () => {
  it('of sessions', async () => {
    const { types, streams } = await readAll(sessionStream, 'demo');
    expect(streams).toBeGreaterThan(8);
    expect([...types]).toEqual(
      expect.arrayContaining(['registered', 'item-presented', 'form-scored', 'recording-sealed', 'closed']),
    );
  });
  it('of ratings', async () => {
    const { types } = await readAll(ratingStream, 'demo');
    expect([...types]).toEqual(expect.arrayContaining(['opened', 'claimed', 'rated']));
  });
  it('of results', async () => {
    const { types } = await readAll(resultStream, 'demo');
    expect([...types].sort()).toEqual(['attended', 'provisional', 'released']);
  });
  it('of banks', async () => {
    const { types } = await readAll(bankStream, installationTenant);
    expect([...types].sort()).toEqual(['release-published', 'release-put-in-force']);
  });
});

const head = { schema: 1, at: '2026-11-27T09:00:00.000Z' };
it('a claim given back keeps its recorded name', () => {
  const recorded = { ...head, type: 'released', by: 'an' };
  expect(ratingStream.read(recorded)).toEqual({ ...recorded, type: 'returned' });
  expect(ratingStream.write?.(ratingStream.read(recorded))).toEqual(recorded);
});

const kinds: readonly { readonly kind: string; readonly read: (event: JsonObject) => object }[] = [
  sessionStream,
  ratingStream,
  resultStream,
  bankStream,
];
describe.each(kinds)('of a $kind', ({ read }) => {
  it.each<[string, JsonObject]>([
    ['an unknown type', { ...head, type: 'forgotten' }],
    ['the name of a member of every object', { ...head, type: 'toString' }],
    ['no type', head],
  ])('%s is not read', (_, event) => {
    expect(() => read(event)).toThrow();
  });
});
it.each<[string, (event: JsonObject) => object, JsonObject]>([
  ['session', sessionStream.read, { ...head, type: 'moved', position: 1 }],
  ['rating', ratingStream.read, { ...head, type: 'rated', by: 'an', scores: { TA: 3 } }],
  ['result', resultStream.read, { ...head, type: 'annulled', by: 'office', reason: 'another person' }],
])('an event of a %s with another schema, a member missing or one too many is not read', (_, read, event) => {
  expect(read(event)).toEqual(event);
  expect(() => read({ ...event, schema: 2 })).toThrow('schema');
  expect(() => read({ ...event, at: undefined })).toThrow('at');
  expect(() => read({ ...event, added: true })).toThrow('added');
});
