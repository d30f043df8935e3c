import { z } from 'zod';

/** What a browser can notice. Evidence for a person: it never pauses a session and is never shown to the candidate. */
export const SignalType = z.enum([
  'focus-lost',
  'focus-returned',
  'page-hidden',
  'page-shown',
  'fullscreen-left',
  'fullscreen-entered',
  'paste-blocked',
  'copy-blocked',
  'print-attempted',
  'context-menu-blocked',
  'audio-fault',
  'microphone-fault',
  'microphone-silent',
  'microphone-changed',
  'network-lost',
  'network-restored',
  'clock-jumped',
  'storage-fault',
  'page-reloaded',
  'telemetry-capped',
]);
export type SignalType = z.infer<typeof SignalType>;

export const Severity = z.enum(['info', 'notice', 'warning', 'critical']);
export type Severity = z.infer<typeof Severity>;

/**
 * `monotonicMs` is the client's performance clock, `wallAt` its wall clock: both are evidence only, never the exam's
 * time.
 */
export const Signal = z.strictObject({
  type: SignalType,
  monotonicMs: z.number().nonnegative(),
  wallMs: z.number().nonnegative(),
  /** How long a state lasted (ms), or how many were joined into this one. */
  durationMs: z.number().nonnegative().optional(),
  count: z.int().positive().optional(),
  /** A short technical code such as a DOMException name; never content, keystrokes or clipboard text. */
  code: z
    .string()
    .max(60)
    .regex(/^[A-Za-z0-9 ._:-]*$/)
    .optional(),
  /** Version of the page's detectors; none in signals of before. */
  detectors: z.int().positive().optional(),
});
export type Signal = z.infer<typeof Signal>;
