/**
 * The wire between a candidate's client and the server: `/api/v1/candidate/…`.
 *
 *   POST seats                       -> Seat: this device waits for a session to be pushed to it
 * GET  seats/events  (SSE)         -> event `admission` {code}: use it at once; header Authorization: Bearer seatToken
 *   POST admission {code, seat?}     -> Admission: a one-time code (typed, scanned or pushed) becomes a token
 *   All below: header Authorization: Bearer token (kept in sessionStorage; a closed tab needs a new admission)
 *   POST session/take {id?}          -> CandidateView: this page becomes the only writer (a new fence); once for an id
 *   GET  session                     -> CandidateView
 *   POST session/operations          -> OperationsReply | 409 problem `seq-gap` {expectedSeq} | 409 `fenced`
 *   GET  session/events  (SSE)       -> event `changed` {version}: fetch GET session again
 *   POST session/heartbeat {roundTripMs?} -> Heartbeat, every `beatMs` (numbers.ts)
 *   Of a session that is taken in Safe Exam Browser, take, session, operations and media ask for its key, in the header
 *   X-SafeExamBrowser-ConfigKeyHash (of the request's address) or Meetlat-Config-Key-Hash (of the page's): else
 *   403 problem `exam-browser-required` {fault: missing | wrong}, and nothing that the page keeps is lost
 * GET  media/:handle               -> audio or picture bytes. A stimulus or prompt is served only after an accepted
 * `play`.
 *   PUT  recordings/:upload/chunks/:n -> 204. Body: the bytes; header X-Chunk-SHA256: hex
 *   GET  recordings/:upload          -> the candidate's own sealed recording, to hear it back
 */
import { z } from 'zod';
import { Language } from '../../../item-bank/items/item.ts';
import { MessageCode } from '../../../delivery/proctoring/message-code.ts';
import { Operation, OperationOutcome } from '../../../delivery/sessions/operation.ts';
import { Anchor } from '../../../storage/journal/checkpoint.ts';
import { largestBatch } from './numbers.ts';

export const AdmissionRequest = z.strictObject({
  code: z.string().min(1).max(40),
  seat: z.string().max(64).optional(),
});
export const Admission = z.strictObject({ token: z.string() });
export const Seat = z.strictObject({
  seat: z.string(),
  /** What the invigilator sees, e.g. "blauwe vos 7": shown large on the waiting page. */ name: z.string(),
  seatToken: z.string(),
});

/** `id` names the taking: a request that the line brings twice takes once. */
export const TakeRequest = z
  .strictObject({
    id: z
      .string()
      .min(16)
      .max(64)
      .regex(/^[0-9a-z-]+$/)
      .optional(),
  })
  .default({});

export const OptionView = z.strictObject({
  handle: z.string(),
  /** Absent in a listening test: the option is heard or seen, not read. */
  text: z.string().optional(),
  /** Media handle of its sound. */
  audio: z.string().optional(),
  picture: z.string().optional(),
  /** Text alternative of the picture. */
  alt: z.string().optional(),
});

export const ItemView = z.strictObject({
  handle: z.string(),
  /** Media handle of the stimulus, where there is one. */
  stimulus: z.string().optional(),
  stem: z.strictObject({ text: z.string(), audio: z.string() }),
  options: z.array(OptionView),
  /** Language and direction of the content, which may differ from the interface's. */
  language: Language,
});
export type ItemView = z.infer<typeof ItemView>;

export const TurnView = z.strictObject({
  handle: z.string(),
  title: z.string(),
  /** Media handle of the prompt. */
  prompt: z.string(),
  prepMs: z.int(),
  answerMs: z.int(),
  playsLeft: z.int(),
  /** Upload id of the sealed recording, once there is one. */
  recorded: z.string().optional(),
});

export type TurnView = z.infer<typeof TurnView>;

export const Overview = z.array(z.strictObject({ position: z.int(), answered: z.boolean(), flagged: z.boolean() }));

