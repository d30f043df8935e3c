/** What an invigilator's line carries until the room shows its first row: the page as built, and the first message. */
import { get } from 'node:http';
import { createGunzip } from 'node:zlib';

/** Asks as a browser does, counting what the line carries. `until`: what the unpacked reply says once it is enough. */
function asked(url: string, cookie: string, until?: RegExp): Promise<{ bytes: number; text: string }> {
  return new Promise((resolve, reject) => {
    const request = get(url, { headers: { cookie, 'accept-encoding': 'gzip' } }, (response) => {
      let bytes = 0;
      let text = '';
      const done = (): void => {
        resolve({ bytes, text });
        request.destroy();
      };
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      const plain = response.headers['content-encoding'] === 'gzip' ? response.pipe(createGunzip()) : response;
      plain.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (until !== undefined && until.test(text)) done();
      });
      plain.on('end', done);
      response.on('error', () => undefined);
      plain.on('error', () => undefined);
    });
    request.on('error', reject);
  });
}

export interface RoomBytes {
  /** Document, script, style and the words. */
  readonly page: number;
  /** The first message of the room, and what was said before it. */
  readonly room: number;
}

export async function roomBytes(url: string, cookie: string): Promise<RoomBytes> {
  const document = await asked(`${url}/invigilator/`, cookie);
  const linked = [...document.text.matchAll(/(?:src|href)="(\/assets\/[^"]+\.(?:js|css))"/g)].map(([, path]) => path);
  const files = await Promise.all(linked.map((path) => asked(`${url}${path}`, cookie)));
  // The script names the words that it fetches: those of the staff are the ones with the first key of their catalogue.
  const named = new Set(files.flatMap(({ text }) => text.match(/nl-[\w-]+\.js/g) ?? []));
  const words = await Promise.all([...named].map((name) => asked(`${url}/assets/${name}`, cookie)));
  const staff = words.filter(({ text }) => text.includes('"staff.act.admit"'));
  if (linked.length < 5 || staff.length !== 1) throw new Error('the page is built otherwise than this looks at it');
  const room = await asked(`${url}/api/v1/invigilator/room/events`, cookie, /event: room\ndata: .*\n\n/);
  return {
    page: [document, ...files, ...staff].reduce((sum, { bytes }) => sum + bytes, 0),
    room: room.bytes,
  };
}
