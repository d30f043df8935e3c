/** `meetlat COMMAND`. Exit code 0 done, 1 a finding, 2 a wrong call or data that cannot be used. */
import { type CommandVoice, commandVoice } from '../../words/commands.ts';
import { ConfigurationError } from '../configuration.ts';
import { CheckpointsReplaced } from '../../storage/journal/checkpoint.ts';
import { CorruptStorage, StorageError } from '../../storage/port.ts';
import { callProgram } from './call.ts';
import { RefusedData, UsageError } from './usage-error.ts';

/** `MEETLAT_LANG`, else what the system says; English where neither names a language of ours. */
function languageOf({ MEETLAT_LANG, LC_ALL, LC_MESSAGES, LANG }: NodeJS.ProcessEnv): string {
  const first = [MEETLAT_LANG, LC_ALL, LC_MESSAGES, LANG].find((name) => name !== undefined && name !== '');
  return (first ?? 'en').slice(0, 2).toLowerCase();
}

function whyNot(error: unknown, say: CommandVoice): unknown {
  if (error instanceof CheckpointsReplaced) return `meetlat: ${error.message}\n${say('refused.checkpoints-replaced')}`;
  if (error instanceof UsageError || error instanceof ConfigurationError)
    return `meetlat: ${say(error.key, error.values)}`;
  if (error instanceof CorruptStorage) return `meetlat: ${error.message}\n${say('refused.corrupt-storage')}`;
  const isTold = [RefusedData, StorageError].some((kind) => error instanceof kind);
  if (isTold && error instanceof Error) return `meetlat: ${error.message}`;
  return error;
}

// Whatever this process writes is its owner's: data, keys, recordings and reports alike.
process.umask(0o077);
const voice = commandVoice(languageOf(process.env));
callProgram(process.argv.slice(2), voice).then(
  (code) => {
    if (code !== undefined) process.exitCode = code;
  },
  (error: unknown) => {
    console.error(whyNot(error, voice));
    process.exit(2);
  },
);
