import { createContext } from 'svelte';
import type { SpeechSynthesisPolyfill } from '../shared/speech/speech.ts';
import type { Surroundings } from '../shared/surroundings.ts';
import type { Microphone } from './recording/microphone.ts';
import type { PutChunk } from './recording/upload.ts';
import type { CandidateSession } from './session/candidate-session.svelte.ts';
import type { Media } from './sound/media.ts';
import type { Sound } from './sound/sound.svelte.ts';

/** What every screen of a session works with. */
export interface SessionContext {
  readonly session: CandidateSession;
  readonly sound: Sound;
  readonly media: Media;
  readonly microphone: Microphone;
  readonly putChunk: PutChunk;
  readonly surroundings: Surroundings;
}
export const [useSessionContext, provideSessionContext] = createContext<SessionContext>();

/** The interface's own voice, also before a session. `language` is the one instructions are heard in. */
export interface Voicing {
  readonly speech: SpeechSynthesisPolyfill;
  language(): string;
  /** Silences what else is heard, before an instruction is: two voices at once help nobody. */
  hush: () => void;
}
export const [useVoicing, provideVoicing] = createContext<Voicing>();
