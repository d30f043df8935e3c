/** What is called by `meetlat COMMAND …`, as it stands on the line. */
import type { CommandVoice } from '../../words/commands.ts';
import { commands } from './commands.ts';
import { commandHelp, programHelp } from './help.ts';
import { UsageError } from './usage-error.ts';

/** @returns The exit code: 0 done, 1 a finding, 2 a wrong call or data that cannot be used; none while it serves. */
export async function callProgram(argv: readonly string[], say: CommandVoice): Promise<number | undefined> {
  const [name, ...rest] = argv;
  if (name === undefined || name === 'help' || name === '--help') {
    console.log(programHelp(await Promise.all(Object.values(commands).map((load) => load())), say));
    return 0;
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (load === undefined) throw new UsageError('usage.unknown-command', { name });
  const command = await load();
  if (!rest.includes('--help')) return command.call(rest, say);
  console.log(commandHelp(command, say));
  return 0;
}
