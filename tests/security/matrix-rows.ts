/** The matrix's rows: what to send to an endpoint, whose it is, and what the rightful caller gets. In this order. */
import { dayOf } from '../../storage/document/day.ts';
import { toInstant } from '../../storage/document/instant.ts';
import type { House } from './matrix-house.ts';

/** What the path names: the rightful caller's own, one that is closed, or one that does not exist. */
export type Subject = 'own' | 'closed' | 'unknown';

export interface Row {
  readonly params?: (house: House, subject: Subject) => Readonly<Record<string, string>>;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object | string | ((house: House) => object | string);
  /** Who may reach what the path names; absent: everybody whom the door lets in. */
  readonly belongsTo?: 'centre' | 'holder' | 'agency' | 'office' | 'candidate';
  /** The endpoint names nothing: a stranger gets this status, and nothing of the others in the reply. */
  readonly private?: number;
  /** Status for the rightful caller. */
  readonly own: number;
  /** Status when the session is closed. */
  readonly closed?: number;
}

const unknown = '0000000000000000000000000x';
const sessionOf = (house: House, subject: Subject): { id: string } => ({
  id: { own: house.openSession, closed: house.closedSession, unknown }[subject],
});
const registrationOf = (house: House, subject: Subject): { id: string } => ({
  id: { own: house.registration, closed: house.cancelledRegistration, unknown }[subject],
});
const performanceOf = (house: House, subject: Subject): Record<string, string> => ({
  performance: subject === 'unknown' ? unknown : house.performance,
  n: '0',
});
const calibrationOf = (house: House, subject: Subject): Record<string, string> => ({
  id: subject === 'unknown' ? unknown : house.calibration,
  file: 'items.csv',
});
const bankOf = (): Record<string, string> => ({ bank: 'nt2-listening', id: 'L-A1-001', media: 'voice' });

const session = { params: sessionOf, belongsTo: 'centre', closed: 409 } as const;
const registration = { params: registrationOf, belongsTo: 'centre', closed: 409 } as const;
const performance = { params: performanceOf, belongsTo: 'holder' } as const;
const calibration = { params: calibrationOf, belongsTo: 'agency' } as const;
const bytes = { 'content-type': 'application/octet-stream' } as const;
/** The body is made when it is sent. */
const today = () => ({ day: dayOf(toInstant(Date.now())) });
const reason = { reason: 'a test of the matrix' };
const nobody = { account: 'nobody@demo', password: 'wrong' };

