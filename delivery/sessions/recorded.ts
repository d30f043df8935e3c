/**
 * The events of a session as the journal records them, checked on reading. Apart from `session.ts`, so that the core of
 * a session runs in a browser without these schemas. Every type of event has its schema here, or this does not compile.
 */
import { z } from 'zod';
import type { JsonObject } from '../../storage/document/json.ts';
import { Language } from '../../item-bank/items/item.ts';
import { CaseOutcome } from '../proctoring/case-outcome.ts';
import { IdentityDocument } from '../proctoring/seen-identity.ts';
import { Conduct } from '../proctoring/conduct.ts';
import { Inference } from '../proctoring/inference.ts';
import { MessageCode } from '../proctoring/message-code.ts';
import { ReasonCode } from '../proctoring/reason-code.ts';
import { Severity, Signal } from '../proctoring/signal.ts';
import { RefusalCode } from './operation.ts';
import { resultKeyHash } from './personal.ts';
import type { EventOf, EventType, SessionEvent } from './session.ts';

const at = z.iso.datetime();
const text = z.string();
const count = z.int().nonnegative();
const position = count;
const category = z.number().nullable();
const item = z.strictObject({ id: text, version: z.int().positive() });
const givenItem = { item, handle: text, optionOrder: z.array(count), scored: z.boolean() };
const givenTurn = { item, task: text, turn: count, handle: text };
const formPosition = { ...givenItem, slot: text, part: text };
const terms = {
  candidate: text,
  test: text,
  specification: z.int().positive(),
  releases: z.record(text, text),
  engine: text,
  language: Language,
  contactLanguage: Language,
  seed: text,
  centre: text,
  reference: text,
  accommodations: z.strictObject({ extraTimePercent: z.number(), extraPlays: z.number() }),
  excludedItems: z.array(text),
  synthetic: z.boolean(),
  conduct: Conduct.exactOptional(),
};
const draw = z.union([
  z.strictObject({ seed: text, key: text, among: z.array(text) }),
  z.strictObject({ seed: text, purpose: text, position: z.number() }),
]);

const step = z.discriminatedUnion('name', [
  z.strictObject({ name: z.enum(['registered', 'arrived', 'confirm-name', 'sound-check', 'closed']) }),
  z.strictObject({ name: z.literal('practice'), index: count }),
  z.strictObject({ name: z.literal('part-intro'), part: count }),
  z.strictObject({ name: z.literal('adaptive'), part: count, handle: text }),
  z.strictObject({ name: z.literal('linear'), part: count, position }),
  z.strictObject({ name: z.literal('speaking'), part: count, position }),
]);

const head = { at, op: z.strictObject({ id: text, seq: count }).exactOptional(), act: text.exactOptional() };
const why = ReasonCode.exactOptional();
const event = <T extends EventType, S extends z.core.$ZodShape>(type: T, members: S) =>
  z.strictObject({ type: z.literal(type), schema: z.literal(1), ...head, ...members });

/** Sessions of before their persons were encrypted are read in the present form. */
const clearRegistered = event('registered', { ...terms, candidateName: text, resultKey: text }).transform(
  ({ candidateName, resultKey, ...rest }) => ({
    ...rest,
    personal: { candidateName, resultKey },
    resultKeyHash: resultKeyHash(resultKey),
  }),
);
const registered = z.union([
  z.strictObject({
    type: z.literal('registered'),
    schema: z.literal(2),
    ...head,
    ...terms,
    personal: text,
    resultKeyHash: text,
  }),
  clearRegistered,
]);

