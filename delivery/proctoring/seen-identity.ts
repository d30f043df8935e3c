/** What somebody showed at the door to say who they are. Its kind alone: neither a number nor a name of it is kept. */
import { z } from 'zod';
import type { Instant } from '../../storage/document/instant.ts';

export const IdentityDocument = z.enum([
  'identity-card',
  'passport',
  'residence-card',
  'immigration-certificate',
  'other',
]);
export type IdentityDocument = z.infer<typeof IdentityDocument>;

/** Who saw it, and when. Before documents were recorded there is none named. */
export interface SeenIdentity {
  readonly by: string;
  readonly at: Instant;
  readonly document?: IdentityDocument;
}
