/** The reasons that staff choose from, by where they come from. */
import type { ReasonCode } from '../../delivery/proctoring/reason-code.ts';

const codes = {
  'environment.fire-alarm': true,
  'environment.evacuation': true,
  'environment.noise': true,
  'environment.other': true,
  'examinee.ill': true,
  'examinee.break': true,
  'examinee.late': true,
  'examinee.wants-to-stop': true,
  'examinee.behaviour': true,
  'examinee.identity': true,
  'examinee.other': true,
  'staff.mistake': true,
  'staff.absent': true,
  'staff.other': true,
  'technical.device': true,
  'technical.microphone': true,
  'technical.sound': true,
  'technical.line': true,
  'technical.server': true,
  'technical.exam-browser': true,
  'technical.other': true,
} satisfies Record<ReasonCode, true>;

const sources = ['environment', 'examinee', 'staff', 'technical'] as const;

export const reasons = sources.map((source) => ({
  source,
  codes: Object.keys(codes).filter((code) => code.startsWith(`${source}.`)),
}));
