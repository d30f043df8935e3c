/**
 * Why staff interfered, as a code that can be counted and is read in any language: who or what it came from, and what
 * it was. What somebody typed stands beside it. A code is recorded for ever: new ones are added, none is taken away.
 */
import { z } from 'zod';

export const ReasonCode = z.enum([
  'environment.fire-alarm',
  'environment.evacuation',
  'environment.noise',
  'environment.other',
  'examinee.ill',
  'examinee.break',
  'examinee.late',
  'examinee.wants-to-stop',
  'examinee.behaviour',
  'examinee.identity',
  'examinee.other',
  'staff.mistake',
  'staff.absent',
  'staff.other',
  'technical.device',
  'technical.microphone',
  'technical.sound',
  'technical.line',
  'technical.server',
  'technical.exam-browser',
  'technical.other',
]);
export type ReasonCode = z.infer<typeof ReasonCode>;
