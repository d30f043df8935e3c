/** Everything that a commit may cause elsewhere, as one union: who handles it handles every kind, by type. */
import { z } from 'zod';
import { UnknownConsequence } from '../../storage/journal/set-aside.ts';
import type { Consequence } from '../../storage/port.ts';
import type { BankConsequence } from '../../item-bank/releases/decide.ts';
import type { RegistrationConsequence } from '../../delivery/registrations/decide.ts';
import type { SessionConsequence } from '../../delivery/sessions/decide.ts';
import type { RatingConsequence } from '../rating/decide.ts';
import type { ResultConsequence } from '../results/decide.ts';

export type KnownConsequence =
  BankConsequence | RegistrationConsequence | SessionConsequence | RatingConsequence | ResultConsequence;
type Kind = KnownConsequence['kind'];

const one = <K extends Kind, D extends z.ZodType>(kind: K, data: D) => z.strictObject({ kind: z.literal(kind), data });
const nothing = z.strictObject({});
const schemas: { readonly [K in Kind]: z.ZodType<Extract<KnownConsequence, { readonly kind: K }>> } = {
  'bank-changed': one('bank-changed', z.strictObject({ bank: z.string() })),
  'registration-changed': one('registration-changed', z.strictObject({ registration: z.string() })),
  'session-attended': one('session-attended', nothing),
  'session-closed': one('session-closed', nothing),
  'performance-rated': one('performance-rated', z.strictObject({ session: z.string() })),
  'result-held-back': one('result-held-back', nothing),
  'result-released': one('result-released', nothing),
  'result-corrected': one('result-corrected', nothing),
  'result-annulled': one('result-annulled', nothing),
};
const isKnown = (kind: string): kind is Kind => Object.hasOwn(schemas, kind);

/** Throws UnknownConsequence for a kind, or data, that this program does not know. */
export function readConsequence(recorded: Consequence): KnownConsequence {
  const { kind } = recorded;
  if (!isKnown(kind)) throw new UnknownConsequence(kind);
  const read = schemas[kind].safeParse(recorded);
  if (!read.success) throw new UnknownConsequence(kind, { cause: read.error });
  return read.data;
}
