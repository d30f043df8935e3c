/** `meetlat rotate-secret`, against a data folder that an earlier version wrote and a server has brought up to date. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { oldData, oldSecret } from '../../tests/fixtures/old-data.ts';
import { inFolder } from '../../tests/security/named.ts';
import type { Key } from '../../storage/port.ts';
import { secretRotations } from '../../storage/keys/rotation.ts';
import { goneAfterMs } from '../../delivery/live/notices.ts';
import { markStream } from '../../delivery/sessions/clip-mark.ts';
import { livenessDefinition } from '../last-alive.ts';
import { now } from '../machine.ts';
import { configuration, inRooms, meetlat, upgradeFolder, useOldFolder } from './called.suite.ts';

const { sessions } = oldData('lmdb');
const passed = { tenant: 'demo', id: sessions['mo-passed'].session };
const next = 'a secret that nobody has had before, of 32 and more';
const said = ['--by', 'An Peeters', '--reason', 'Bo left'];
const rotate = (...argv: string[]) => meetlat('rotate-secret', ...said, ...argv);
const at = (name: string): string => join(configuration().dataFolder, name);

const personOf = (session: Key): Promise<Key> =>
  inRooms(async (rooms) => ({
    tenant: session.tenant,
    id: (await rooms.sessions.load(session))?.state.terms.candidate ?? '',
  }));
const byReference = (reference: string) =>
  inRooms(async ({ candidates }) => (await candidates.byReference('demo', reference))?.person?.name);
const wrappedKey = (person: Key): Promise<string> =>
  inRooms(async (_rooms, { storage }) => {
    const keys = await storage.collection<{ readonly wrapped?: string }, never>({ name: 'data-keys', indexes: {} });
    return (await keys.get(person))?.value.wrapped ?? '';
  });

/** What `verify --all` finds, of the sessions and of the documents. No server has written a checkpoint here since. */
const findings = async (): Promise<string[]> =>
  (await meetlat('verify', '--all')).lines
    .split('\n')
    .filter(
      (line) => /^(sessions|results|certificates|documents|FINDING) /.test(line) && !/checkpoint|unlisted/.test(line),
    );

useOldFolder();
beforeEach(async () => {
  await upgradeFolder();
  writeFileSync(at('next'), `${next}\n`);
});

const expectUntouched = () =>
  inRooms(async (_rooms, { storage }) => expect(await secretRotations(storage)).toEqual([]));

describe('rotate-secret', () => {
  it('opens by the next secret alone: people are found, all verifies, a clip of before says whose it was', async () => {
    const person = await personOf(passed);
    const { reference = '', name = '' } = (await inRooms(async ({ candidates }) => candidates.person(person))) ?? {};
    const wrapped = await wrappedKey(person);
    const clip = await inRooms(async (_rooms, { wrapping }) => markStream(wrapping.derive('clips'), passed)(64));
    const before = await findings();
    const { code, lines } = await rotate('--new-secret', at('next'));
    expect([code, lines]).toEqual([0, expect.stringMatching(/^SECRET CHANGED$/m)]);
    expect(lines).toContain(`MEETLAT_SECRET as in ${at('next')}`);
    // What the former secret opens lies nowhere in the folder any more, before anybody opens it.
    expect(await inFolder(configuration().dataFolder, [wrapped])).toEqual([]);
    expect(existsSync(at('fresh-copy-due'))).toBe(false);
    await expect(byReference(reference)).rejects.toMatchObject({ code: 'wrong-secret' });

    vi.stubEnv('MEETLAT_SECRET', next);
    expect(await byReference(reference)).toBe(name);
    expect(await findings()).toEqual(before);
    expect((await meetlat('verify', '--all')).lines).toMatch(/^secret {6}changed on .* by An Peeters: Bo left$/m);
    const marks = await inRooms(async (_rooms, { wrapping }) =>
      (await wrapping.clipKeys()).map((key) => markStream(key, passed)(64)),
    );
    expect(marks).toContainEqual(clip);
  }, 60_000);

  it('is refused while a server is at work, and changes nothing', async () => {
    const beating = setInterval(() => {
      void inRooms(async (_rooms, { storage }) => {
        const alive = await storage.collection(livenessDefinition);
        for (const stored of await alive.every()) await alive.replace(stored, stored.revision, { at: now() });
      });
    }, goneAfterMs / 4);
    try {
      await expect(rotate('--new-secret', at('next'))).rejects.toMatchObject({ key: 'rotate-secret.running' });
    } finally {
      clearInterval(beating);
    }
    await expectUntouched();
  }, 60_000);

  it('makes the next one where the program kept the one before, also when its last step was not done', async () => {
    vi.stubEnv('MEETLAT_SECRET', '');
    writeFileSync(at('secret'), `${oldSecret}\n`);
    expect((await rotate()).lines).toContain('Start the server as before');
    const made = readFileSync(at('secret'), 'utf8');
    expect(made.trim()).not.toBe(oldSecret);
    expect(existsSync(at('secret.next'))).toBe(false);
    await inRooms(async ({ sessions: all }) => expect((await all.load(passed))?.state).toBeDefined());
    // As a kill leaves it before the file has its name.
    writeFileSync(at('secret.next'), made);
    writeFileSync(at('secret'), `${oldSecret}\n`);
    expect((await rotate()).lines).toContain('opens with that secret already');
    expect(readFileSync(at('secret'), 'utf8')).toBe(made);
    await inRooms(async ({ sessions: all }) => expect((await all.load(passed))?.state).toBeDefined());
  }, 60_000);

  it('leaves no secret behind in the folder of whoever keeps it from now on', async () => {
    writeFileSync(at('secret'), `${oldSecret}\n`);
    await rotate('--new-secret', at('next'));
    expect(existsSync(at('secret'))).toBe(false);
  }, 60_000);

  it('says what is missing, before anything changes', async () => {
    await expect(meetlat('rotate-secret', '--by', 'An')).rejects.toMatchObject({ key: 'rotate-secret.who' });
    await expect(rotate()).rejects.toMatchObject({ key: 'rotate-secret.no-file' });
    writeFileSync(at('next'), 'short');
    await expect(rotate('--new-secret', at('next'))).rejects.toMatchObject({ key: 'rotate-secret.short' });
    writeFileSync(at('next'), next);
    vi.stubEnv('MEETLAT_SECRET', 'another secret altogether');
    await expect(rotate('--new-secret', at('next'))).rejects.toMatchObject({ code: 'wrong-secret' });
    vi.stubEnv('MEETLAT_SECRET', '');
    await expect(rotate('--new-secret', at('next'))).rejects.toMatchObject({ key: 'rotate-secret.kept' });
    vi.stubEnv('MEETLAT_SECRET', oldSecret);
    await expectUntouched();
  }, 60_000);
});
