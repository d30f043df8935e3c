/**
 * The two outside programs: espeak-ng speaks, ffmpeg encodes. Neither is part of the product: its clips are shipped.
 */
import { spawn } from 'node:child_process';

export class ProgramMissing extends Error {
  constructor(program) {
    super(`${program} is not installed. It renders the voices (Debian and Ubuntu: apt-get install espeak-ng ffmpeg).`);
  }
}

/** Runs a program with bytes in and bytes out. */
export function run(program, parameters, input) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, parameters, { stdio: ['pipe', 'pipe', 'pipe'] });
    const out = [];
    const complaints = [];
    child.once('error', (error) => reject(error.code === 'ENOENT' ? new ProgramMissing(program) : error));
    child.stdout.on('data', (data) => out.push(data));
    child.stderr.on('data', (data) => complaints.push(data));
    child.once('close', (code) =>
      code === 0
        ? resolve(Buffer.concat(out))
        : reject(new Error(`${program} ended with ${code}: ${Buffer.concat(complaints)}`)),
    );
    child.stdin.on('error', () => undefined);
    child.stdin.end(input ?? '');
  });
}

const escapeXml = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

/**
 * Speaks a text, given as pieces; `speed` is espeak-ng's -s, about words a minute. A piece with a `voice` of its own (a
 * Dutch name in another language) is spoken by that language's voice.
 */
export function speak({ voice, variant, pitch, speed }, pieces) {
  const ssml = pieces
    .map((piece) =>
      piece.voice === undefined
        ? escapeXml(piece.text)
        : `<voice name="${piece.voice}+${variant}">${escapeXml(piece.text)}</voice>`,
    )
    .join('');
  return run(
    'espeak-ng',
    [
      '-m',
      '-v',
      `${voice}+${variant}`,
      '-p',
      String(pitch),
      '-s',
      String(Math.round(speed)),
      '-b',
      '1',
      '--stdin',
      '--stdout',
    ],
    ssml,
  );
}

/**
 * Mono MP3, 22.05 kHz, 24 kbit/s: speech that every browser plays. The tag says what it is and nothing of what is said.
 */
export const encode = (pcm, rate) =>
  run(
    'ffmpeg',
    [
      '-hide_banner',
      '-loglevel',
      'error',
      '-f',
      's16le',
      '-ar',
      String(rate),
      '-ac',
      '1',
      '-i',
      'pipe:0',
      '-ar',
      '22050',
      '-c:a',
      'libmp3lame',
      '-b:a',
      '24k',
      '-map_metadata',
      '-1',
      '-metadata',
      'comment=Synthetic speech',
      '-metadata',
      'encoded_by=eSpeak NG',
      '-id3v2_version',
      '3',
      '-fflags',
      '+bitexact',
      '-flags:a',
      '+bitexact',
      '-f',
      'mp3',
      'pipe:1',
    ],
    pcm,
  );

/** Throws ProgramMissing at once, before any work is done. */
export async function checkPrograms() {
  await run('espeak-ng', ['--version']);
  await run('ffmpeg', ['-version']);
}
