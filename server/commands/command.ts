/** What every command is, and how it says that it was called wrongly. */
export interface Command {
  readonly usage: string;
  run(argv: readonly string[]): Promise<number | undefined>;
}

/** A call that cannot be understood; its message is one line for a person. */
export class UsageError extends Error {
  readonly code = 'usage';
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}
