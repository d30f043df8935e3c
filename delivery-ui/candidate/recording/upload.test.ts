import { describe, expect, it } from 'vitest';
import { RequestFailed } from '../../shared/request/request.ts';
import type { Surroundings } from '../../shared/surroundings.ts';
import { type PutChunk, RecordingUpload, sha256Of } from './upload.ts';

const soon: Surroundings = {
  monotonicMs: () => 0,
  wallMs: () => 0,
  random: () => 0,
  makeId: () => 'x',
  after: (_ms, call) => {
    const timer = setTimeout(call, 0);
    return () => clearTimeout(timer);
  },
};
const chunk = (text: string): Blob => new Blob([text]);

describe('upload of a recording', () => {
  it('sends every chunk with its hash, in order, and again until it is taken', async () => {
    const taken: string[] = [];
    let attempts = 0;
    const put: PutChunk = async (_upload, index, blob, sha256) => {
      attempts += 1;
      if (attempts % 3 === 1) throw new RequestFailed('offline', 0);
      expect(sha256).toBe(await sha256Of(blob));
      taken.push(`${index}:${await blob.text()}`);
    };
    const upload = new RecordingUpload('u', Promise.resolve(), put, soon);
    for (const text of ['a', 'b', 'c']) upload.push(chunk(text));
    expect(await upload.finished()).toEqual(await Promise.all(['a', 'b', 'c'].map((text) => sha256Of(chunk(text)))));
    expect(taken).toEqual(['0:a', '1:b', '2:c']);
    expect(upload.acknowledged).toBe(3);
  });

  it('sends nothing before the server has accepted the start', async () => {
    let opened = (): void => {};
    const sent: number[] = [];
    const upload = new RecordingUpload(
      'u',
      new Promise((resolve) => {
        opened = resolve;
      }),
      (_upload, index) => {
        sent.push(index);
        return Promise.resolve();
      },
      soon,
    );
    upload.push(chunk('a'));
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
    expect(sent).toEqual([]);
    opened();
    await upload.finished();
    expect(sent).toEqual([0]);
  });

  it('fails when the server will never take it', async () => {
    const upload = new RecordingUpload(
      'u',
      Promise.resolve(),
      () => Promise.reject(new RequestFailed('wrong-state', 409)),
      soon,
    );
    upload.push(chunk('a'));
    upload.push(chunk('b'));
    await expect(upload.finished()).rejects.toMatchObject({ code: 'wrong-state' });
  });

  it('fails when the start was refused', async () => {
    const upload = new RecordingUpload(
      'u',
      Promise.reject(new RequestFailed('wrong-item', 409)),
      () => Promise.resolve(),
      soon,
    );
    upload.push(chunk('a'));
    await expect(upload.finished()).rejects.toMatchObject({ code: 'wrong-item' });
  });
});
