/** Plays a whole session against `decide` and `evolve`, as a well-behaved client would; for tests. */
import type { PinnedTest } from '../../item-bank/releases/pinned-test.ts';
import { type SessionCommand, type SessionDecision, decide } from './decide.ts';
import { admit, facts, operation, register, type Asked } from './example.suite.ts';
import type { Operation } from './operation.ts';
import { evolve } from './evolve.ts';
import type { SessionFacts } from './facts.ts';
import type { Session, SessionEvent, SessionState, SessionTerms } from './session.ts';
import { optionHandle } from './shown-names.ts';

export class PlayedSession {
  state: Session;
  readonly events: SessionEvent[] = [];
  readonly operations: Operation[] = [];
  ms = 0;
  sealed: SessionFacts['sealed'] = new Map();
  unheard: SessionFacts['unheard'];
  unbeatenFrom: SessionFacts['unbeatenFrom'];

  constructor(readonly test: PinnedTest) {}

  get now(): SessionState {
    if (this.state === undefined) throw new Error('not registered');
    return this.state;
  }

  decide(command: SessionCommand): SessionDecision {
    const { unheard, unbeatenFrom } = this;
    return decide(this.state, command, { ...facts(this.test, this.ms, this.sealed), unheard, unbeatenFrom });
  }

  /** Runs a command that must be accepted. */
  run(command: SessionCommand): readonly SessionEvent[] {
    const decision = this.decide(command);
    if (decision.refused !== undefined) throw new Error(`refused: ${decision.refused.code}`);
    for (const event of decision.events) {
      this.state = evolve(this.state, event);
      this.events.push(event);
    }
    return decision.events;
  }

  /** The same, one after the other. */
  ran(...commands: readonly SessionCommand[]): this {
    for (const command of commands) this.run(command);
    return this;
  }

  asked(...asked: readonly Asked[]): this {
    this.ask(...asked);
    return this;
  }

  after(ms: number): this {
    this.ms += ms;
    return this;
  }

  /** An event as a journal has it. */
  replay(event: SessionEvent): void {
    this.state = evolve(this.state, event);
    this.events.push(event);
  }

  /** Numbered as the next ones. */
  prepared(...asked: readonly Asked[]): Operation[] {
    return asked.map((one, index) => operation(this.now.nextSeq + index, one));
  }

  ask(...asked: readonly Asked[]): readonly SessionEvent[] {
    const operations = this.prepared(...asked);
    this.operations.push(...operations);
    return this.run({ type: 'operations', fence: this.now.fence, operations });
  }

  begin(change?: Partial<SessionTerms>): this {
    this.run(register(this.test, change));
    this.run({ type: 'arrive', seat: 'device', code: 'code' });
    this.run(admit);
    this.run({ type: 'take-writer' });
    return this;
  }

  toFirstPart(): this {
    this.ask({ kind: 'confirm-name' });
    this.ask({ kind: 'sound-checked', peak: 0.4 });
    for (const given of this.now.practice) this.ask({ kind: 'practice-done', handle: given.handle });
    this.ask({ kind: 'start-part' });
    return this;
  }

  /** The handle of an item's option by the author's index. */
  option(item: string, choice: number): string {
    return optionHandle(this.now.terms.seed, item, choice);
  }

  present(): { handle: string; item: string } {
    const { step } = this.now;
    const item =
      step.name === 'adaptive'
        ? this.now.items.find(({ handle }) => handle === step.handle)
        : step.name === 'linear'
          ? this.now.items[step.position - 1]
          : undefined;
    if (item === undefined) throw new Error(`no item at ${step.name}`);
    return { handle: item.handle, item: item.item.id };
  }

  /** Plays what must be heard of the present item. */
  heard(): this {
    return this.asked({ kind: 'play', handle: this.present().handle });
  }

  answer(choice: number): void {
    const { handle, item } = this.present();
    this.ask({ kind: 'answer', handle, option: this.option(item, choice) });
  }

  seal(upload: string): void {
    this.sealed = new Map(this.sealed).set(upload, {
      sha256: 'a'.repeat(64),
      bytes: 12_345,
      contentType: 'audio/webm',
    });
  }

  /** Records and seals every turn that is left. */
  speakAll(): void {
    while (this.now.step.name === 'speaking') {
      const { step } = this.now;
      const turn = this.now.turns.find(({ position }) => position === step.position);
      if (turn === undefined) throw new Error('no turn');
      const upload = `upload-000000000-${turn.position}`;
      this.ask({ kind: 'play', handle: turn.handle }, { kind: 'recording-started', handle: turn.handle, upload });
      this.seal(upload);
      this.ask(
        {
          kind: 'recording-finished',
          handle: turn.handle,
          upload,
          chunks: ['b'.repeat(64)],
          durationMs: 4000,
          contentType: 'audio/webm',
          peak: 0.5,
        },
        { kind: 'next', handle: turn.handle },
      );
    }
  }
}
