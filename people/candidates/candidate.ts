import type { Collection, CollectionDefinition } from '../../storage/port.ts';
import type { Instant } from '../../storage/document/instant.ts';

/** A person who takes tests. The id of the document is also the owner of the person's data key. */
export interface Candidate {
  readonly name: string;
  /** YYYY-MM-DD */
  readonly birthDate: string;
  readonly contactLanguage: string;
  /** The person's reference in the trajectory system; one person has one. */
  readonly reference: string;
  readonly synthetic: boolean;
  readonly registeredAt: Instant;
}

export const candidates: CollectionDefinition<Candidate, 'reference'> = {
  name: 'candidates',
  indexes: { reference: { fields: ['reference'], unique: true } },
  sealed: true,
};
export type Candidates = Collection<Candidate, 'reference'>;
