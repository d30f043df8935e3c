import { type CommandKey, commandVoice } from '../../words/commands.ts';
import type { Values } from '../../words/phrase.ts';

/** A call that cannot be understood. `meetlat` says why in the caller's language; the message is the English. */
export class UsageError extends Error {
  readonly code = 'usage';
  constructor(
    readonly key: CommandKey,
    readonly values: Values = {},
  ) {
    super(commandVoice('en')(key, values));
    this.name = 'UsageError';
  }
}

/** Data or a file that a command cannot use, said in the language of its report. */
export class RefusedData extends Error {
  readonly code = 'refused-data';
  constructor(message: string) {
    super(message);
    this.name = 'RefusedData';
  }
}
