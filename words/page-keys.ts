/** Keys of the pages' catalogues: those of candidates, of staff, and of the public pages. */
import type candidate from './catalogues/candidate/nl.json';
import type publicPages from './catalogues/public/nl.json';
import type staff from './catalogues/staff/nl.json';
import type { KeyOf, StartOf } from './keys.ts';

export type PageKey = KeyOf<typeof candidate> | KeyOf<typeof staff> | KeyOf<typeof publicPages>;
export type PageKeyStart = StartOf<PageKey>;
