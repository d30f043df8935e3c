/** The invigilator's commands; each is recorded in the session with the name of who gave it. */
import type { Request, Response } from 'express';
import type { z } from 'zod';
import { proctoringLog } from '../../../delivery/monitoring/log.ts';
import { withTypedTexts } from '../../../delivery/monitoring/typed-texts.ts';
import { settingsFile } from '../../../delivery/proctoring/settings-file.ts';
import type { SessionCommand } from '../../../delivery/sessions/decide.ts';
import { type LoadedSession, type SessionId, sessionKind, sessionStream } from '../../../delivery/sessions/run.ts';
import { doneBy } from '../../../people/staff/staff-log.ts';
import { dayOf } from '../../../storage/document/day.ts';
import { defined } from '../../../storage/document/defined.ts';
import { eventsOf } from '../../../storage/journal/stream.ts';
import { type Endpoint, commandEndpoint, jsonEndpoint, rawEndpoint } from '../../http/endpoint.ts';
import { Problem } from '../../http/problem.ts';
import { openEventStream } from '../../http/sse.ts';
import { type StaffAccess, guards, isStillIn } from '../access.ts';
import { secondPerson, secondPersonProblems } from '../second-person.ts';
import { closeOutOf } from './close-out.ts';
import { codeFor } from './code.ts';
import {
  AdmitForm,
  AttemptCounts,
  CaseDecision,
  ClockConfirmation,
  CloseOutMade,
  CloseOutQuery,
  Code,
  ExamSettings,
  ExtraTime,
  HeldAnswerDecision,
  IdentityForm,
  NoteForm,
  PersonAtDoor,
  PlainAct,
  ProctoringLog,
  PushToSeat,
  ReasonedAct,
  Room,
  RoomAct,
  RoomActDone,
} from './protocol.ts';
import { actOnRoom } from './room-act.ts';
import { registrationEndpoints } from './registration-routes.ts';
import { RoomFeeds } from './room-feed.ts';
import { planEndpoints } from './room-plan.ts';
import { type InvigilatorPorts, roomView } from './view.ts';

export function invigilatorEndpoints(program: InvigilatorPorts): Endpoint[] {
  const guard = guards(program).staff('invigilator');
  const common = { guard, access: 'invigilator' } as const;
  const feeds = new RoomFeeds(program);
  return [
    jsonEndpoint({
      ...common,
      method: 'get',
      path: '/invigilator/room',
      summary: 'The room now',
      reply: Room,
      handle: ({ access }) => roomView(program, access),
    }),
    rawEndpoint({
      ...common,
      method: 'get',
      path: '/invigilator/room/events',
      summary: 'The room at once, then what changes',
      reply: 'stream',
      handle: ({ access, request, response }) =>
        feeds.follow(
          { tenant: access.tenant, centre: access.account.centre },
          openEventStream(request, response, program.timers, {
            isGood: () => isStillIn(program, access),
            isPacked: true,
          }),
          request.get('Last-Event-ID'),
        ),
    }),
    roomActEndpoint(program, common),
    ...planEndpoints(program),
    ...registrationEndpoints(program),
    ...arrivalEndpoints(program, common),
    logEndpoint(program, common),
    closeOutEndpoint(program, common),
    ...acts(program, common),
    ...identityEndpoints(program, common),
    decideHeldAnswer(program, common),
    decideAttempt(program, common),
    writeNote(program, common),
    ...caseEndpoints(program, common),
    confirmClock(program, common),
    ...examBrowserEndpoints(program, common),
  ];
}

type Common = {
  readonly guard: (request: Request, response: Response) => Promise<StaffAccess>;
  readonly access: 'invigilator';
};

