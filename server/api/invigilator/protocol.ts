/**
 * The invigilator: `/api/v1/invigilator/…` (staff cookie, role invigilator; only the sessions of the own centre).
 *
 *   GET  room                          -> Room
 *   GET  room/events (SSE)             -> event `room` with a Room at once, then event `changes` with RoomChanges; with
 *                                         Last-Event-ID only what changed since that event, where that is known;
 *                                         event `registrations` when those of the centre changed: ask for them again
 *   GET  room/plan                     -> RoomPlan        how the seats stand; PUT RoomPlan -> 204 lays them out anew
 *   GET  tests                         -> OfferedTests
 *   GET  registrations?day=            -> ExpectedPage    who is registered for a day (today unless given)
 *   POST registrations  ScheduleForm   -> Scheduled       registers a person for a test on a day
 *   POST registrations/:id/reschedule {day} | cancel {reason} | absent {excused}  -> 204
 *   POST registrations/:id/earlier {session, counts, why, reason} -> 204  the same, of the session that is in the way
 *                                         of this registration, at whichever centre it was
 *   POST registrations/:id/admit       -> Registered      at the door on the day: makes the session and its one-time
 *                                                         code
 *   POST sessions  RegistrationForm    -> Registered      registers for today and admits, in one step
 * POST sessions/:id/code             -> Code            a new code for re-admission (the old one and the old tab stop
 * working)
 *   POST sessions/:id/push {seat}      -> 204             pushes the session to a waiting seat; admits
 *   POST sessions/:id/admit {document?} -> 204            lets the candidate begin; `document`: what was shown just now
 *   POST sessions/:id/identity {document} -> 204          who this is was looked at, before or after the admission
 *   GET  sessions/:id/person           -> PersonAtDoor    what is registered of the person, to hold a document beside
 *   What is done with one session takes an `id`, too: the act is carried out once, however often it is sent with it.
 * POST sessions/:id/pause {reason} | resume | end {reason} | lower-hand | refund-play {reason}  -> 204
 *   POST sessions/:id/extra-time {ms, reason, confirmedBy?} -> 204  beyond a bound a second person confirms
 *   POST sessions/:id/held-answer {answer, counts} -> 204  whether an answer that came during a pause counts
 *   POST sessions/:id/attempt {counts, why, reason} -> 204  whether a session that was broken off counts
 *   POST sessions/:id/reopen {reason}  -> 204             takes back a close that was a mistake; goes on by a new code
 *   POST room/act      RoomAct -> RoomActDone         one act on a selection or the whole room; once, if repeated
 *   POST sessions/:id/case {reason}    -> 204             something irregular was seen, also after the close
 *   POST sessions/:id/decide-case {outcome, reason} -> 204  by another account than the one that opened it
 *   POST sessions/:id/override-browser {reason} -> 204  goes on in any browser until `require-browser`; ends the pause
 *   POST sessions/:id/require-browser  -> 204             Safe Exam Browser is asked for again
 *   GET  exam-browser                  -> ExamSettings    the file of today for Safe Exam Browser, and what ends it
 *   POST sessions/:id/note {text}      -> 204             a note in the log, also after the close
 *   POST clock/confirm {noticedAt}     -> 204             the clocks were looked at: deadlines close sessions again
 *   GET  close-out?day=            -> CloseOutMade    the signed report of a day, today unless given
 *   GET  sessions/:id/log              -> ProctoringLog
 */
import { z } from 'zod';
import { Language } from '../../../item-bank/items/item.ts';
import { CloseOut } from '../../../delivery/monitoring/close-out.ts';
import { CaseOutcome } from '../../../delivery/proctoring/case-outcome.ts';
import { IdentityDocument } from '../../../delivery/proctoring/seen-identity.ts';
import { Conduct } from '../../../delivery/proctoring/conduct.ts';
import { MessageCode } from '../../../delivery/proctoring/message-code.ts';
import { ReasonCode } from '../../../delivery/proctoring/reason-code.ts';
import { writtenName, writtenReference } from '../../../people/candidates/written.ts';
import { LoginRequest } from '../staff/protocol.ts';

/** Taken as it is typed, and kept as it is written. */
const written = (write: (text: string) => string, longest: number) =>
  z
    .string()
    .max(2 * longest)
    .transform(write)
    .pipe(z.string().min(1).max(longest));

