/**
 * One speaking turn: hear, prepare, speak, keep. Nothing begins by itself: when the time to think is over, the
 * candidate still presses the button. The recording stops at its limit.
 */
import type { TurnView } from '../../../server/api/candidate/protocol.ts';
import { RequestFailed } from '../../shared/request/request.ts';
import type { SessionContext } from '../context.ts';
import { MicrophoneFailed, type Recorded, type Recording, levelOf, silentPeak } from './microphone.ts';
import { RecordingUpload } from './upload.ts';

export type Stage = 'hear' | 'prepare' | 'starting' | 'recording' | 'empty' | 'saving' | 'done';
export type Warning = 'silent' | 'failed' | 'denied' | 'unsupported' | 'interrupted';

const warningOf = (code: string): Warning =>
  code === 'NotAllowedError' || code === 'SecurityError' ? 'denied' : code === 'unsupported' ? 'unsupported' : 'failed';

export class SpeakingTask {
  stage = $state<Stage>('hear');
  warning = $state<Warning>();
  level = $state(0);
  elapsedMs = $state(0);
  /** Of the time to think, ms. */
  prepareLeftMs = $state(0);
  private prepareBefore = 0;
  private recording: Recording | undefined;
  private upload: RecordingUpload | undefined;
  private uploadId = '';
  private recorded: Recorded | undefined;
  private cancelCount = (): void => {};
  /** The page may be reloaded again: nothing of the recording lives on it alone. */
  private release = (): void => {};

  /** @param practice stays on this device: nothing is uploaded. */
  constructor(
    private readonly context: SessionContext,
    private readonly turn: TurnView,
    private readonly practice: boolean,
  ) {
    this.prepareLeftMs = turn.prepMs;
    if (turn.recorded !== undefined) this.stage = 'done';
    else if (turn.playsLeft === 0 && !practice) this.prepare();
  }

  /** What was recorded on this page, to hear it back at once. */
  get blob(): Blob | undefined {
    return this.recorded?.blob;
  }

  heard(): void {
    if (this.stage === 'hear') this.prepare();
  }

  /** Call it in the press itself. */
  async begin(): Promise<void> {
    if (this.stage !== 'prepare' && this.stage !== 'hear') return;
    const { microphone, sound, surroundings, session } = this.context;
    this.cancelCount();
    sound.silence();
    this.warning = undefined;
    this.stage = 'starting';
    this.elapsedMs = 0;
    try {
      await microphone.open();
      if (this.stage !== 'starting') return;
      this.uploadId = surroundings.makeId();
      if (!this.practice) {
        const opened = session
          .ask({ kind: 'recording-started', handle: this.turn.handle, upload: this.uploadId })
          .then((outcome) => {
            if (outcome.status === 'refused') throw new RequestFailed(outcome.code, 409);
            if (this.upload !== undefined) this.release = session.renewal.hold();
          });
        this.upload = new RecordingUpload(this.uploadId, opened, this.context.putChunk, surroundings);
      }
      const { upload } = this;
      this.recording = microphone.record({
        onready: () => {
          this.stage = 'recording';
        },
        onlevel: (level, elapsedMs) => this.listen(level, elapsedMs),
        onchunk: (chunk) => upload?.push(chunk),
        onsilent: () => {
          this.warning = 'silent';
          session.signals.moment('microphone-silent');
        },
        onfailed: (failure) => this.fail(failure.code),
      });
    } catch (error) {
      this.fail(error instanceof MicrophoneFailed ? error.code : error instanceof Error ? error.name : 'unknown');
    }
  }

  private listen(level: number, elapsedMs: number): void {
    this.level = level;
    this.elapsedMs = elapsedMs;
    if (this.warning === 'silent' && level > levelOf(silentPeak)) this.warning = undefined;
    if (elapsedMs >= this.turn.answerMs) void this.finish();
  }

  /** The candidate is ready, or the limit is reached. */
  async finish(): Promise<void> {
    const { recording } = this;
    if (recording === undefined || this.stage !== 'recording') return;
    this.recording = undefined;
    this.stage = 'saving';
    this.recorded = await recording.stop();
    if (this.recorded.blob.size === 0) {
      this.fail('no-bytes');
      return;
    }
    if (this.recorded.peak < silentPeak) {
      this.warning = undefined;
      this.stage = 'empty';
      this.context.session.signals.moment('microphone-silent', { code: 'whole-recording' });
      return;
    }
    await this.keep();
  }

  /** Hands it in: all chunks first, then the announcement that the server seals. */
  async keep(): Promise<void> {
    const { recorded, upload } = this;
    if (recorded === undefined) return;
    this.stage = 'saving';
    this.warning = undefined;
    if (upload === undefined) {
      this.stage = 'done';
      return;
    }
    try {
      const chunks = await upload.finished();
      const { contentType, durationMs, peak } = recorded;
      const asked = this.context.session.ask({
        kind: 'recording-finished',
        handle: this.turn.handle,
        upload: this.uploadId,
        chunks,
        durationMs,
        contentType,
        peak,
      });
      this.release();
      const outcome = await asked;
      if (outcome.status === 'refused') throw new RequestFailed(outcome.code, 409);
      this.stage = 'done';
    } catch (error) {
      if (!(error instanceof RequestFailed) || error.code !== 'abandoned')
        this.fail(error instanceof RequestFailed ? error.code : 'upload');
    }
  }

  /** Once more: what was recorded so far does not count. */
  again(warning?: Warning): void {
    this.abandon();
    this.warning = warning;
    this.prepareLeftMs = 0;
    this.stage = 'prepare';
  }

  /** The room pauses, or the screen goes away. */
  interrupt(): void {
    if (this.stage === 'starting' || this.stage === 'recording') this.again('interrupted');
  }

  abandon(): void {
    this.cancelCount();
    this.release();
    this.recording?.abandon();
    this.upload?.abandon();
    this.recording = undefined;
    this.upload = undefined;
    this.recorded = undefined;
  }

  private fail(code: string): void {
    this.context.session.signals.moment('microphone-fault', { code });
    this.context.microphone.close();
    this.again(warningOf(code));
  }

  private prepare(): void {
    this.stage = 'prepare';
    this.prepareBefore = this.context.surroundings.monotonicMs();
    this.count();
  }

  /** Time to think runs while nothing plays and nobody has paused. */
  private count(): void {
    const { surroundings, sound, session } = this.context;
    const now = surroundings.monotonicMs();
    if (sound.current === undefined && session.view?.paused !== true)
      this.prepareLeftMs = Math.max(0, this.prepareLeftMs - (now - this.prepareBefore));
    this.prepareBefore = now;
    if (this.prepareLeftMs > 0 && this.stage === 'prepare')
      this.cancelCount = surroundings.after(200, () => this.count());
  }
}
