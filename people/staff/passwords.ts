/**
 * Hashing of passwords, apart from everything else: argon2id takes tens of milliseconds and 19 MiB each, and whoever
 * can reach the log-in page can ask for it. At most a few hashes run at a time, in threads of their own; a short queue
 * waits; the rest is refused at once, so that candidates never wait for people who try passwords.
 */
import { hashSync, verifySync } from '@node-rs/argon2';

/** OWASP's argon2id setting: 19 MiB, two passes. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export interface PasswordTask {
  readonly password: string;
  /** The hash to compare with; undefined to make one. */
  readonly against?: string;
}
/** A new hash, or whether the password has the given one. */
export type PasswordOutcome = string | boolean;

/** Blocks for as long as it takes: for commands, and for the start of the demonstration. */
export const hashPassword = (password: string): string => hashSync(password, cost);

/** Blocks for as long as it takes: for a thread of its own. */
export const computePassword = ({ password, against }: PasswordTask): PasswordOutcome =>
  against === undefined ? hashPassword(password) : verifySync(against, password);

/** One thread: computes one task at a time. */
export type PasswordThread = (task: PasswordTask) => Promise<PasswordOutcome>;

export class TooManyPasswords extends Error {
  readonly code = 'too-many-passwords';
  constructor() {
    super('more passwords are waiting to be checked than this program takes');
    this.name = 'TooManyPasswords';
  }
}

export class Passwords {
  private readonly idle: PasswordThread[];
  /** Those from devices that logged in before go first, and have a queue of their own. */
  private readonly waiting: Readonly<Record<'known' | 'unknown', ((thread: PasswordThread) => void)[]>> = {
    known: [],
    unknown: [],
  };

  /** Places for devices that nobody knows: as many as are checked or wait. */
  private places: number;

  /** @param longestQueue tasks of either kind that may wait while all threads are at work */
  constructor(
    threads: readonly PasswordThread[],
    private readonly longestQueue: number,
  ) {
    this.idle = [...threads];
    this.places = threads.length + longestQueue;
  }

  /**
   * Holds a place for the check of a password from a device that nobody knows, while `work` does what comes before and
   * checks it. Without a place nothing is begun, so that nothing is written for those who are refused: all that come at
   * one moment would else write before the first of them waits. Throws TooManyPasswords.
   */
  async placed<T>(work: () => Promise<T>): Promise<T> {
    if (this.places === 0) throw new TooManyPasswords();
    this.places -= 1;
    try {
      return await work();
    } finally {
      this.places += 1;
    }
  }

  /** Throws TooManyPasswords. */
  async hash(password: string, isKnownDevice = false): Promise<string> {
    const made = await this.run({ password }, isKnownDevice);
    if (typeof made !== 'string') throw new TypeError('a password thread gave no hash');
    return made;
  }

  /** Throws TooManyPasswords. */
  async verify(against: string, password: string, isKnownDevice = false): Promise<boolean> {
    return (await this.run({ password, against }, isKnownDevice)) === true;
  }

  private async run(task: PasswordTask, isKnownDevice: boolean): Promise<PasswordOutcome> {
    const thread = this.idle.pop() ?? (await this.turn(this.waiting[isKnownDevice ? 'known' : 'unknown']));
    try {
      return await thread(task);
    } finally {
      const next = this.waiting.known.shift() ?? this.waiting.unknown.shift();
      if (next === undefined) this.idle.push(thread);
      else next(thread);
    }
  }

  private turn(waiting: ((thread: PasswordThread) => void)[]): Promise<PasswordThread> {
    if (waiting.length >= this.longestQueue) return Promise.reject(new TooManyPasswords());
    return new Promise((start) => waiting.push(start));
  }
}