export const RegistrationForm = z.strictObject({
  name: written(writtenName, 100),
  birthDate: z.iso.date(),
  contactLanguage: Language,
  test: z.string().min(1).max(40),
  /** Language of the scored content: one that the test is offered in. */
  language: Language,
  /** Reference of the person in the trajectory system. */
  reference: written(writtenReference, 60),
  extraTimePercent: z.int().min(0).max(200).default(0),
  /** By what rules of the room; absent: in any browser, and all of it watched. */
  conduct: Conduct.optional(),
});
export type RegistrationForm = z.infer<typeof RegistrationForm>;
/** A day in Brussels, from today to 400 days ahead. */
const day = z.iso.date();
export const ScheduleForm = RegistrationForm.extend({ day });
export const Scheduled = z.strictObject({ registration: z.string() });
export const Reschedule = z.strictObject({ day });
/** What was typed may be left out where a code is chosen. */
const reason = { why: ReasonCode.optional(), reason: z.string().trim().max(500).default('') };
const isGiven = ({ why, reason: typed }: { why?: ReasonCode | undefined; reason: string }): boolean =>
  why !== undefined || typed !== '';
const notGiven = { path: ['reason'], error: 'a code or a text' };

export const Absence = z.strictObject({ excused: z.boolean(), ...reason });

export const ExpectedQuery = z.strictObject({
  day: day.optional(),
  /** `next` of the page before. */
  after: z.string().max(500).optional(),
});
export const ExpectedRow = z.strictObject({
  registration: z.string(),
  /** Absent once the person was erased. */
  name: z.string().optional(),
  test: z.string(),
  /** The test's title by language. */
  title: z.record(z.string(), z.string()),
  language: Language,
  contactLanguage: Language,
  extraTimePercent: z.int(),
  status: z.enum(['scheduled', 'cancelled', 'absent', 'admitted']),
  /** Of an absence. */
  excused: z.boolean().optional(),
  /** Of an admission. */
  session: z.string().optional(),
});
export type ExpectedRow = z.infer<typeof ExpectedRow>;
export const ExpectedPage = z.strictObject({
  /** The day that was asked for, and the present one. */
  day: z.iso.date(),
  today: z.iso.date(),
  registrations: z.array(ExpectedRow),
  next: z.string().optional(),
});
export type ExpectedPage = z.infer<typeof ExpectedPage>;

/** What a candidate can be registered for now, each with the languages of its scored content. */
export const OfferedTests = z.strictObject({
  tests: z.array(
    z.strictObject({ test: z.string(), title: z.record(z.string(), z.string()), languages: z.array(Language) }),
  ),
});
export type OfferedTests = z.infer<typeof OfferedTests>;

export const Code = z.strictObject({
  /** e.g. "k7wf-93mx-q2hd5"; shown once. */ code: z.string(),
  /** What the QR holds: address of the candidate's page with the code in the fragment. */ address: z.string(),
  /** SVG text of the QR. */ qr: z.string(),
});
export type Code = z.infer<typeof Code>;
export const Registered = z.strictObject({ session: z.string(), code: Code });

export const Reason = z.strictObject(reason).refine(isGiven, notGiven);
/** Names an act for ever: whoever sends it again, because no reply came, has it carried out once. */
const ActId = z
  .string()
  .min(16)
  .max(64)
  .regex(/^[0-9a-z-]+$/);
/** Of an act on one session. Without a name each one sent is an act of its own. */
const named = { id: ActId.optional() };
export const PlainAct = z.strictObject(named).default({});
export const ReasonedAct = z.strictObject({ ...named, ...reason }).refine(isGiven, notGiven);
const ms = z.int().min(1_000).max(7_200_000);
/** Another invigilator of the same centre, who is there and types this. */
const confirmedBy = LoginRequest.optional();
export const ExtraTime = z.strictObject({ ...named, ms, confirmedBy, ...reason }).refine(isGiven, notGiven);

export const RoomAct = z.strictObject({
  id: ActId,
  /** Of the own centre; `room`: everybody whom such an act is for. */
  sessions: z.union([z.array(z.string().max(64)).min(1).max(500), z.literal('room')]),
  act: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('admit') }),
    z.strictObject({ kind: z.literal('pause'), ...reason }).refine(isGiven, notGiven),
    /** `pausedFor`: only whom a pause with this code stopped. */
    z.strictObject({ kind: z.literal('resume'), pausedFor: ReasonCode.optional() }),
    z.strictObject({ kind: z.literal('extra-time'), ms, confirmedBy, ...reason }).refine(isGiven, notGiven),
    z.strictObject({ kind: z.literal('message'), message: MessageCode }),
    /** Whoever asks looks after the room from now on. */
    z.strictObject({ kind: z.literal('take-over'), ...reason }),
  ]),
});
export const NoteForm = z.strictObject({ ...named, text: z.string().trim().min(1).max(2_000) });
export const CaseDecision = z.strictObject({ ...named, outcome: CaseOutcome, ...reason }).refine(isGiven, notGiven);
/** Of a session that was broken off. That one does not count has a code. */
const attempt = { ...named, counts: z.boolean(), ...reason };
const isAttemptGiven = ({ counts, ...given }: z.infer<z.ZodObject<typeof attempt>>): boolean =>
  counts ? isGiven(given) : given.why !== undefined;
