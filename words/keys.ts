/** Keys of a catalogue as types, so that a key that no catalogue has does not compile. */
import type { Category } from './plural.ts';

type WithoutPlural<K> = K extends `${infer Base}_${Category}` ? Base : K;
export type KeyOf<Texts> = WithoutPlural<keyof Texts> & string;
/** What several numbered texts have in common: `method` of `method.1`, `method.2`. */
export type NumberedKeyOf<Texts> = KeyOf<Texts> extends infer K ? (K extends `${infer Base}.1` ? Base : never) : never;
/** What a key may begin with before a dot: `staff` and `staff.log` of `staff.log.paused`. */
export type StartOf<K> = K extends `${infer First}.${infer Rest}` ? First | `${First}.${StartOf<Rest>}` : never;
