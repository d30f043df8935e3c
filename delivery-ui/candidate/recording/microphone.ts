/** The microphone: its level, and recordings in chunks of one second. */
import type { Surroundings } from '../../shared/surroundings.ts';

export type ContentType = 'audio/webm' | 'audio/mp4' | 'audio/ogg';

/** Opened or recorded without success: a DOMException name, `unsupported`, `no-bytes`, `ended`. */
export class MicrophoneFailed extends Error {
  constructor(readonly code: string) {
    super(code);
    this.name = 'MicrophoneFailed';
  }
}

/** Below this nobody spoke: peak of the samples, 0 to 1 (about −42 dB). */
export const silentPeak = 0.008;
/** Within this a silent or a dead microphone is noticed, ms. */
export const noticeMs = 2400;
const chunkMs = 1000;
/** Recorded before the candidate is asked to speak: the first syllable is often lost otherwise, ms. */
const leadMs = 400;

const formats: readonly { readonly mime: string; readonly contentType: ContentType }[] = [
  { mime: 'audio/webm;codecs=opus', contentType: 'audio/webm' },
  { mime: 'audio/mp4', contentType: 'audio/mp4' },
  { mime: 'audio/ogg;codecs=opus', contentType: 'audio/ogg' },
];

/** What this browser records well. Safari says it can do WebM; its WebM has no proper duration. */
export function recordingFormat(): { readonly mime: string; readonly contentType: ContentType } | undefined {
  if (typeof MediaRecorder === 'undefined' || navigator.mediaDevices === undefined) return undefined;
  const order = /apple/i.test(navigator.vendor)
    ? formats.toSorted((a) => (a.contentType === 'audio/mp4' ? -1 : 0))
    : formats;
  return order.find(({ mime }) => MediaRecorder.isTypeSupported(mime));
}

export interface RecordingEvents {
  /** Recording runs: time to speak. */
  readonly onready: () => void;
  readonly onlevel: (level: number, elapsedMs: number) => void;
  readonly onchunk: (chunk: Blob) => void;
  /** Nobody is heard so far. Called at most once; it goes on recording. */
  readonly onsilent: () => void;
  readonly onfailed: (failure: MicrophoneFailed) => void;
}

export interface Recorded {
  readonly blob: Blob;
  readonly contentType: ContentType;
  readonly durationMs: number;
  readonly peak: number;
}
export interface Recording {
  stop(): Promise<Recorded>;
  abandon(): void;
}

export class Microphone {
  /** The browser may be asking the candidate whether this page may hear. */
  isPrompting = false;
  private stream: MediaStream | undefined;
  private context: AudioContext | undefined;
  private analyser: AnalyserNode | undefined;
  private samples = new Float32Array(2048);

  constructor(private readonly surroundings: Surroundings) {}

  /** Opens it, or keeps the open one. Call it in the press itself. @throws MicrophoneFailed */
  async open(): Promise<void> {
    if (this.stream?.getAudioTracks().some((track) => track.readyState === 'live' && !track.muted)) {
      await this.context?.resume();
      return;
    }
    this.close();
    if (recordingFormat() === undefined) throw new MicrophoneFailed('unsupported');
    this.context = new AudioContext();
    this.isPrompting = true;
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({
        audio: { echoCancellation: false, noiseSuppression: true, autoGainControl: true, channelCount: 1 },
      });
    } catch (error) {
      throw new MicrophoneFailed(error instanceof Error ? error.name : 'unknown');
    } finally {
      this.isPrompting = false;
    }
    this.analyser = this.context.createAnalyser();
    this.analyser.fftSize = this.samples.length;
    this.context.createMediaStreamSource(this.stream).connect(this.analyser);
    await this.context.resume();
  }

  close(): void {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    void this.context?.close().catch(() => {});
    this.stream = this.context = this.analyser = undefined;
  }

  /** Largest sample of the last moment, 0 to 1. */
  peak(): number {
    if (this.analyser === undefined) return 0;
    this.analyser.getFloatTimeDomainData(this.samples);
    return this.samples.reduce((largest, sample) => Math.max(largest, Math.abs(sample)), 0);
  }

  /** Begins to record. @throws MicrophoneFailed */
  record(events: RecordingEvents): Recording {
    const format = recordingFormat();
    const stream = this.stream;
    if (format === undefined || stream === undefined) throw new MicrophoneFailed('unsupported');
    return new RunningRecording(this, this.surroundings, stream, format, events);
  }
}

