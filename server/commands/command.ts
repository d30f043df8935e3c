/** What every command is: a table of options with their explanations, and a call. The help is made from the table. */
import { type CommandKey, type CommandVoice, commandVoice } from '../../words/commands.ts';
import { type AnyOption, type OptionTable, explained, readOptions } from './options.ts';

export interface Command {
  readonly name: string;
  /** What stands behind the name, one line for each way to call it: `SESSION`, `NEW OLD…`. */
  readonly calls: readonly string[];
  readonly says: CommandKey;
  readonly examples: readonly string[];
  readonly options: readonly AnyOption[];
  /** Undefined: the program goes on; else its exit code. `say`: the words of the terminal, English unless given. */
  call(argv: readonly string[], say?: CommandVoice): Promise<number | undefined>;
}

interface CommandForm<V> extends Omit<Command, 'options' | 'call'> {
  readonly options: OptionTable<V>;
  run(values: V, operands: readonly string[], say: CommandVoice): Promise<number | undefined>;
}

export function command<V>({ options, run, ...form }: CommandForm<V>): Command {
  return {
    ...form,
    options: explained(options),
    call: async (argv, say = commandVoice('en')) => {
      const { values, operands } = readOptions(form.name, options, argv);
      return run(values, operands, say);
    },
  };
}
