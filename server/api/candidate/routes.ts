/** What a candidate's client may ask; the wire is described in protocol.ts. */
import type { z } from 'zod';
import type { SealedRecording } from '../../../delivery/sessions/facts.ts';
import { sessionName } from '../../../delivery/live/presence.ts';
import { silentBeatsMs } from '../../../delivery/sessions/infer.ts';
import { type LoadedSession, SessionRefused } from '../../../delivery/sessions/run.ts';
import type { SessionState } from '../../../delivery/sessions/session.ts';
import type { Operation } from '../../../delivery/sessions/operation.ts';
import { codeHash, makeCode, useCode } from '../../../people/access/codes.ts';
import { BlobIncomplete, ChunkMismatch } from '../../../storage/port.ts';
import { type Endpoint, jsonEndpoint, rawEndpoint } from '../../http/endpoint.ts';
import { defined } from '../../../storage/document/defined.ts';
import { failureTerms, lookedUp } from '../../http/limits.ts';
import { Problem } from '../../http/problem.ts';
import { type EventStream, openEventStream } from '../../http/sse.ts';
import { StreamPlaces } from '../../http/stream-places.ts';
import { type CandidateAccess, guards } from '../access.ts';
import { inExamBrowser } from './exam-browser.ts';
import { mediaEndpoints, note, recordingEndpoints, uploadOf } from './media-routes.ts';
import type { CandidateGuards, CandidatePorts } from './ports.ts';
import {
  Admission,
  AdmissionRequest,
  CandidateView,
  Heartbeat,
  HeartbeatRequest,
  OperationsReply,
  OperationsRequest,
  Seat,
  TakeRequest,
} from './protocol.ts';
import { seatName } from '../../../words/seats.ts';
import { candidateView } from './view.ts';

export function candidateEndpoints(program: CandidatePorts): Endpoint[] {
  const everybody = guards(program);
  const guard = { ...everybody, inBrowser: inExamBrowser(program, everybody.candidate) };
  const places = { seat: new StreamPlaces(1), session: new StreamPlaces(3) };
  return [
    ...admissionEndpoints(program, guard, places.seat),
    ...sessionEndpoints(program, guard, places.session),
    ...mediaEndpoints(program, guard),
    ...recordingEndpoints(program, guard),
  ];
}

function admissionEndpoints(program: CandidatePorts, guard: CandidateGuards, places: StreamPlaces): Endpoint[] {
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
        void stream.closed.then(places.take(access.seat, () => stream.end()));
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
    if (code.admits) await program.sessions.handle(id, { type: 'admit', by: code.by, seat });
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

function sessionEndpoints(program: CandidatePorts, guard: CandidateGuards, places: StreamPlaces): Endpoint[] {
  return [
    jsonEndpoint({
      method: 'post',
      path: '/candidate/session/take',
      summary: 'This page becomes the only writer',
      guard: guard.inBrowser,
      access: 'candidate',
      body: TakeRequest,
      reply: CandidateView,
      problems: ['wrong-state', 'fenced', 'exam-browser-required'],
      handle: async ({ access, body }) => {
        if (access.session.state.awaitingAdmission) return viewOf(program, access, access.session);
        program.live.presence.ask(access.id);
        const { session } = await program.sessions.handle(access.id, {
          type: 'take-writer',
          ...defined({ act: body.id }),
        });
        return viewOf(program, access, session);
      },
    }),
    jsonEndpoint({
      method: 'get',
      path: '/candidate/session',
      summary: 'What the candidate sees now',
      guard: guard.inBrowser,
      access: 'candidate',
      reply: CandidateView,
      problems: ['fenced', 'exam-browser-required'],
      handle: ({ access }) => viewOf(program, access, access.session),
    }),
    jsonEndpoint({
      method: 'post',
      path: '/candidate/session/operations',
      summary: 'A batch of operations, one append',
      guard: guard.inBrowser,
      access: 'candidate',
      body: OperationsRequest,
      reply: OperationsReply,
      problems: ['fenced', 'seq-gap', 'exam-browser-required', 'storage-unavailable'],
      handle: ({ access, body }) => operate(program, access, body),
    }),
    ...connectionEndpoints(program, guard, places),
  ];
}

async function operate(
  program: CandidatePorts,
  access: CandidateAccess,
  { fence, operations }: OperationsRequest,
): Promise<OperationsReply> {
  const { presence } = program.live;
  const { id, session: before } = access;
  const unheard = presence.unheard(id);
  if (before.state.disconnectedAt === undefined) presence.ask(id);
  else await presence.askAgain(id);
  const unbeatenFrom = await presence.unbeatenFrom(id, silentBeatsMs, before.state.beganAt);
  const sealed = await sealRecordings(program, access, operations);
  try {
    const command = { type: 'operations', fence, operations } as const;
    const { session, outcomes } = await program.sessions.handle(id, command, { sealed, unheard, unbeatenFrom });
    await removeReplaced(program, access, session.state);
    return { outcomes: [...outcomes], view: await viewOf(program, access, session) };
  } catch (error) {
    if (error instanceof SessionRefused && error.refusal.code === 'fenced' && fence > 0)
      await note(program, id, { type: 'second-page', handle: `page-${fence}` });
    throw error;
  }
}

/** Being told of changes, and being known to be there. */
function connectionEndpoints(program: CandidatePorts, guard: CandidateGuards, places: StreamPlaces): Endpoint[] {
  return [
    rawEndpoint({
      method: 'get',
      path: '/candidate/session/events',
      summary: 'Tells that the session changed',
      guard: guard.candidate,
      access: 'candidate',
      reply: 'stream',
      handle: ({ access, request, response }) =>
        followSession(program, access, openEventStream(request, response, program.timers), places),
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
  stream: EventStream,
  places: StreamPlaces,
): Promise<void> {
  void stream.closed.then(places.take(sessionName(id), () => stream.end()));
  stream.send('changed', { version: session.version });
  const stop = program.live.sessions.watchOne(id, (version) => stream.send('changed', { version }));
  await stream.closed.then(stop);
}

/** A recording that was begun anew has one upload: what came of the one before is removed. */
async function removeReplaced(program: CandidatePorts, access: CandidateAccess, now: SessionState): Promise<void> {
  for (const { handle, recording, sealed } of access.session.state.turns) {
    if (recording === undefined || sealed !== undefined) continue;
    if (now.turns.find((turn) => turn.handle === handle)?.recording !== recording)
      await program.blobs.remove(uploadOf(access, recording));
  }
}

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
