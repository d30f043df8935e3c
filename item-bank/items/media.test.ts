import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderLibrary, type MediaLibrary } from './media.ts';

let root: string;
let library: MediaLibrary;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'meetlat-media-'));
  await Promise.all(['audio', 'pictures'].map((name) => mkdir(join(root, name))));
  await writeFile(join(root, 'audio', '0a1b.mp3'), 'sound');
  await writeFile(join(root, 'pictures', 'bread.svg'), '<svg/>');
  await writeFile(join(root, 'audio', 'manifest.json'), '{}');
  await writeFile(join(root, 'secret.mp3'), 'secret');
  library = folderLibrary([join(root, 'audio'), join(root, 'pictures')]);
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe('the folder-backed media library', () => {
  it('reads a clip and a picture with their types', async () => {
    expect(await library.read('0a1b.mp3')).toEqual({ bytes: Buffer.from('sound'), contentType: 'audio/mpeg' });
    expect((await library.read('bread.svg'))?.contentType).toBe('image/svg+xml');
  });
  it('does not have what is not there', async () => expect(await library.read('none.mp3')).toBeUndefined());
  it.each([
    '../secret.mp3',
    '..\\secret.mp3',
    '/etc/passwd',
    'audio/0a1b.mp3',
    '%2e%2e/secret.mp3',
    'manifest.json',
    '.mp3',
    '',
    '0a1b.mp3\0',
    `${'a'.repeat(300)}.mp3`,
  ])('never leaves its folders: %j', async (id) => {
    expect(await library.read(id)).toBeUndefined();
  });
});