export const rows: Readonly<Record<string, Row>> = {
  'get /public/about': { own: 200 },
  'post /public/result': { body: { key: unknown }, own: 404 },
  'post /public/check': { body: { credential: 'none' }, own: 200 },

  'post /staff/login': { body: nobody, own: 401 },
  'post /staff/logout': { own: 204 },
  'get /staff/me': { own: 200 },
  'post /staff/password': { body: { password: 'a password of the matrix', chosen: 'short' }, own: 400 },

  'post /candidate/seats': { own: 200 },
  'post /candidate/admission': { body: { code: 'abcd-efgh-jkmnp' }, own: 404 },
  'get /candidate/seats/events': { own: 200 },
  'get /candidate/session': { own: 200, closed: 200 },
  'post /candidate/session/take': { own: 200 },
  'get /candidate/session/events': { own: 200, closed: 200 },
  'post /candidate/session/heartbeat': { body: {}, own: 200, closed: 200 },
  'get /candidate/media/{handle}': {
    params: ({ media }, subject) => ({ handle: subject === 'unknown' ? unknown : media }),
    belongsTo: 'candidate',
    own: 200,
    closed: 404,
  },
  'put /candidate/recordings/{upload}/chunks/{n}': {
    params: ({ upload }) => ({ upload, n: '0' }),
    headers: { ...bytes, 'x-chunk-sha256': '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08' },
    body: 'test',
    own: 204,
    closed: 409,
  },
  'get /candidate/recordings/{upload}': {
    params: ({ sealed }, subject) => ({ upload: subject === 'unknown' ? unknown : sealed }),
    belongsTo: 'candidate',
    own: 200,
    closed: 404,
  },
  'post /candidate/session/operations': {
    body: ({ fence }) => ({ fence, operations: [{ opId: 'matrix-operation-1', seq: 9_999, kind: 'raise-hand' }] }),
    own: 409,
    closed: 409,
  },

  'get /examiner/queue': { own: 200, belongsTo: 'holder', private: 200 },
  'get /examiner/claims/current': { own: 200, belongsTo: 'holder', private: 204 },
  'get /examiner/claims/{performance}/turns/{n}/audio': { ...performance, own: 200 },
  'get /examiner/claims/{performance}/turns/{n}/prompt': { ...performance, own: 200 },
  'post /examiner/claims/{performance}/renew': { ...performance, own: 200 },
  'post /examiner/claims/{performance}/rating': {
    ...performance,
    body: ({ criteria }) => ({ scores: Object.fromEntries(criteria.map((criterion) => [criterion, 3])) }),
    own: 204,
  },
  'post /examiner/claims/{performance}/release': { ...performance, own: 409 },
  'post /examiner/claims': { own: 200 },

  'get /designer/banks': { own: 200 },
  'get /designer/banks/{bank}/items': { params: bankOf, own: 200 },
  'get /designer/banks/{bank}/items/{id}': { params: bankOf, own: 200 },
  'get /designer/banks/{bank}/media/{media}': { params: bankOf, own: 404 },
  'get /designer/banks/{bank}/releases': { params: bankOf, own: 200 },
  'get /designer/specifications': { own: 200 },
  'post /designer/banks/{bank}/in-force': {
    params: bankOf,
    body: { release: 'none', ...reason, confirmedBy: nobody },
    own: 401,
  },
  'get /designer/calibrations': { own: 200, belongsTo: 'agency', private: 200 },
  'get /designer/calibrations/{id}': { ...calibration, own: 200 },
  'get /designer/calibrations/{id}/events': { ...calibration, own: 200 },
  'get /designer/calibrations/{id}/files/{file}': { ...calibration, own: 200 },
  'post /designer/calibrations/{id}/cancel': { ...calibration, own: 409 },
  'post /designer/calibrations/{id}/release': { ...calibration, body: { items: ['none'], ...reason }, own: 400 },
  'post /designer/calibrations/{id}/erase-files': { ...calibration, own: 204 },
  'post /designer/banks/{bank}/calibrations': {
    params: bankOf,
    query: '?source=file&model=rasch&anchors=none&name=matrix.txt',
    headers: bytes,
    body: ({ responses }) => responses,
    own: 200,
  },

  'get /office/staff-log': { own: 200, belongsTo: 'office', private: 200 },

  'get /invigilator/room': { own: 200, belongsTo: 'centre', private: 200 },
  'get /invigilator/room/events': { own: 200, belongsTo: 'centre', private: 200 },
  'get /invigilator/room/plan': { own: 200, belongsTo: 'centre', private: 200 },
  'put /invigilator/room/plan': { body: { columns: 4, places: [{ seat: 'blauwe vos 7', place: 2 }] }, own: 204 },
  'get /invigilator/tests': { own: 200 },
  'get /invigilator/registrations': { own: 200, belongsTo: 'centre', private: 200 },
  'post /invigilator/registrations': { body: ({ person }) => ({ ...person(), ...today() }), own: 200 },
  'post /invigilator/registrations/{id}/reschedule': { ...registration, body: today, own: 204 },
  'post /invigilator/registrations/{id}/absent': { ...registration, body: { excused: false }, own: 204 },
  'post /invigilator/registrations/{id}/earlier': {
    ...registration,
    body: { session: unknown, counts: true, ...reason },
    own: 404,
    closed: 404,
  },
  'post /invigilator/registrations/{id}/admit': { ...registration, own: 200 },
  'post /invigilator/registrations/{id}/cancel': {
    ...registration,
    params: (house, subject) => (subject === 'own' ? { id: house.otherRegistration } : registrationOf(house, subject)),
    body: reason,
    own: 204,
    // Carried out before.
    closed: 204,
  },
  'post /invigilator/sessions': { body: ({ person }) => person(), own: 200 },
  'get /invigilator/sessions/{id}/log': { params: sessionOf, belongsTo: 'centre', own: 200, closed: 200 },
  'post /invigilator/sessions/{id}/code': { ...session, own: 200 },
  'get /invigilator/sessions/{id}/person': { params: sessionOf, belongsTo: 'centre', own: 200, closed: 200 },
  'post /invigilator/sessions/{id}/identity': { ...session, body: { document: 'passport' }, own: 204 },
  'post /invigilator/sessions/{id}/admit': { ...session, own: 204 },
  'post /invigilator/sessions/{id}/pause': { ...session, body: reason, own: 204 },
  'post /invigilator/sessions/{id}/resume': { ...session, own: 204 },
  'post /invigilator/sessions/{id}/extra-time': { ...session, body: { ms: 60_000, ...reason }, own: 204 },
  'post /invigilator/sessions/{id}/held-answer': { ...session, body: { answer: 'i1', counts: true }, own: 409 },
  'post /invigilator/sessions/{id}/note': {
    params: sessionOf,
    belongsTo: 'centre',
    body: { text: 'Kwam met een tolk.' },
    own: 204,
  },
  'post /invigilator/sessions/{id}/attempt': {
    params: sessionOf,
    belongsTo: 'centre',
    body: { counts: true, ...reason },
    own: 409,
  },
  'post /invigilator/sessions/{id}/case': { params: sessionOf, belongsTo: 'centre', body: reason, own: 204 },
  'post /invigilator/sessions/{id}/decide-case': {
    params: sessionOf,
    belongsTo: 'centre',
    body: { outcome: 'unfounded', ...reason },
    own: 409,
  },
  'post /invigilator/sessions/{id}/refund-play': { ...session, body: reason, own: 204 },
  'post /invigilator/sessions/{id}/lower-hand': { ...session, own: 204 },
  'post /invigilator/sessions/{id}/push': { ...session, body: ({ seat }) => ({ seat }), own: 204 },
  'post /invigilator/room/act': {
    body: ({ openSession }) => ({
      id: 'matrix-act-000001',
      sessions: [openSession],
      act: { kind: 'extra-time', ms: 60_000, ...reason },
    }),
    own: 200,
    belongsTo: 'centre',
    private: 200,
  },
  'post /invigilator/sessions/{id}/override-browser': { ...session, body: reason, own: 409 },
  'post /invigilator/sessions/{id}/require-browser': { ...session, own: 409 },
  'get /invigilator/exam-browser': { own: 200, belongsTo: 'centre', private: 200 },
  'get /invigilator/close-out': { own: 200, belongsTo: 'centre', private: 200 },
  'post /invigilator/clock/confirm': { body: { noticedAt: '2026-11-27T10:00:00.000Z' }, own: 409 },
  'post /invigilator/sessions/{id}/reopen': { ...session, body: reason, own: 409 },
  'post /invigilator/sessions/{id}/end': { ...session, body: reason, own: 204 },
};