function roomActEndpoint(program: InvigilatorPorts, common: Common): Endpoint {
  return jsonEndpoint({
    ...common,
    method: 'post',
    path: '/invigilator/room/act',
    summary: 'One act on a selection or the whole room',
    body: RoomAct,
    reply: RoomActDone,
    problems: ['invalid-request', ...secondPersonProblems],
    handle: async ({ access, body, request, response }) => {
      const { act } = body;
      const asked = act.kind === 'extra-time' ? act.confirmedBy : undefined;
      const confirmedBy = asked && (await secondPerson(program, access, { of: 'room', asked, request, response }));
      return actOnRoom(program, access, body, confirmedBy);
    },
  });
}

function logEndpoint(program: InvigilatorPorts, common: Common): Endpoint {
  return jsonEndpoint({
    ...common,
    method: 'get',
    path: '/invigilator/sessions/:id/log',
    summary: 'The proctoring log',
    reply: ProctoringLog,
    problems: ['not-found'],
    handle: async ({ access, param }) => {
      const { id, session } = await ownSession(program, access, param('id'));
      await program.staffLog.record(id.tenant, doneBy('log-read', access.id, id.id));
      const commits = await program.storage.journal.read({ ...id, kind: sessionKind });
      const events = commits.flatMap((commit) => eventsOf(sessionStream, commit));
      const { terms } = session.state;
      const person = await program.persons.of(id.tenant, terms);
      const owner = { tenant: id.tenant, candidate: terms.candidate };
      return {
        session: id.id,
        ...(person === undefined ? {} : { name: person.name }),
        entries: proctoringLog(await withTypedTexts(program.typed, owner, events)),
        chain: { commits: commits.length, head: session.hash },
      };
    },
  });
}

function closeOutEndpoint(program: InvigilatorPorts, common: Common): Endpoint {
  return jsonEndpoint({
    ...common,
    method: 'get',
    path: '/invigilator/close-out',
    summary: 'The close-out report of a day, signed',
    query: CloseOutQuery,
    reply: CloseOutMade,
    problems: ['invalid-request'],
    handle: async ({ access, query }) => {
      const made = await closeOutOf(program, access, query.day);
      await program.staffLog.record(access.tenant, doneBy('close-out-made', access.id, made.report.day));
      return made;
    },
  });
}

function confirmClock(program: InvigilatorPorts, common: Common): Endpoint {
  return commandEndpoint({
    ...common,
    method: 'post',
    path: '/invigilator/clock/confirm',
    summary: 'The clocks were looked at: deadlines close sessions again',
    body: ClockConfirmation,
    problems: ['wrong-state'],
    handle: async ({ access, body }) => {
      if (!(await program.live.clock.confirm(body.noticedAt, access.id)))
        throw new Problem('wrong-state', { reason: 'clock-not-stopped' });
      await program.staffLog.record(access.tenant, doneBy('clock-confirmed', access.id));
    },
  });
}

/** An act on a session of the own centre, with what was typed or chosen for it. */
function typedAct<B extends { readonly id?: string | undefined }>(
  program: InvigilatorPorts,
  common: Common,
  { name, summary, body: schema }: { readonly name: string; readonly summary: string; readonly body: z.ZodType<B> },
  command: (body: B, by: string) => SessionCommand,
): Endpoint {
  return commandEndpoint({
    ...common,
    method: 'post',
    path: `/invigilator/sessions/:id/${name}`,
    summary,
    body: schema,
    problems: ['not-found', 'wrong-state'],
    handle: async ({ access, param, body }) => {
      const { id } = await ownSession(program, access, param('id'));
      await program.sessions.handle(id, { ...command(body, access.id), ...defined({ act: body.id }) });
    },
  });
}

function decideHeldAnswer(program: InvigilatorPorts, common: Common): Endpoint {
  const summary = 'Say whether an answer that came during a pause counts';
  const says = { name: 'held-answer', summary, body: HeldAnswerDecision };
  return typedAct(program, common, says, ({ answer, counts }, by) => ({
    type: 'decide-held-answer',
    handle: answer,
    counts,
    by,
  }));
}

