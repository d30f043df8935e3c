/** What a candidate's client may ask; the wire is described in protocol.ts. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import { recordingId } from '../../../delivery/recordings/upload.ts';
import type { SealedRecording } from '../../../delivery/sessions/facts.ts';
import { resolveMedia } from '../../../delivery/sessions/shown-names.ts';
import { type LoadedSession, SessionRefused } from '../../../delivery/sessions/run.ts';
import { type Operation, mostChunks } from '../../../delivery/sessions/operation.ts';
import { codeHash, makeCode, useCode } from '../../../people/access/codes.ts';
import { BlobIncomplete, ChunkMismatch, type UploadId } from '../../../storage/port.ts';
import { type Endpoint, jsonEndpoint, rawEndpoint } from '../../http/endpoint.ts';
import { failureTerms, lookedUp } from '../../http/limits.ts';
import { Problem } from '../../http/problem.ts';
import { openEventStream } from '../../http/sse.ts';
import type { Program } from '../../program.ts';
import { type CandidateAccess, guards } from '../access.ts';
import {
  Admission,
  AdmissionRequest,
  CandidateView,
  Heartbeat,
  HeartbeatRequest,
  OperationsReply,
  OperationsRequest,
  Seat,
} from './protocol.ts';
import { seatName } from '../../../words/seats.ts';
import { candidateView } from './view.ts';
import { sendMedia } from '../../http/media.ts';

export type CandidatePorts = Pick<
  Program,
  | 'blobs'
  | 'codes'
  | 'live'
  | 'makeId'
  | 'media'
  | 'random'
  | 'timers'
  | 'tokens'
  | 'sessions'
  | 'persons'
  | 'accounts'
  | 'staffSessions'
  | 'newestCheckpoint'
  | 'now'
  | 'publicUrl'
>;

/** A recorded second of Opus is a few kB; a chunk of this size is no recording, bytes. */
const largestChunk = 1_000_000;

const UploadParam = z.string().regex(/^[0-9a-z-]{16,64}$/);
const ChunkParam = z.coerce
  .number()
  .int()
  .min(0)
  .max(mostChunks - 1);
const HashHeader = z.string().regex(/^[0-9a-f]{64}$/);

export function candidateEndpoints(program: CandidatePorts): Endpoint[] {
  const guard = guards(program);
  return [
    ...admissionEndpoints(program, guard),
    ...sessionEndpoints(program, guard),
    ...mediaEndpoints(program, guard),
  ];
}

type Guards = ReturnType<typeof guards>;

function admissionEndpoints(program: CandidatePorts, guard: Guards): Endpoint[] {
  return [
    jsonEndpoint({
      method: 'post',
      path: '/candidate/seats',
      summary: 'This device waits for a session to be pushed to it',
      guard: guard.anyone,
      access: 'anyone',
      reply: Seat,
      handle: async () => {
        const seat = { seat: program.makeId(), name: seatName(program.random(3)) };
        return { ...seat, seatToken: await program.tokens.issue('seat', seat) };
      },
    }),
    rawEndpoint({
      method: 'get',
      path: '/candidate/seats/events',
      summary: 'Admissions pushed to this seat',
      guard: guard.seat,
      access: 'seat',
      reply: 'stream',
      handle: async ({ access, request, response }) => {
        const stream = openEventStream(request, response, program.timers);
        const leave = program.live.seats.add(access, async ({ tenant, session, by }) => {
          const code = await makeCode(
            program.codes,
            program.random,
            { tenant, session, by, admits: true, seat: access.seat },
            program.now(),
          );
          const made = { type: 'make-code', hash: codeHash(code), admits: true, by } as const;
          await program.sessions.handle({ tenant, id: session }, made);
          stream.send('admission', { code });
        });
        await stream.closed.then(leave);
      },
    }),
    jsonEndpoint({
      method: 'post',
      path: '/candidate/admission',
      summary: 'A one-time code becomes a token',
      guard: guard.anyone,
      access: 'anyone',
      body: AdmissionRequest,
      reply: Admission,
      problems: ['code-unknown', 'too-many-attempts'],
      handle: async ({ body, request, response }) => {
        const limits = { failures: program.live.failures, timers: program.timers };
        const attempt = { terms: failureTerms.code, who: request.ip ?? 'unknown' };
        const token = await lookedUp(limits, attempt, response, () => arrive(program, body));
        if (token === undefined) throw new Problem('code-unknown');
        return { token };
      },
    }),
  ];
}

