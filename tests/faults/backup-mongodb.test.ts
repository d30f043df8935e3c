/**
 * Backups of a MongoDB database while people sit tests, and back into an empty one: whole and verified, or not opened.
 * Who was erased is in no byte of a backup made after, and unreadable in an older one that is restored with newer keys.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestMongo, hasMongo, startMongo } from '../mongo.ts';
import { inFolder } from '../security/named.ts';
import { ServerProcess } from '../server-process.ts';
import { Candidate, Staff } from '../session-client.ts';

const who = { name: 'Kopie Voorbeeld-Reserve', birthDate: '1979-02-03', reference: 'KBI-2026-KOPIE-2' };
const secret = 'the secret of the backup test';

describe.skipIf(!hasMongo(true))('a backup of MongoDB', () => {
  let mongo: TestMongo;
  let server: ServerProcess;
  let place: string;
  let candidate: Candidate;
  const uriOf = (database: string): string => mongo.uri.replace('/?', `/${database}?`);
  const source = `source-${randomUUID()}`;
  const at = (name: string): string => join(place, name);

  function meetlat(database: string, argv: readonly string[], killAfterMs?: number) {
    const child = spawn(process.execPath, [join(import.meta.dirname, '../../bin/meetlat.mjs'), ...argv], {
      env: {
        ...{ PATH: process.env['PATH'] ?? '', MEETLAT_NO_BUILD: '1', MEETLAT_LANG: 'en', MEETLAT_SECRET: secret },
        ...{ MONGODB_URI: uriOf(database), MEETLAT_DATA: database === source ? server.folder : at(`data-${database}`) },
      },
    });
    let output = '';
    const take = (data: Buffer): void => {
      output += data.toString();
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const killing = killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    return new Promise<{ readonly code: number | null; readonly output: string }>((resolve) =>
      child.once('close', (code) => {
        clearTimeout(killing);
        resolve({ code, output });
      }),
    );
  }
  const backup = (name: string) => meetlat(source, ['backup', at(name), '--keys', at(`${name}.keys`)]);
  const restore = (name: string, to: string, keys = name, killAfterMs?: number) =>
    meetlat(to, ['restore', at(name), '--keys', at(`${keys}.keys`)], killAfterMs);
  /** What verify finds in a database on which no server has run yet: its last commits still wait for a checkpoint. */
  async function findings(database: string): Promise<string[]> {
    const { output } = await meetlat(database, ['verify', '--all']);
    expect(output).toMatch(/^(NOT )?VERIFIED$/m);
    return output.split('\n').filter((line) => line.startsWith('FINDING') && !line.includes('checkpoint-late'));
  }
  async function inMongo<T>(work: (client: MongoClient) => Promise<T>): Promise<T> {
    const client = await MongoClient.connect(mongo.uri);
    try {
      return await work(client);
    } finally {
      await client.close();
    }
  }

  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), 'meetlat-backup-'));
    const started = await startMongo({ own: true });
    if (started === undefined) throw new Error('no mongod');
    mongo = started;
    server = await ServerProcess.start({ MONGODB_URI: uriOf(source), MEETLAT_SECRET: secret, MEETLAT_DEMO: 'on' });
    const invigilator = await Staff.login(server.url, await server.account('invigilator'));
    candidate = await Candidate.admitted(invigilator, { ...who, test: 'mo', language: 'nl' });
  }, 90_000);
  afterAll(async () => {
    await server?.dispose();
    await mongo?.stop();
    await rm(place, { recursive: true, force: true });
  });

  it('is made while somebody answers, names nobody, and is restored into an empty database, verified', async () => {
    let view = await candidate.toFirstPart();
    let isDone = false;
    const made = backup('one').finally(() => {
      isDone = true;
    });
    for (let turn = 1; !isDone && view.screen.name === 'linear-item'; turn += 1) {
      const { item, total } = view.screen;
      const option = item.options[turn % item.options.length]?.handle ?? '';
      ({ view } = await candidate.ask(
        { kind: 'answer', handle: item.handle, option },
        { kind: 'go', position: (turn % total) + 1 },
      ));
    }
    expect(await made).toMatchObject({ code: 0, output: expect.stringContaining('1 persons') });
    expect(await readdir(join(at('one'), 'database'))).toContain('journal.commits.bson');
    expect(await inFolder(at('one'), [...Object.values(who), '"wrapped"'])).toEqual([]);
    expect((await restore('one', source)).output).toContain('is not empty');

    expect(await restore('one', 'second')).toMatchObject({ code: 0, output: expect.stringContaining('RESTORED') });
    expect(await findings('second')).toEqual([]);
    const exported = await meetlat('second', ['export', '--reference', who.reference, at('person.zip')]);
    expect(exported.output).toContain('1 sessions');
  }, 240_000);

  it('that is killed on its way back is opened by nobody, and begins anew', async () => {
    await inMongo((client) => client.db('half').collection('restoring').insertOne({ restoring: true }));
    await inMongo((client) => client.db('half').collection('sittings').insertOne({ tenant: 'demo', id: 'x' }));
    expect((await meetlat('half', ['verify', '--all'])).output).toContain('was not finished');
    await restore('one', 'half', 'one', 1_200);
    expect(await restore('one', 'half')).toMatchObject({ code: 0 });
    expect(await findings('half')).toEqual([]);
  }, 240_000);

  it('has nothing of who was erased before it, and an older one with newer keys names them no more', async () => {
    const invigilator = await Staff.login(server.url, await server.account('invigilator'));
    await invigilator.post(`/invigilator/sessions/${candidate.session}/end`, { reason: 'a test' });
    const signed = await server.signatories();
    const erased = await meetlat(source, ['erase', '--reference', who.reference, ...signed]);
    expect(erased.output).toMatch(/^ERASED$/m);
    expect(await backup('two')).toMatchObject({ code: 0 });
    expect((await restore('two', 'old-keys', 'one')).output).toContain('written before the backup');
    expect(await restore('one', 'older', 'two')).toMatchObject({ code: 0 });
    const exported = await meetlat('older', ['export', '--reference', who.reference, at('gone.zip')]);
    expect(exported).toMatchObject({ code: 2, output: expect.stringContaining('erased') });
    expect(await findings('older')).toEqual([]);
  }, 240_000);
});