function decideAttempt(program: InvigilatorPorts, common: Common): Endpoint {
  const summary = 'Say whether a session that was broken off counts as an attempt';
  const says = { name: 'attempt', summary, body: AttemptCounts };
  return typedAct(program, common, says, ({ counts, why, reason }, by) => ({
    type: 'decide-attempt',
    counts,
    by,
    reason,
    ...defined({ why }),
  }));
}

function caseEndpoints(program: InvigilatorPorts, common: Common): Endpoint[] {
  const opens = {
    name: 'case',
    summary: 'Open a case about something irregular, also after the close',
    body: ReasonedAct,
  };
  const decides = { name: 'decide-case', summary: 'Decide a case that somebody else opened', body: CaseDecision };
  return [
    typedAct(program, common, opens, ({ why, reason }, by) => ({ type: 'open-case', by, reason, ...defined({ why }) })),
    typedAct(program, common, decides, ({ outcome, why, reason }, by) => ({
      ...({ type: 'decide-case', by, outcome, reason } as const),
      ...defined({ why }),
    })),
  ];
}

function writeNote(program: InvigilatorPorts, common: Common): Endpoint {
  const says = { name: 'note', summary: 'Write a note in the log, also after the close', body: NoteForm };
  return typedAct(program, common, says, ({ text }, by) => ({ type: 'write-note', by, text }));
}

/** Who this is: what is registered, and what a person of the staff saw. */
function identityEndpoints(program: InvigilatorPorts, common: Common): Endpoint[] {
  return [
    jsonEndpoint({
      ...common,
      method: 'get',
      path: '/invigilator/sessions/:id/person',
      summary: 'What is registered of the person, to hold a document beside',
      reply: PersonAtDoor,
      problems: ['not-found'],
      handle: async ({ access, param }) => {
        const { id, session } = await ownSession(program, access, param('id'));
        const person = await program.persons.of(id.tenant, session.state.terms);
        if (person === undefined) throw new Problem('not-found');
        await program.staffLog.record(id.tenant, doneBy('person-read', access.id, id.id));
        const { name, birthDate, reference } = person;
        return { name, birthDate, reference };
      },
    }),
    typedAct(
      program,
      common,
      { name: 'identity', summary: 'Who this is was looked at', body: IdentityForm },
      ({ document }, by) => ({ type: 'check-identity', by, document }),
    ),
    commandEndpoint({
      ...common,
      method: 'post',
      path: '/invigilator/sessions/:id/admit',
      summary: 'Let the candidate begin; with the document that was shown, where one was just now',
      body: AdmitForm,
      problems: ['not-found', 'wrong-state'],
      handle: async ({ access, param, body }) => {
        const { id, session } = await ownSession(program, access, param('id'));
        const { seat = 'device' } = session.state;
        await program.sessions.handle(id, {
          ...({ type: 'admit', by: access.id, seat } as const),
          ...defined({ document: body.document, act: body.id }),
        });
      },
    }),
  ];
}

function examBrowserEndpoints(program: InvigilatorPorts, common: Common): Endpoint[] {
  const overrides = { name: 'override-browser', summary: 'Go on in any browser, with a reason', body: ReasonedAct };
  const requires = { name: 'require-browser', summary: 'Safe Exam Browser is asked for again', body: PlainAct };
  return [
    typedAct(program, common, overrides, ({ why, reason }, by) => ({
      ...({ type: 'override-browser', by, reason } as const),
      ...defined({ why }),
    })),
    typedAct(program, common, requires, (_body, by) => ({ type: 'require-browser', by })),
    jsonEndpoint({
      ...common,
      method: 'get',
      path: '/invigilator/exam-browser',
      summary: 'The settings of today for Safe Exam Browser at the own centre',
      reply: ExamSettings,
      handle: async ({ access }) => {
        const day = dayOf(program.now());
        const { settings, quitPassword } = program.examSettings({
          tenant: access.tenant,
          centre: access.account.centre,
          day,
        });
        await program.staffLog.record(access.tenant, doneBy('exam-settings-taken', access.id, access.account.centre));
        return { day, file: settingsFile(settings), quitPassword };
      },
    }),
  ];
}

