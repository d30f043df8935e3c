/** The kinds of acts that the office chooses from, in the order of the list. */
import type { StaffActSeen } from '../../server/api/office/protocol.ts';

const all = {
  'logged-in': true,
  'login-refused': true,
  'logged-out': true,
  'password-changed': true,
  'account-added': true,
  'account-locked': true,
  'account-unlocked': true,
  'account-password-made': true,
  'account-removed': true,
  'account-acquainted': true,
  'recording-heard': true,
  'log-read': true,
  'person-read': true,
  'close-out-made': true,
  'clock-confirmed': true,
  'item-read': true,
  'item-refused': true,
  'calibration-started': true,
  'calibration-read': true,
  'calibration-cancelled': true,
  'calibration-erased': true,
  'release-published': true,
  'release-in-force': true,
  'result-corrected': true,
  'result-annulled': true,
  'responses-exported': true,
  'person-exported': true,
  'person-erased': true,
  'periods-set': true,
  'deliveries-replayed': true,
  'backup-made': true,
  'key-rotated': true,
} satisfies Record<StaffActSeen['type'], true>;

export const kinds: readonly string[] = Object.keys(all);