const number = { number: z.int(), total: z.int() };
export const Screen = z.discriminatedUnion('name', [
  /** Code used; the invigilator has not admitted yet. */
  z.strictObject({ name: z.literal('waiting') }),
  /** Whatever the candidate was at is shown again when the pause is over. */
  z.strictObject({ name: z.literal('paused') }),
  z.strictObject({ name: z.literal('confirm-name') }),
  z.strictObject({ name: z.literal('sound-check'), /** A voice to hear. */ voice: z.string() }),
  z.strictObject({ name: z.literal('practice-choice'), ...number, item: ItemView }),
  z.strictObject({ name: z.literal('practice-speaking'), ...number, turn: TurnView }),
  z.strictObject({
    name: z.literal('part-intro'),
    part: z.string(),
    kind: z.enum(['adaptive', 'speaking', 'linear']),
    /** By language; absent where the specification names the part by its id alone. */
    partTitle: z.record(z.string(), z.string()).exactOptional(),
    /** The test's title by language, for a part that has no introduction of its own. */
    title: z.record(z.string(), z.string()),
  }),
  /**
   * `number` counts the items seen; the total of an adaptive test is a maximum. `open` false: its time is over, it
   * takes no answers.
   */
  z.strictObject({
    name: z.literal('listening-item'),
    ...number,
    item: ItemView,
    playsLeft: z.int(),
    selected: z.string().optional(),
    open: z.boolean(),
    /** What is selected came after the time was over, and does not count. */
    late: z.literal(true).optional(),
  }),
  z.strictObject({ name: z.literal('speaking-turn'), ...number, turn: TurnView }),
  z.strictObject({
    name: z.literal('linear-item'),
    ...number,
    item: ItemView,
    selected: z.string().optional(),
    flagged: z.boolean(),
    overview: Overview,
  }),
  z.strictObject({ name: z.literal('review'), overview: Overview }),
  /** `resultPath` e.g. /result/#KEY: where the candidate later finds result, certificate and the public check. */
  z.strictObject({
    name: z.literal('receipt'),
    reference: z.string(),
    resultPath: z.string(),
    /** The newest signed checkpoint of the journal: whoever keeps it can have the record checked against it. */
    checkpoint: Anchor.optional(),
    reason: z.enum(['completed', 'deadline', 'ended']),
  }),
]);
export type Screen = z.infer<typeof Screen>;

export const CandidateView = z.strictObject({
  version: z.int(),
  serverNow: z.iso.datetime(),
  fence: z.int(),
  nextSeq: z.int(),
  test: z.string(),
  candidateName: z.string(),
  /** Language in which instructions are also heard. */
  contactLanguage: Language,
  synthetic: z.boolean(),
  paused: z.boolean(),
  handRaised: z.boolean(),
  /** What the page watches, by the rules of the session; the page fills the screen where leaving that is watched. */
  watched: z.strictObject({ focus: z.boolean(), fullScreen: z.boolean() }),
  /** What the invigilator says, until it was read; one at a time. */
  message: z.strictObject({ number: z.int().positive(), message: MessageCode }).optional(),
  /** When the present part or item closes. While paused `remainingMs` stands still. Absent where no clock runs. */
  clock: z.strictObject({ deadlineAt: z.iso.datetime(), remainingMs: z.int() }).optional(),
  screen: Screen,
});
export type CandidateView = z.infer<typeof CandidateView>;

export const OperationsRequest = z.strictObject({
  fence: z.int(),
  operations: z.array(Operation).min(1).max(largestBatch),
});
export type OperationsRequest = z.infer<typeof OperationsRequest>;
/**
 * Outcomes are in the order of the request. The client removes an operation from its outbox only when its outcome is
 * here.
 */
export const OperationsReply = z.strictObject({ outcomes: z.array(OperationOutcome), view: CandidateView });
export type OperationsReply = z.infer<typeof OperationsReply>;

export const HeartbeatRequest = z.strictObject({ roundTripMs: z.number().nonnegative().max(600_000).optional() });
export const Heartbeat = z.strictObject({ serverNow: z.iso.datetime(), version: z.int() });
