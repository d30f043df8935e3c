/**
 * Everything that is heard goes through here, one sound at a time. One audio element for the whole session: browsers
 * that ask for a gesture give the permission to the element, and bytes often come a moment after the press.
 */
import type { Surroundings } from '../../shared/surroundings.ts';

/** A `play()` whose source never loads stays pending for ever: raced with this, ms. */
const startMs = 6000;
/** A sound that stands still for this long has failed, ms. */
const stallMs = 6000;

export type SoundState = 'idle' | 'loading' | 'playing' | 'failed';
export class SoundFailed extends Error {
  constructor(readonly code: string) {
    super(code);
    this.name = 'SoundFailed';
  }
}

/** A moment of silence (WAV, 8 kHz, 8 bit), played inside the press itself. */
function silence(): Blob {
  const samples = 80;
  const bytes = new DataView(new ArrayBuffer(44 + samples));
  const word = (at: number, text: string): void => {
    for (let index = 0; index < text.length; index += 1) bytes.setUint8(at + index, text.charCodeAt(index));
  };
  word(0, 'RIFF');
  bytes.setUint32(4, 36 + samples, true);
  word(8, 'WAVEfmt ');
  bytes.setUint32(16, 16, true);
  bytes.setUint16(20, 1, true);
  bytes.setUint16(22, 1, true);
  bytes.setUint32(24, 8000, true);
  bytes.setUint32(28, 8000, true);
  bytes.setUint16(32, 1, true);
  bytes.setUint16(34, 8, true);
  word(36, 'data');
  bytes.setUint32(40, samples, true);
  for (let index = 0; index < samples; index += 1) bytes.setUint8(44 + index, 128);
  return new Blob([bytes.buffer], { type: 'audio/wav' });
}

export interface PlayOptions {
  /** The sound may not be cut short by another button: a counted play. */
  readonly exclusive?: boolean;
}

export class Sound {
  /** What is loading or playing, or failed last. */
  current = $state.raw<{ readonly key: string; readonly state: SoundState; readonly exclusive: boolean }>();
  /** 0 to 1, of what plays. */
  progress = $state(0);
  private readonly element = new Audio();
  private unlocked = false;
  private turn = 0;
  private address: string | undefined;

  /** @param hush silences the interface's own voice */
  constructor(
    private readonly surroundings: Surroundings,
    private readonly hush: () => void,
    private readonly onfault: (code: string) => void,
  ) {
    this.element.preload = 'auto';
    this.element.addEventListener('timeupdate', () => {
      if (Number.isFinite(this.element.duration) && this.element.duration > 0)
        this.progress = this.element.currentTime / this.element.duration;
    });
  }

  stateOf(key: string): SoundState {
    return this.current?.key === key ? this.current.state : 'idle';
  }
  /** A counted sound is on: nothing else may be started. */
  get held(): boolean {
    return this.current?.exclusive === true && this.current.state !== 'failed';
  }

  /** Plays to the end. @returns whether it was heard to the end. Call it in the press itself. */
  async play(key: string, bytes: () => Promise<Blob>, { exclusive = false }: PlayOptions = {}): Promise<boolean> {
    if (this.held) return false;
    this.stop();
    this.hush();
    const turn = ++this.turn;
    this.unlock();
    this.progress = 0;
    this.current = { key, state: 'loading', exclusive };
    try {
      const blob = await bytes();
      if (turn !== this.turn) return false;
      await this.start(blob);
      if (turn !== this.turn) return false;
      this.current = { key, state: 'playing', exclusive };
      await this.ended();
      if (turn === this.turn) {
        this.progress = 1;
        this.current = undefined;
      }
      return turn === this.turn;
    } catch (error) {
      if (turn !== this.turn) return false;
      this.element.pause();
      this.current = { key, state: 'failed', exclusive: false };
      this.onfault(error instanceof Error ? (error instanceof SoundFailed ? error.code : error.name) : 'unknown');
      return false;
    }
  }

  /** Plays, or stops what plays under the same key. */
  async toggle(key: string, bytes: () => Promise<Blob>): Promise<void> {
    if (this.stateOf(key) === 'playing' && !this.held) {
      this.stop();
      return;
    }
    await this.play(key, bytes);
  }

  stop(): void {
    this.turn += 1;
    this.element.pause();
    this.current = undefined;
  }

  /** Nothing is to be heard: the microphone opens. */
  silence(): void {
    this.stop();
    this.hush();
  }

  private unlock(): void {
    if (this.unlocked) return;
    this.unlocked = true;
    this.source(silence());
    this.element.play().catch(() => {});
  }

  private source(blob: Blob): void {
    if (this.address !== undefined) URL.revokeObjectURL(this.address);
    this.address = URL.createObjectURL(blob);
    this.element.src = this.address;
  }

  private async start(blob: Blob): Promise<void> {
    this.source(blob);
    await this.race(this.element.play(), startMs, 'start-timeout');
  }

  private ended(): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = new AbortController();
      let cancel = (): void => {};
      const finish = (settle: () => void): void => {
        done.abort();
        cancel();
        settle();
      };
      const watch = (): void => {
        cancel();
        cancel = this.surroundings.after(stallMs, () => finish(() => reject(new SoundFailed('stalled'))));
      };
      const on = (name: string, react: () => void): void =>
        this.element.addEventListener(name, react, { signal: done.signal });
      on('ended', () => finish(resolve));
      on('pause', () => {
        if (!this.element.ended) finish(resolve);
      });
      on('error', () => finish(() => reject(new SoundFailed(`media-error-${this.element.error?.code ?? 0}`))));
      on('timeupdate', watch);
      watch();
    });
  }

  private race(work: Promise<void>, ms: number, code: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancel = this.surroundings.after(ms, () => reject(new SoundFailed(code)));
      work.then(resolve, reject).finally(cancel);
    });
  }
}
