/**
 * `meetlat COMMAND`: one file for each command; loaded only when asked for. Exit code 0 done, 1 a finding, 2 a wrong
 * call.
 */
import { ConfigurationError } from '../configuration.ts';
import { type Command, UsageError } from './command.ts';

const commands: Readonly<Record<string, () => Promise<Command>>> = {
  start: async () => (await import('./start.ts')).startCommand,
  verify: async () => (await import('./verify.ts')).verifyCommand,
  calibrate: async () => (await import('./calibrate.ts')).calibrateCommand,
  fit: async () => (await import('./fit.ts')).fitCommand,
  dif: async () => (await import('./dif.ts')).difCommand,
  drift: async () => (await import('./drift.ts')).driftCommand,
  facets: async () => (await import('./facets.ts')).facetsCommand,
  link: async () => (await import('./link.ts')).linkCommand,
  'standard-setting': async () => (await import('./standard-setting.ts')).standardSettingCommand,
  responses: async () => (await import('./responses.ts')).responsesCommand,
  simulate: async () => (await import('./simulate.ts')).simulateCommand,
};

async function help(): Promise<number> {
  console.log('Usage: meetlat COMMAND\n');
  for (const load of Object.values(commands)) console.log(`  meetlat ${(await load()).usage}`);
  return 0;
}

async function main(argv: readonly string[]): Promise<number | undefined> {
  const [name, ...rest] = argv;
  if (name === undefined || name === 'help' || name === '--help') return help();
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (load === undefined) throw new UsageError(`unknown command "${name}"; meetlat --help lists them`);
  return (await load()).run(rest);
}

/** parseArgs throws plain errors with this prefix of code. */
const isWrongCall = (error: unknown): error is Error =>
  error instanceof UsageError ||
  error instanceof ConfigurationError ||
  (error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.code.startsWith('ERR_PARSE_ARGS'));

main(process.argv.slice(2)).then(
  (code) => {
    if (code !== undefined) process.exitCode = code;
  },
  (error: unknown) => {
    if (isWrongCall(error)) console.error(`meetlat: ${error.message}`);
    else console.error('meetlat:', error instanceof Error ? error.message : error);
    process.exit(2);
  },
);