/**
 * The device is here. A pushed code carries the invigilator's admission with it, which is no check of who sits there;
 * any other waits for it. Undefined when the code is not good, or not the newest one of its session.
 */
async function arrive(
  program: CandidatePorts,
  { code: typed, seat: seatId }: z.infer<typeof AdmissionRequest>,
): Promise<string | undefined> {
  const { seats } = program.live;
  const bringer = { seat: seatId, isWaiting: (id: string) => seats.isWaiting(id) };
  const code = await useCode(program.codes, typed, program.now(), bringer);
  if (code === undefined) return undefined;
  // A seat is known by the name that people read on it.
  const seat = seats.get(seatId ?? '')?.name ?? 'device';
  const id = { tenant: code.tenant, id: code.session };
  try {
    const arrived = await program.sessions.handle(id, { type: 'arrive', seat, code: codeHash(typed) });
    if (code.admits) await program.sessions.handle(id, { type: 'admit', by: code.by, seat, identityChecked: false });
    const { arrivals } = arrived.session.state;
    return await program.tokens.issue('candidate', { tenant: id.tenant, session: id.id, arrival: arrivals });
  } catch (error) {
    if (error instanceof SessionRefused && error.refusal.code === 'code-superseded') return undefined;
    throw error;
  }
}

async function viewOf(
  program: CandidatePorts,
  { person }: CandidateAccess,
  session: LoadedSession,
): Promise<CandidateView> {
  const test = program.sessions.pinnedTest(session.state);
  return candidateView(session, { person, test, now: program.now(), checkpoint: await program.newestCheckpoint() });
}

function sessionEndpoints(program: CandidatePorts, guard: Guards): Endpoint[] {
  return [
    jsonEndpoint({
      method: 'post',
      path: '/candidate/session/take',
      summary: 'This page becomes the only writer',
      guard: guard.candidate,
      access: 'candidate',
      reply: CandidateView,
      problems: ['wrong-state', 'fenced'],
      handle: async ({ access }) => {
        if (access.session.state.awaitingAdmission) return viewOf(program, access, access.session);
        const { session } = await program.sessions.handle(access.id, { type: 'take-writer' });
        return viewOf(program, access, session);
      },
    }),
    jsonEndpoint({
      method: 'get',
      path: '/candidate/session',
      summary: 'What the candidate sees now',
      guard: guard.candidate,
      access: 'candidate',
      reply: CandidateView,
      problems: ['fenced'],
      handle: ({ access }) => viewOf(program, access, access.session),
    }),
    jsonEndpoint({
      method: 'post',
      path: '/candidate/session/operations',
      summary: 'A batch of operations, one append',
      guard: guard.candidate,
      access: 'candidate',
      body: OperationsRequest,
      reply: OperationsReply,
      problems: ['fenced', 'seq-gap', 'storage-unavailable'],
      handle: async ({ access, body }) => {
        const { presence } = program.live;
        const unheard = presence.unheard(access.id);
        if (access.session.state.disconnectedAt === undefined) presence.hear(access.id);
        else await presence.beatAgain(access.id);
        const sealed = await sealRecordings(program, access, body.operations);
        const { session, outcomes } = await program.sessions.handle(
          access.id,
          { type: 'operations', fence: body.fence, operations: body.operations },
          { sealed, unheard },
        );
        return { outcomes: [...outcomes], view: await viewOf(program, access, session) };
      },
    }),
    ...connectionEndpoints(program, guard),
  ];
}

