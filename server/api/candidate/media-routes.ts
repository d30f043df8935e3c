/** Clips and pictures for the candidate, recordings from him, and what both tell beside themselves. */
import type { Request } from 'express';
import { z } from 'zod';
import type { Inference } from '../../../delivery/proctoring/inference.ts';
import { recordingId } from '../../../delivery/recordings/upload.ts';
import { mostChunks } from '../../../delivery/sessions/operation.ts';
import { recordingBounds } from '../../../delivery/sessions/recording-bounds.ts';
import { type SessionId, SessionRefused } from '../../../delivery/sessions/run.ts';
import { resolveMedia } from '../../../delivery/sessions/shown-names.ts';
import type { UploadId } from '../../../storage/port.ts';
import { type Endpoint, rawEndpoint } from '../../http/endpoint.ts';
import { markClip } from '../../../item-bank/items/marked-clip.ts';
import { sendMedia, streamMedia } from '../../http/media.ts';
import { Problem } from '../../http/problem.ts';
import { TurnTaking } from '../../http/turn-taking.ts';
import type { CandidateAccess } from '../access.ts';
import type { CandidateGuards, CandidatePorts } from './ports.ts';

/** A recorded second of Opus is a few kB; a chunk of this size is no recording, bytes. */
const largestChunk = 1_000_000;

const UploadParam = z.string().regex(/^[0-9a-z-]{16,64}$/);
const ChunkParam = z.coerce
  .number()
  .int()
  .min(0)
  .max(mostChunks - 1);
const HashHeader = z.string().regex(/^[0-9a-f]{64}$/);

/** What the server saw beside the operations; of a session that is over nothing more. */
export async function note(program: CandidatePorts, id: SessionId, inference: Inference): Promise<void> {
  try {
    await program.sessions.handle(id, { type: 'note-inference', inference });
  } catch (error) {
    if (!(error instanceof SessionRefused)) throw error;
  }
}

export const uploadOf = (
  { id: { tenant, id: session }, session: { state } }: CandidateAccess,
  upload: string,
): UploadId => recordingId({ tenant, session, person: state.terms.candidate }, upload);

async function readBytes(request: Request, limit: number): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    if (!Buffer.isBuffer(part)) throw new Problem('unsupported-media');
    size += part.length;
    if (size > limit) throw new Problem('too-large');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/**
 * Only the upload that the session began last for a turn, and has not sealed yet, takes bytes: how many more, if it
 * were sealed with chunk n.
 */
async function roomFor(program: CandidatePorts, access: CandidateAccess, upload: string, n: number): Promise<number> {
  const { state } = access.session;
  const turn = state.turns.find(({ recording, sealed }) => recording === upload && sealed === undefined);
  if (state.closed !== undefined || turn === undefined)
    throw new Problem('wrong-state', { reason: 'no such recording is open' });
  const others = (await program.blobs.chunks(uploadOf(access, upload))).filter((chunk) => chunk.n !== n);
  const taken = others.reduce((sum, { bytes }) => sum + bytes, 0);
  return Math.max(0, recordingBounds(turn, program.sessions.pinnedTest(state)).bytes - taken);
}

export function mediaEndpoints(program: CandidatePorts, guard: CandidateGuards): Endpoint[] {
  return [
    rawEndpoint({
      method: 'get',
      path: '/candidate/media/:handle',
      summary: 'A clip or picture of this moment',
      guard: guard.inBrowser,
      access: 'candidate',
      reply: 'bytes',
      problems: ['not-found', 'fenced', 'exam-browser-required'],
      handle: async ({ access, request, response, param }) => {
        const { id, session } = access;
        const handle = param('handle');
        const open = resolveMedia(session.state, program.sessions.pinnedTest(session.state), handle);
        const content = open === undefined ? undefined : await program.media.read(open.media.id);
        if (open === undefined || content === undefined) throw new Problem('not-found');
        const marked = markClip(content.bytes, program.clipMark(access.id));
        sendMedia(request, response, { ...content, bytes: marked }, (bytes) => {
          if (open.plays === undefined || session.state.step.name === 'practice') return;
          const clip = { handle, size: marked.length, plays: open.plays };
          const times = program.live.delivered.deliver(id, clip, bytes);
          if (times === undefined) return;
          note(program, id, { type: 'media-beyond-plays', handle, count: times }).catch((error: unknown) =>
            program.log.error({ err: error }, 'what was seen of a session could not be recorded'),
          );
        });
      },
    }),
  ];
}

export function recordingEndpoints(program: CandidatePorts, guard: CandidateGuards): Endpoint[] {
  // One chunk of a session at a time is read and counted, as a page sends them.
  const turns = new TurnTaking();
  return [
    rawEndpoint({
      method: 'put',
      path: '/candidate/recordings/:upload/chunks/:n',
      summary: 'One chunk of a recording',
      guard: guard.candidate,
      access: 'candidate',
      body: 'bytes',
      reply: 'nothing',
      problems: ['chunk-mismatch', 'too-large', 'wrong-state', 'fenced'],
      handle: async ({ access, request, response, param }) => {
        const upload = UploadParam.parse(param('upload'));
        const hash = HashHeader.parse(request.headers['x-chunk-sha256']);
        const n = ChunkParam.parse(param('n'));
        await turns.run(`${access.id.tenant}|${access.id.id}`, async () => {
          const room = await roomFor(program, access, upload, n);
          const bytes = await readBytes(request, Math.min(largestChunk, room));
          await program.blobs.putChunk(uploadOf(access, upload), n, bytes, hash);
        });
        response.setHeader('Cache-Control', 'no-store').status(204).end();
      },
    }),
    rawEndpoint({
      method: 'get',
      path: '/candidate/recordings/:upload',
      summary: 'The own recording, to hear it back',
      guard: guard.candidate,
      access: 'candidate',
      reply: 'bytes',
      problems: ['not-found', 'fenced'],
      handle: async ({ access, request, response, param }) => {
        const { turns, pausedAt } = access.session.state;
        if (pausedAt !== undefined) throw new Problem('not-found');
        const sealed = turns.find((turn) => turn.sealed?.upload === param('upload'))?.sealed;
        if (sealed === undefined) throw new Problem('not-found');
        const { upload, contentType, bytes: size } = sealed;
        const read = (start: number, end: number) => program.blobs.readRange(uploadOf(access, upload), start, end);
        await streamMedia(request, response, { contentType, size, read });
      },
    }),
  ];
}