export const AttemptCounts = z.strictObject(attempt).refine(isAttemptGiven, notGiven);
export const EarlierCounts = z
  .strictObject({ session: z.string().max(64), ...attempt })
  .refine(isAttemptGiven, notGiven);
export const HeldAnswerDecision = z.strictObject({ ...named, answer: z.string().max(64), counts: z.boolean() });
export type RoomAct = z.infer<typeof RoomAct>;
export const RoomActDone = z.strictObject({
  outcomes: z.array(
    z.strictObject({
      session: z.string(),
      /** `failed`: a fault of ours; ask again with the same id. */
      outcome: z.enum(['done', 'refused', 'failed']),
      /** Of a refusal. */
      refusal: z.string().optional(),
    }),
  ),
});
export type RoomActDone = z.infer<typeof RoomActDone>;
export const IdentityForm = z.strictObject({ ...named, document: IdentityDocument });
export const AdmitForm = z.strictObject({ ...named, document: IdentityDocument.optional() }).default({});
/** As it stands in the register. */
export const PersonAtDoor = z.strictObject({
  name: z.string(),
  birthDate: z.string(),
  reference: z.string(),
});
export type PersonAtDoor = z.infer<typeof PersonAtDoor>;
export const PushToSeat = z.strictObject({ seat: z.string().max(64) });

export const RoomSession = z.strictObject({
  session: z.string(),
  /** Absent once the person was erased. */
  name: z.string().optional(),
  test: z.string(),
  /** The test's title by language. */
  title: z.record(z.string(), z.string()),
  language: Language,
  contactLanguage: Language,
  status: z.enum(['registered', 'arrived', 'active', 'paused', 'closed']),
  /** Where the candidate is, e.g. {part:'listening', number:7, total:33}. */
  step: z.strictObject({ name: z.string(), number: z.int().optional(), total: z.int().optional() }),
  /** The code of the pause. */
  pausedFor: ReasonCode.optional(),
  seat: z.string().optional(),
  connection: z.enum(['never', 'connected', 'lost']),
  handRaisedAt: z.iso.datetime().optional(),
  /** The last case about something irregular. */
  irregularity: z
    .strictObject({
      by: z.string(),
      at: z.iso.datetime(),
      decided: z.strictObject({ by: z.string(), at: z.iso.datetime(), outcome: CaseOutcome }).exactOptional(),
    })
    .optional(),
  /** Of a session that was broken off: whether it is an attempt. */
  attempt: z.enum(['undecided', 'counts', 'does-not-count']).optional(),
  /** The last check of who this is; absent while nobody made one. */
  identity: z
    .strictObject({ by: z.string(), at: z.iso.datetime(), document: IdentityDocument.exactOptional() })
    .optional(),
  /** Who took over the room last. */
  invigilator: z.string().optional(),
  /** The last that was said to the candidate, and when the candidate said to have read it. */
  message: z
    .strictObject({
      number: z.int().positive(),
      message: MessageCode,
      at: z.iso.datetime(),
      readAt: z.iso.datetime().exactOptional(),
    })
    .optional(),
  deadlineAt: z.iso.datetime().optional(),
  /** While the clock stands still; else `deadlineAt` says it. */
  remainingMs: z.int().optional(),
  /** Of a session that is taken in Safe Exam Browser: how that stands by the last request that was looked at. */
  examBrowser: z.enum(['unseen', 'right', 'missing', 'wrong', 'overridden']).optional(),
  /** Devices at the seat that do not work. */
  faults: z.array(z.enum(['microphone', 'sound', 'storage', 'line'])).readonly(),
  incidents: z.strictObject({ notice: z.int(), warning: z.int(), critical: z.int() }),
  lastIncident: z.string().optional(),
  /** Answers that came long after a pause had begun: it ends once somebody has said of each whether it counts. */
  heldAnswers: z.array(z.strictObject({ answer: z.string(), number: z.int(), at: z.iso.datetime() })).readonly(),
  /** Measured outages of the server not yet made good: offered as extra time. */
  outageMs: z.int(),
  /** Extra time that one person may still give; more needs a second one. */
  aloneMs: z.int(),
  /** Closed, and may be opened again until then. */
  reopenUntil: z.iso.datetime().optional(),
  /** Time that the clock stood still because the line was lost. */
  givenBackMs: z.int(),
});
export type RoomSession = z.infer<typeof RoomSession>;

