/** `meetlat --help` and `meetlat COMMAND --help`, made from the tables of the commands; at most 80 columns wide. */
import type { CommandVoice } from '../../words/commands.ts';
import type { Command } from './command.ts';
import type { AnyOption } from './options.ts';

const columns = 80;

/** Words in lines of at most `width` columns, each behind `indent`. */
function filled(words: readonly string[], indent: string, width = columns): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last === undefined || `${last} ${word}`.length > width) lines.push(`${indent}${word}`);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
const wrapped = (text: string, indent: string): string[] => filled(text.split(/\s+/), indent);

function optionLines({ name, shape, says, standard }: AnyOption, say: CommandVoice): string[] {
  const about = standard === undefined ? say(says) : `${say(says)} ${say('help.standard', { value: standard })}`;
  return [`  --${name} ${shape}`.trimEnd(), ...wrapped(about, '      ')];
}

/** A long example goes on behind a backslash, as a shell reads it; an option stays beside its value. */
const exampleLines = (example: string): string[] =>
  filled(example.split(/ (?=--)/), '  ', columns - 4).map(
    (line, n, all) => `${n === 0 ? '' : '  '}${line}${n < all.length - 1 ? ' \\' : ''}`,
  );

export function commandHelp({ name, calls, says, examples, options }: Command, say: CommandVoice): string {
  return [
    say('help.usage'),
    ...calls.map((call) => `  meetlat ${name} ${call}`.trimEnd()),
    '',
    ...wrapped(say(says), ''),
    '',
    say('help.options'),
    ...options.flatMap((option) => optionLines(option, say)),
    '  --help',
    ...wrapped(say('help.help'), '      '),
    '',
    say('help.examples', { count: examples.length }),
    ...examples.flatMap(exampleLines),
  ].join('\n');
}

export function programHelp(commands: readonly Command[], say: CommandVoice): string {
  return [
    say('help.usage'),
    '  meetlat COMMAND [OPTIONS]',
    '',
    say('help.commands'),
    ...commands.flatMap(({ name, says }) => [`  ${name}`, ...wrapped(say(says), '      ')]),
    '',
    ...wrapped(say('help.more'), ''),
    '',
    say('help.examples', { count: 1 }),
    '  meetlat calibrate --help',
  ].join('\n');
}