/** Shown level of a peak: decibels from −50 to 0 as 0 to 1. */
export const levelOf = (peak: number): number =>
  peak <= 0 ? 0 : Math.min(1, Math.max(0, (20 * Math.log10(peak) + 50) / 50));

class RunningRecording implements Recording {
  private readonly recorder: MediaRecorder;
  private readonly chunks: Blob[] = [];
  private readonly startedMs: number;
  private readonly over = new AbortController();
  private speakFromMs: number | undefined;
  private peak = 0;
  private grownMs: number;
  private silentTold = false;

  constructor(
    private readonly microphone: Microphone,
    private readonly surroundings: Surroundings,
    stream: MediaStream,
    private readonly format: { readonly mime: string; readonly contentType: ContentType },
    private readonly events: RecordingEvents,
  ) {
    this.startedMs = this.grownMs = surroundings.monotonicMs();
    this.recorder = new MediaRecorder(stream, { mimeType: format.mime, audioBitsPerSecond: 48_000 });
    const { signal } = this.over;
    this.recorder.addEventListener('dataavailable', ({ data }) => this.grow(data));
    this.recorder.addEventListener('error', () => this.fail('recorder-error'), { signal });
    for (const track of stream.getAudioTracks()) {
      track.addEventListener('ended', () => this.fail('ended'), { signal });
      track.addEventListener('mute', () => this.fail('muted'), { signal });
    }
    this.recorder.start(chunkMs);
    this.look();
  }

  async stop(): Promise<Recorded> {
    this.over.abort();
    const durationMs = this.surroundings.monotonicMs() - this.startedMs;
    await this.halt();
    return {
      blob: new Blob(this.chunks, { type: this.format.contentType }),
      contentType: this.format.contentType,
      durationMs: Math.round(durationMs),
      peak: Math.min(1, this.peak),
    };
  }

  abandon(): void {
    this.over.abort();
    void this.halt();
  }

  /** The last chunk comes after `stop`; a recorder that never answers is not waited for. */
  private halt(): Promise<void> {
    return new Promise((resolve) => {
      if (this.recorder.state === 'inactive') {
        resolve();
        return;
      }
      const cancel = this.surroundings.after(2000, resolve);
      this.recorder.addEventListener(
        'stop',
        () => {
          cancel();
          resolve();
        },
        { once: true },
      );
      this.recorder.stop();
    });
  }

  private grow(data: Blob): void {
    if (data.size === 0) return;
    this.grownMs = this.surroundings.monotonicMs();
    this.chunks.push(data);
    this.events.onchunk(data);
  }

  private fail(code: string): void {
    if (this.over.signal.aborted) return;
    this.abandon();
    this.events.onfailed(new MicrophoneFailed(code));
  }

  private look(): void {
    if (this.over.signal.aborted) return;
    const now = this.surroundings.monotonicMs();
    const peak = this.microphone.peak();
    this.peak = Math.max(this.peak, peak);
    if (this.speakFromMs === undefined && now - this.startedMs >= leadMs) {
      this.speakFromMs = now;
      this.events.onready();
    }
    if (now - this.grownMs > noticeMs) {
      this.fail('no-bytes');
      return;
    }
    if (!this.silentTold && this.peak < silentPeak && now - this.startedMs > noticeMs) {
      this.silentTold = true;
      this.events.onsilent();
    }
    this.events.onlevel(levelOf(peak), this.speakFromMs === undefined ? 0 : now - this.speakFromMs);
    this.surroundings.after(50, () => this.look());
  }
}
