/** `meetlat rotate-secret`: another secret opens the installation from now on; nothing that was kept is lost. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { askForFreshCopy, makeFreshCopy } from '../../storage/lmdb/fresh-copy.ts';
import type { Rotated } from '../../storage/keys/rotation.ts';
import type { CommandVoice } from '../../words/commands.ts';
import { type Configuration, readConfiguration, shortestSecret } from '../configuration.ts';
import { ProcessTimers, now, random } from '../machine.ts';
import { openEngine } from '../open-storage.ts';
import { rotateInstallation } from '../rotate-secret.ts';
import { command } from './command.ts';
import { text } from './options.ts';
import { UsageError } from './usage-error.ts';

/** The next secret of an operator who keeps it; undefined where the program made the one before. */
async function givenSecret({ secret }: Configuration, file: string | undefined): Promise<string | undefined> {
  if (secret === undefined && file !== undefined) throw new UsageError('rotate-secret.kept');
  if (secret === undefined) return undefined;
  if (file === undefined) throw new UsageError('rotate-secret.no-file');
  const given = (await readFile(file, 'utf8').catch(() => '')).trim();
  if (given.length < shortestSecret) throw new UsageError('rotate-secret.short', { file, characters: shortestSecret });
  return given;
}

const told = ({ commits, documents, keys, left }: Rotated, say: CommandVoice): string[] => [
  say('rotate-secret.done', { commits, documents, keys }),
  ...left.map((place) => say('rotate-secret.left', { place })),
];

export const rotateSecretCommand = command({
  name: 'rotate-secret',
  calls: ['--by NAME --reason TEXT [--new-secret FILE]'],
  says: 'rotate-secret.says',
  examples: ['meetlat rotate-secret --by "An Peeters, IT" --reason "Bo left" --new-secret /media/stick/secret'],
  options: {
    by: text('NAME', 'rotate-secret.by'),
    reason: text('TEXT', 'rotate-secret.reason'),
    'new-secret': text('FILE', 'rotate-secret.new-secret'),
  },
  run: async ({ by = '', reason = '', 'new-secret': file }, _operands, say) => {
    if (by.trim() === '' || reason.trim() === '') throw new UsageError('rotate-secret.who');
    const configuration = readConfiguration(process.env, process.cwd());
    const { mongodbUri, dataFolder: folder } = configuration;
    if (mongodbUri === undefined && !existsSync(folder)) throw new UsageError('usage.no-installation', { folder });
    const given = await givenSecret(configuration, file);
    const storage = await openEngine(configuration);
    // What is overwritten stays in an LMDB file until it is copied afresh, and the former secret opens it there.
    const isEmbedded = storage.engine === 'lmdb';
    if (isEmbedded) await askForFreshCopy(folder);
    let ended: number;
    try {
      const begins = (): void => console.log(say('rotate-secret.begins'));
      const settings = { configuration, storage, random, now, timers: new ProcessTimers(), given, begins };
      const outcome = await rotateInstallation(settings, { by: by.trim(), reason: reason.trim() });
      if (outcome === 'running') throw new UsageError('rotate-secret.running');
      const lines = outcome === 'same' ? [say('rotate-secret.same')] : told(outcome, say);
      const start = given === undefined ? 'rotate-secret.start-as-before' : 'rotate-secret.start-with';
      console.log([...lines, say(start, { file: file ?? '' }), say('rotate-secret.then')].join('\n'));
      ended = outcome !== 'same' && outcome.left.length > 0 ? 1 : 0;
    } finally {
      await storage.close();
    }
    if (isEmbedded) await makeFreshCopy(folder);
    return ended;
  },
});