export const WaitingSeat = z.strictObject({ seat: z.string(), name: z.string(), since: z.iso.datetime() });
/** A jump of a clock that nobody has looked at yet: no deadline closes a session. */
export const ClockStopSeen = z.strictObject({
  noticedAt: z.iso.datetime(),
  /** What the machine's clock said then, and how far it was ahead of the program's time, ms. */
  machineAt: z.iso.datetime(),
  aheadMs: z.int(),
});
export type ClockStopSeen = z.infer<typeof ClockStopSeen>;
export const ClockConfirmation = z.strictObject({ noticedAt: z.iso.datetime() });

export const Room = z.strictObject({
  centre: z.string(),
  serverNow: z.iso.datetime(),
  sessions: z.array(RoomSession),
  seats: z.array(WaitingSeat),
  clockStop: ClockStopSeen.optional(),
});
export type Room = z.infer<typeof Room>;
const areDistinct = (all: readonly unknown[]): boolean => new Set(all).size === all.length;
export const RoomPlan = z
  .strictObject({
    columns: z.int().min(1).max(40),
    /** `seat`: name of a seat, or a session whose device has none. `place`: 0 is the first of the first row. */
    places: z.array(z.strictObject({ seat: z.string().min(1).max(64), place: z.int().min(0).max(1_999) })).max(500),
  })
  .refine(
    ({ places }) => areDistinct(places.map(({ seat }) => seat)) && areDistinct(places.map(({ place }) => place)),
    {
      path: ['places'],
      error: 'one seat at a place, one place for a seat',
    },
  );
export type RoomPlan = z.infer<typeof RoomPlan>;
export const ExamSettings = z.strictObject({
  day: z.iso.date(),
  /** A property list: opened by Safe Exam Browser at each seat. */
  file: z.string(),
  /** Typed at a seat, it ends Safe Exam Browser. */
  quitPassword: z.string(),
});
export type ExamSettings = z.infer<typeof ExamSettings>;
export const CloseOutQuery = z.strictObject({ day: day.optional() });
export const CloseOutMade = z.strictObject({
  report: CloseOut,
  centreName: z.string(),
  /** By session: not part of what is signed. */
  names: z.record(z.string(), z.string()),
  /** By session, for each of its acts: what was typed; neither. */
  texts: z.record(z.string(), z.array(z.string())),
  /** Compact JWS of the report, to be kept: `meetlat verify-close-out` reads it. */
  signed: z.string(),
});
export type CloseOutMade = z.infer<typeof CloseOutMade>;
/** What changed since the event before: rows that read differently, sessions that left, all seats if one changed. */
export const RoomChanges = z.strictObject({
  serverNow: z.iso.datetime(),
  sessions: z.array(RoomSession),
  removed: z.array(z.string()),
  seats: z.array(WaitingSeat).optional(),
  /** Null: it is over. */
  clockStop: ClockStopSeen.nullable().optional(),
});
export type RoomChanges = z.infer<typeof RoomChanges>;

export const LogEntry = z.strictObject({
  at: z.iso.datetime(),
  type: z.string(),
  severity: z.enum(['info', 'notice', 'warning', 'critical']),
  /** `browser`: a page's own report; `inferred`: what the server saw for itself. */
  source: z.enum(['candidate', 'browser', 'invigilator', 'system', 'inferred']),
  by: z.string().optional(),
  /** The second person, where one was needed. */
  confirmedBy: z.string().optional(),
  item: z.int().optional(),
  why: ReasonCode.optional(),
  text: z.string().optional(),
  message: MessageCode.optional(),
  document: IdentityDocument.optional(),
  /** What was typed is gone with the person. */
  erased: z.literal(true).optional(),
  /** Of a close. */
  how: z.enum(['completed', 'deadline', 'ended']).optional(),
  durationMs: z.number().optional(),
  count: z.int().optional(),
  /** Seen by a page whose detector saw it wrongly. */
  unreliable: z.literal(true).optional(),
});
export type LogEntry = z.infer<typeof LogEntry>;
export const ProctoringLog = z.strictObject({
  session: z.string(),
  /** Absent once the person was erased. */
  name: z.string().optional(),
  entries: z.array(LogEntry),
  chain: z.strictObject({ commits: z.int(), head: z.string() }),
});
export type ProctoringLog = z.infer<typeof ProctoringLog>;
