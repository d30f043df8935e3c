/**
 * Web Speech, also where the browser has no voice: the standard's shape (`speak`, `cancel`, utterances with text and
 * language, `start`, `end` and `error` events). A voice of the browser that works on the device itself comes first;
 * else the clip shipped with the program under `/voices/LANGUAGE/`, found by its text. A voice that sends the text
 * elsewhere is never used. Only words of the interface are spoken here; an item's sound is always its reviewed clip.
 */
import type { Surroundings } from '../surroundings.ts';

export class SpeechUtterance extends EventTarget {
  rate = 0.9;
  volume = 1;
  constructor(
    readonly text: string,
    readonly lang: string,
  ) {
    super();
  }
}

export interface SpeechVoice {
  readonly lang: string;
  readonly localService: boolean;
}
/** What is used of the browser's `speechSynthesis`. */
export interface BrowserSpeech {
  getVoices(): readonly SpeechVoice[];
  /** Speaks with that voice; resolves at its end, rejects when it does not begin or breaks off. */
  speak(utterance: SpeechUtterance, voice: SpeechVoice): Promise<void>;
  cancel(): void;
}
/** Plays shipped clips. */
export interface ClipPlayer {
  play(address: string): Promise<void>;
  stop(): void;
}
/** Reads `/voices/LANGUAGE/index.json`: text to file name. */
export type VoiceIndex = (language: string) => Promise<Readonly<Record<string, string>>>;

const primary = (language: string): string => language.toLowerCase().split(/[-_]/)[0] ?? '';

export class SpeechSynthesisPolyfill extends EventTarget {
  speaking = false;
  private readonly queue: SpeechUtterance[] = [];
  private readonly indexes = new Map<string, Promise<Readonly<Record<string, string>>>>();
  private turn = 0;

  constructor(
    private readonly browser: BrowserSpeech | undefined,
    private readonly clips: ClipPlayer,
    private readonly readIndex: VoiceIndex,
  ) {
    super();
  }

  get pending(): boolean {
    return this.queue.length > 0;
  }

  getVoices(): readonly SpeechVoice[] {
    return this.browser?.getVoices() ?? [];
  }

  /** Whether this text can be heard in this language on this device. */
  async canSpeak(text: string, lang: string): Promise<boolean> {
    return this.voiceFor(lang) !== undefined || (await this.clipFor(text, lang)) !== undefined;
  }

  speak(utterance: SpeechUtterance): void {
    this.queue.push(utterance);
    if (!this.speaking) void this.run(++this.turn);
  }

  cancel(): void {
    this.turn += 1;
    this.queue.length = 0;
    this.speaking = false;
    this.browser?.cancel();
    this.clips.stop();
  }

  private async run(turn: number): Promise<void> {
    this.speaking = true;
    for (
      let utterance = this.queue.shift();
      utterance !== undefined && turn === this.turn;
      utterance = this.queue.shift()
    ) {
      utterance.dispatchEvent(new Event('start'));
      const heard = await this.say(utterance);
      utterance.dispatchEvent(new Event(heard || turn !== this.turn ? 'end' : 'error'));
    }
    if (turn === this.turn) this.speaking = false;
  }

  private async say(utterance: SpeechUtterance): Promise<boolean> {
    const { turn } = this;
    const voice = this.voiceFor(utterance.lang);
    if (this.browser !== undefined && voice !== undefined) {
      try {
        await this.browser.speak(utterance, voice);
        return true;
      } catch {
        if (turn !== this.turn) return false;
      }
    }
    const clip = await this.clipFor(utterance.text, utterance.lang);
    if (clip === undefined || turn !== this.turn) return false;
    return this.clips.play(clip).then(
      () => true,
      () => false,
    );
  }

  private voiceFor(lang: string): SpeechVoice | undefined {
    return this.getVoices().find((voice) => voice.localService && primary(voice.lang) === primary(lang));
  }

  private async clipFor(text: string, lang: string): Promise<string | undefined> {
    const language = primary(lang);
    const reading =
      this.indexes.get(language) ??
      this.readIndex(language).catch((): Readonly<Record<string, string>> => {
        this.indexes.delete(language);
        return {};
      });
    this.indexes.set(language, reading);
    const index = await reading;
    const file = Object.hasOwn(index, text) ? index[text] : undefined;
    return file === undefined ? undefined : `/voices/${language}/${encodeURIComponent(file)}`;
  }
}

/** A browser voice that has not begun by then never will, ms. */
const beginMs = 3000;

function browserSpeech(surroundings: Surroundings): BrowserSpeech | undefined {
  if (typeof speechSynthesis === 'undefined' || typeof SpeechSynthesisUtterance === 'undefined') return undefined;
  const synthesis = speechSynthesis;
  synthesis.getVoices();
  return {
    getVoices: () => synthesis.getVoices(),
    cancel: () => synthesis.cancel(),
    speak: ({ text, lang, rate, volume }, { lang: ofVoice }) =>
      new Promise((resolve, reject) => {
        const spoken = new SpeechSynthesisUtterance(text);
        const voice = synthesis.getVoices().find((candidate) => candidate.localService && candidate.lang === ofVoice);
        if (voice) spoken.voice = voice;
        Object.assign(spoken, { lang, rate, volume });
        const cancel = surroundings.after(beginMs, () => {
          synthesis.cancel();
          reject(new Error('not begun'));
        });
        spoken.onstart = cancel;
        spoken.onend = () => {
          cancel();
          resolve();
        };
        spoken.onerror = ({ error }) => {
          cancel();
          reject(new Error(error));
        };
        synthesis.speak(spoken);
      }),
  };
}

function elementPlayer(surroundings: Surroundings): ClipPlayer {
  const element = new Audio();
  let settle: (() => void) | undefined;
  return {
    play: (address) =>
      new Promise((resolve, reject) => {
        const cancel = surroundings.after(beginMs, () => reject(new Error('not begun')));
        settle = () => {
          cancel();
          resolve();
        };
        element.onended = settle;
        element.onerror = () => {
          cancel();
          reject(new Error('not playable'));
        };
        element.src = address;
        element.play().then(cancel, (error: unknown) => {
          cancel();
          reject(error instanceof Error ? error : new Error('not playable'));
        });
      }),
    stop: () => {
      element.pause();
      settle?.();
      settle = undefined;
    },
  };
}

const shippedIndex: VoiceIndex = async (language) => {
  const response = await fetch(`/voices/${language}/index.json`);
  if (!response.ok) throw new Error(`no voice for ${language}`);
  const index: Record<string, string> = await response.json();
  return index;
};

export const createSpeech = (surroundings: Surroundings): SpeechSynthesisPolyfill =>
  new SpeechSynthesisPolyfill(browserSpeech(surroundings), elementPlayer(surroundings), shippedIndex);