export const sessionEventSchemas: { readonly [T in EventType]: z.ZodType<EventOf<T>> } = {
  registered,
  'code-made': event('code-made', { hash: text, admits: z.boolean(), by: text }),
  arrived: event('arrived', { seat: text }),
  admitted: event('admitted', { by: text, identityChecked: z.boolean(), seat: text }),
  'writer-taken': event('writer-taken', { fence: count }),
  'identity-checked': event('identity-checked', { by: text, document: IdentityDocument }),
  'name-confirmed': event('name-confirmed', {}),
  'sound-checked': event('sound-checked', { peak: z.number() }),
  'practice-assembled': event('practice-assembled', {
    given: z.array(z.union([z.strictObject(givenItem), z.strictObject(givenTurn)])),
  }),
  'practice-done': event('practice-done', { handle: text }),
  'part-started': event('part-started', { part: text, deadlineAt: at.exactOptional() }),
  'form-assembled': event('form-assembled', { positions: z.array(z.strictObject(formPosition)) }),
  'turns-assembled': event('turns-assembled', { turns: z.array(z.strictObject(givenTurn)) }),
  'item-presented': event('item-presented', {
    ...givenItem,
    position,
    theta: z.number(),
    standardError: z.number(),
    rule: text,
    stream: draw,
    deadlineAt: at,
  }),
  'media-played': event('media-played', { handle: text, plays: count }),
  answered: event('answered', {
    handle: text,
    option: text,
    choice: count,
    late: z.strictObject({ chosenAt: at, unheardFrom: at }).exactOptional(),
  }),
  'answer-held': event('answer-held', { handle: text, option: text, choice: count, pausedAt: at }),
  'held-answer-decided': event('held-answer-decided', { handle: text, counts: z.boolean(), by: text }),
  'item-completed': event('item-completed', {
    handle: text,
    category,
    why: z.enum(['answered', 'unanswered', 'outage']),
    theta: z.number(),
    standardError: z.number(),
  }),
  moved: event('moved', { position }),
  flagged: event('flagged', { handle: text, on: z.boolean() }),
  'turn-presented': event('turn-presented', { position, handle: text }),
  'recording-started': event('recording-started', { handle: text, upload: text }),
  'recording-sealed': event('recording-sealed', {
    handle: text,
    upload: text,
    sha256: text,
    bytes: count,
    durationMs: z.number(),
    contentType: text,
    peak: z.number(),
  }),
  'part-completed': event('part-completed', { part: text, reason: text }),
  paused: event('paused', { by: text, why, reason: text }),
  resumed: event('resumed', { by: text, deadlineAt: at.exactOptional() }),
  'extra-time-granted': event('extra-time-granted', {
    by: text,
    ms: z.number(),
    confirmedBy: text.exactOptional(),
    why,
    reason: text,
    deadlineAt: at.exactOptional(),
  }),
  'play-refunded': event('play-refunded', { by: text, handle: text, why, reason: text, plays: count }),
  'hand-raised': event('hand-raised', {}),
  'message-sent': event('message-sent', { number: z.int().positive(), message: MessageCode, by: text }),
  'message-read': event('message-read', { number: z.int().positive() }),
  'case-opened': event('case-opened', { by: text, why, reason: text }),
  'case-decided': event('case-decided', { by: text, outcome: CaseOutcome, why, reason: text }),
  'taken-over': event('taken-over', { by: text, why, reason: text }),
  'note-written': event('note-written', { by: text, text }),
  'hand-lowered': event('hand-lowered', { by: text }),
  'signal-recorded': event('signal-recorded', { signal: Signal, severity: Severity }),
  'inference-recorded': event('inference-recorded', { inference: Inference, severity: Severity }),
  'connection-lost': event('connection-lost', {
    unheardFrom: at.exactOptional(),
    clockStopsMs: count.exactOptional(),
  }),
  'connection-restored': event('connection-restored', { awayMs: z.number() }),
  'time-given-back': event('time-given-back', { from: at, ms: count, deadlineAt: at }),
  'browser-refused': event('browser-refused', { fault: z.enum(['missing', 'wrong']) }),
  'browser-accepted': event('browser-accepted', {}),
  'browser-overridden': event('browser-overridden', { by: text, why, reason: text }),
  'browser-required': event('browser-required', { by: text }),
  'outage-measured': event('outage-measured', { from: at, to: at }),
  'operation-noted': event('operation-noted', { kind: text }),
  'form-scored': event('form-scored', { categories: z.array(category) }),
  'operation-refused': event('operation-refused', {
    kind: text,
    code: RefusalCode,
    handle: text.exactOptional(),
    option: text.exactOptional(),
    choice: count.exactOptional(),
    madeAt: at.exactOptional(),
    on: z.boolean().exactOptional(),
    position: count.exactOptional(),
    upload: text.exactOptional(),
    chunks: count.exactOptional(),
    durationMs: z.number().exactOptional(),
    peak: z.number().exactOptional(),
  }),
  'server-clock-jumped': event('server-clock-jumped', { noticedAt: at, machineAt: at, aheadMs: z.int() }),
  'server-clock-confirmed': event('server-clock-confirmed', { noticedAt: at, by: text }),
  closed: event('closed', {
    by: text,
    reason: z.enum(['completed', 'deadline', 'ended']),
    why,
    note: text.exactOptional(),
    held: z.strictObject({ until: at, step, remainingMs: z.number().exactOptional() }).exactOptional(),
  }),
  'close-settled': event('close-settled', {}),
  reopened: event('reopened', { by: text, why, reason: text, step, deadlineAt: at.exactOptional() }),
  'attempt-decided': event('attempt-decided', { by: text, counts: z.boolean(), why, reason: text }),
};
const isKnown = (type: unknown): type is EventType =>
  typeof type === 'string' && Object.hasOwn(sessionEventSchemas, type);

/** Throws for a type, a schema version or a member that is not known. */
export function readSessionEvent(recorded: JsonObject): SessionEvent {
  const { type } = recorded;
  if (!isKnown(type)) throw new Error('no such event of a session');
  return sessionEventSchemas[type].parse(recorded);
}

/** What is recorded of an event: the event, and of a session of before what was recorded then. */
export function writeSessionEvent(event: SessionEvent): object {
  if (event.type !== 'registered' || typeof event.personal === 'string') return event;
  const { personal, resultKeyHash: _resultKeyHash, ...rest } = event;
  return { ...rest, ...personal };
}