/** Being told of changes, and being known to be there. */
function connectionEndpoints(program: CandidatePorts, guard: Guards): Endpoint[] {
  return [
    rawEndpoint({
      method: 'get',
      path: '/candidate/session/events',
      summary: 'Tells that the session changed',
      guard: guard.candidate,
      access: 'candidate',
      reply: 'stream',
      handle: ({ access, request, response }) => followSession(program, access, request, response),
    }),
    jsonEndpoint({
      method: 'post',
      path: '/candidate/session/heartbeat',
      summary: 'The page is there',
      guard: guard.candidate,
      access: 'candidate',
      body: HeartbeatRequest,
      reply: Heartbeat,
      problems: ['fenced'],
      handle: ({ access }) => heartbeat(program, access),
    }),
  ];
}

async function heartbeat(
  program: CandidatePorts,
  { id, session }: CandidateAccess,
): Promise<z.infer<typeof Heartbeat>> {
  const { state, version } = session;
  const { presence } = program.live;
  if (state.closed === undefined && state.disconnectedAt === undefined) presence.beat(id);
  else if (state.closed === undefined) {
    await presence.beatAgain(id);
    await program.sessions.handle(id, { type: 'restore-connection' });
  }
  return { serverNow: program.now(), version };
}

async function followSession(
  program: CandidatePorts,
  { id, session }: CandidateAccess,
  request: Request,
  response: Response,
): Promise<void> {
  const stream = openEventStream(request, response, program.timers);
  stream.send('changed', { version: session.version });
  const stop = program.live.sessions.watchOne(id, (version) => stream.send('changed', { version }));
  await stream.closed.then(stop);
}

const uploadOf = ({ id: { tenant, id: session }, session: { state } }: CandidateAccess, upload: string): UploadId =>
  recordingId({ tenant, session, person: state.registration.candidate }, upload);

/** Seals what `recording-finished` operations announce; an incomplete one stays out, and its operation is refused. */
async function sealRecordings(
  program: CandidatePorts,
  access: CandidateAccess,
  operations: readonly Operation[],
): Promise<Map<string, SealedRecording>> {
  const sealed = new Map<string, SealedRecording>();
  for (const operation of operations) {
    if (operation.kind !== 'recording-finished') continue;
    try {
      const { sha256, bytes, contentType } = await program.blobs.seal({
        upload: uploadOf(access, operation.upload),
        chunks: operation.chunks,
        contentType: operation.contentType,
      });
      sealed.set(operation.upload, { sha256, bytes, contentType });
    } catch (error) {
      if (!(error instanceof BlobIncomplete) && !(error instanceof ChunkMismatch)) throw error;
    }
  }
  return sealed;
}

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

/** Only an upload that the session has begun and not yet sealed takes bytes. */
const isOpenUpload = ({ session }: CandidateAccess, upload: string): boolean =>
  session.state.closed === undefined &&
  session.state.turns.some((turn) => turn.recording === upload && turn.sealed === undefined);

function mediaEndpoints(program: CandidatePorts, guard: Guards): Endpoint[] {
  return [
    rawEndpoint({
      method: 'get',
      path: '/candidate/media/:handle',
      summary: 'A clip or picture of this moment',
      guard: guard.candidate,
      access: 'candidate',
      reply: 'bytes',
      problems: ['not-found', 'fenced'],
      handle: async ({ access, request, response, param }) => {
        const media = resolveMedia(
          access.session.state,
          program.sessions.pinnedTest(access.session.state),
          param('handle'),
        );
        const content = media === undefined ? undefined : await program.media.read(media.id);
        if (content === undefined) throw new Problem('not-found');
        sendMedia(request, response, content);
      },
    }),
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
        if (!isOpenUpload(access, upload)) throw new Problem('wrong-state', { reason: 'no such recording is open' });
        await program.blobs.putChunk(
          uploadOf(access, upload),
          ChunkParam.parse(param('n')),
          await readBytes(request, largestChunk),
          hash,
        );
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
        const sealed = access.session.state.turns.find((turn) => turn.sealed?.upload === param('upload'))?.sealed;
        const bytes = sealed === undefined ? undefined : await program.blobs.read(uploadOf(access, sealed.upload));
        if (sealed === undefined || bytes === undefined) throw new Problem('not-found');
        sendMedia(request, response, { bytes, contentType: sealed.contentType });
      },
    }),
  ];
}
