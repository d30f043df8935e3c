/** What each endpoint and each command writes of the staff (people/staff/staff-log.ts), or why it writes nothing. */
import type { StaffActType } from '../../people/staff/staff-log.ts';

export type StaffActRow = StaffActType | { readonly none: string };
const none = (why: string): StaffActRow => ({ none: why });

const candidate = none('the candidate, not the staff');
const public_ = none('whoever has the key or the certificate, not the staff');
const inSession = none("stands in the session's own stream, with the account");
const inRegistration = none("stands in the registration's own stream, with the account");
const inPerformance = none("stands in the performance's own stream, with the account");
const atWork = none('the work of the day: what was done from it is recorded, what was on the screen is not');
const noKeys = none('numbers and names of tests and items, without a key and without a person');
const readsOnly = none('reads, on the machine itself, and shows no person and no key');

export const endpointActs: Readonly<Record<string, StaffActRow>> = {
  'get /public/about': public_,
  'post /public/result': public_,
  'post /public/check': public_,

  'post /staff/login': 'logged-in',
  'post /staff/logout': 'logged-out',
  'get /staff/me': none('who asks is told who that is'),
  'post /staff/password': 'password-changed',

  'post /candidate/seats': candidate,
  'post /candidate/admission': candidate,
  'get /candidate/seats/events': candidate,
  'get /candidate/session': candidate,
  'post /candidate/session/take': candidate,
  'get /candidate/session/events': candidate,
  'post /candidate/session/heartbeat': candidate,
  'get /candidate/media/{handle}': candidate,
  'put /candidate/recordings/{upload}/chunks/{n}': candidate,
  'get /candidate/recordings/{upload}': candidate,
  'post /candidate/session/operations': candidate,

  'get /examiner/queue': none('how much waits, and nothing of anybody'),
  'get /examiner/claims/current': inPerformance,
  'get /examiner/claims/{performance}/turns/{n}/audio': 'recording-heard',
  'get /examiner/claims/{performance}/turns/{n}/prompt': none('the question as everybody hears it'),
  'post /examiner/claims/{performance}/renew': inPerformance,
  'post /examiner/claims/{performance}/rating': inPerformance,
  'post /examiner/claims/{performance}/release': inPerformance,
  'post /examiner/claims': inPerformance,

  'get /designer/banks': noKeys,
  'get /designer/banks/{bank}/items': noKeys,
  'get /designer/banks/{bank}/items/{id}': 'item-read',
  'get /designer/banks/{bank}/media/{media}': none('a clip or picture of an item, without its key'),
  'get /designer/banks/{bank}/releases': noKeys,
  'get /designer/specifications': noKeys,
  'post /designer/banks/{bank}/in-force': 'release-in-force',
  'get /designer/calibrations': noKeys,
  'get /designer/calibrations/{id}': noKeys,
  'get /designer/calibrations/{id}/events': noKeys,
  'get /designer/calibrations/{id}/files/{file}': 'calibration-read',
  'post /designer/calibrations/{id}/cancel': 'calibration-cancelled',
  'post /designer/calibrations/{id}/release': 'release-published',
  'post /designer/calibrations/{id}/erase-files': 'calibration-erased',
  'post /designer/banks/{bank}/calibrations': 'calibration-started',

  'get /office/staff-log': none('whoever looks after the staff looks at nothing of a candidate, and at no key'),

  'get /invigilator/room': atWork,
  'get /invigilator/room/events': atWork,
  'get /invigilator/room/plan': atWork,
  'put /invigilator/room/plan': none('where seats stand: nothing of a candidate, and no key'),
  'get /invigilator/tests': noKeys,
  'get /invigilator/registrations': atWork,
  'post /invigilator/registrations': inRegistration,
  'post /invigilator/registrations/{id}/reschedule': inRegistration,
  'post /invigilator/registrations/{id}/absent': inRegistration,
  'post /invigilator/registrations/{id}/admit': inRegistration,
  'post /invigilator/registrations/{id}/cancel': inRegistration,
  'post /invigilator/registrations/{id}/earlier': inRegistration,
  'post /invigilator/sessions': inRegistration,
  'get /invigilator/sessions/{id}/log': 'log-read',
  'post /invigilator/sessions/{id}/code': inSession,
  'get /invigilator/sessions/{id}/person': 'person-read',
  'post /invigilator/sessions/{id}/identity': inSession,
  'post /invigilator/sessions/{id}/admit': inSession,
  'post /invigilator/sessions/{id}/pause': inSession,
  'post /invigilator/sessions/{id}/resume': inSession,
  'post /invigilator/sessions/{id}/extra-time': inSession,
  'post /invigilator/sessions/{id}/held-answer': inSession,
  'post /invigilator/sessions/{id}/note': inSession,
  'post /invigilator/sessions/{id}/case': inSession,
  'post /invigilator/sessions/{id}/decide-case': inSession,
  'post /invigilator/sessions/{id}/attempt': inSession,
  'post /invigilator/sessions/{id}/refund-play': inSession,
  'post /invigilator/sessions/{id}/lower-hand': inSession,
  'post /invigilator/sessions/{id}/push': inSession,
  'post /invigilator/room/act': inSession,
  'get /invigilator/close-out': 'close-out-made',
  'post /invigilator/clock/confirm': 'clock-confirmed',
  'post /invigilator/sessions/{id}/reopen': inSession,
  'post /invigilator/sessions/{id}/end': inSession,
};

/** `staff`: each of its acts has a kind of its own. */
export const commandActs: Readonly<Record<string, StaffActRow | readonly StaffActType[]>> = {
  start: none('what the program does itself is no act of the staff'),
  verify: readsOnly,
  'verify-close-out': readsOnly,
  recompute: readsOnly,
  rescore: 'result-corrected',
  annul: 'result-annulled',
  rebuild: none('makes again what the journal says, and nothing else'),
  'set-aside': readsOnly,
  'replay-deliveries': 'deliveries-replayed',
  'accept-backup': none("stands in the installation's own stream, with a name and a reason"),
  doctor: readsOnly,
  erase: 'person-erased',
  retention: 'periods-set',
  backup: 'backup-made',
  restore: none('puts back what was verified and adds nothing; the start after it asks for accept-backup'),
  export: 'person-exported',
  staff: [
    'account-added',
    'account-locked',
    'account-unlocked',
    'account-password-made',
    'account-removed',
    'account-acquainted',
  ],
  'staff-log': none('whoever may run commands may read the journal'),
  clock: 'clock-confirmed',
  'rotate-key': 'key-rotated',
  leak: readsOnly,
  responses: 'responses-exported',
  calibrate: none('works on files alone'),
  publish: 'release-published',
  'put-in-force': 'release-in-force',
  bank: readsOnly,
  fit: none('works on files alone'),
  dif: none('works on files alone'),
  drift: none('works on files alone'),
  facets: none('works on files alone'),
  link: none('works on files alone'),
  'standard-setting': none('works on files alone'),
  simulate: none('works on simulated candidates'),
};