/** How a device comes to a session: by a new code, or by a push to the seat where it waits. */
function arrivalEndpoints(program: InvigilatorPorts, common: Common): Endpoint[] {
  return [
    jsonEndpoint({
      ...common,
      method: 'post',
      path: '/invigilator/sessions/:id/code',
      summary: 'A new code for re-admission',
      reply: Code,
      problems: ['not-found', 'wrong-state'],
      handle: async ({ access, param }) => {
        const { id, session } = await ownSession(program, access, param('id'));
        if (session.state.closed !== undefined) throw new Problem('wrong-state', { reason: 'session-closed' });
        return codeFor(program, id, access);
      },
    }),
    commandEndpoint({
      ...common,
      method: 'post',
      path: '/invigilator/sessions/:id/push',
      summary: 'Push the session to a waiting seat; admits',
      body: PushToSeat,
      problems: ['not-found', 'wrong-state'],
      handle: async ({ access, body, param }) => {
        const { id, session } = await ownSession(program, access, param('id'));
        if (session.state.closed !== undefined) throw new Problem('wrong-state', { reason: 'session-closed' });
        const push = { tenant: id.tenant, session: id.id, by: access.id };
        if (!(await program.live.seats.push(body.seat, push))) throw new Problem('not-found', { field: 'seat' });
      },
    }),
  ];
}

/** One endpoint for each act on a session. */
function acts(program: InvigilatorPorts, common: Common): Endpoint[] {
  const act = (name: string, summary: string, command: (by: string) => SessionCommand): Endpoint =>
    typedAct(program, common, { name, summary, body: PlainAct }, (_, by) => command(by));
  const actWithReason = (name: string, summary: string, type: 'pause' | 'end' | 'reopen' | 'refund-play'): Endpoint =>
    typedAct(program, common, { name, summary, body: ReasonedAct }, ({ why, reason }, by) => ({
      ...({ type, by, reason } as const),
      ...defined({ why }),
    }));
  return [
    actWithReason('pause', 'Pause; the clock stands still', 'pause'),
    act('resume', 'Go on', (by) => ({ type: 'resume', by })),
    actWithReason('end', 'End the session before its time', 'end'),
    actWithReason('reopen', 'Take back a close that was a mistake; goes on by a new code', 'reopen'),
    actWithReason('refund-play', 'Give one play back', 'refund-play'),
    act('lower-hand', 'The raised hand was seen to', (by) => ({ type: 'lower-hand', by })),
    giveTime(program, common),
  ];
}

function giveTime(program: InvigilatorPorts, common: Common): Endpoint {
  return commandEndpoint({
    ...common,
    method: 'post',
    path: '/invigilator/sessions/:id/extra-time',
    summary: 'Give extra time, with a reason; beyond what one person gives a second one confirms it',
    body: ExtraTime,
    problems: ['not-found', 'wrong-state', ...secondPersonProblems],
    handle: async ({ access, param, body, request, response }) => {
      const { id } = await ownSession(program, access, param('id'));
      const { id: act, ms, why, reason, confirmedBy: asked } = body;
      const confirmedBy = asked && (await secondPerson(program, access, { of: 'room', asked, request, response }));
      const command = { type: 'grant-extra-time', by: access.id, ms, reason } as const;
      await program.sessions.handle(id, { ...command, ...defined({ why, confirmedBy, act }) });
    },
  });
}

/** A session of another centre looks like one that does not exist. */
async function ownSession(
  program: InvigilatorPorts,
  access: StaffAccess,
  id: string,
): Promise<{ readonly id: SessionId; readonly session: LoadedSession }> {
  const session = await program.sessions.load({ tenant: access.tenant, id });
  if (session === undefined || session.state.terms.centre !== access.account.centre) throw new Problem('not-found');
  return { id: { tenant: access.tenant, id }, session };
}
