/** `meetlat doctor`: what of an installation is well, what somebody should look at, and what to do. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { toEpochMs } from '../../storage/document/instant.ts';
import { now, programVersion } from '../machine.ts';
import { openStores } from '../open-stores.ts';
import { type Configuration, readConfiguration } from '../configuration.ts';
import { keptSymptoms } from '../doctor/kept.ts';
import { machineSymptoms } from '../doctor/machine.ts';
import { settingsSymptoms } from '../doctor/settings.ts';
import { type Symptom, bad } from '../doctor/symptom.ts';
import { command } from './command.ts';

/** Whatever keeps the storage from being opened is told like the rest. Nothing is made by looking. */
async function storageSymptoms(configuration: Configuration): Promise<readonly Symptom[]> {
  const { mongodbUri, dataFolder: folder, secret } = configuration;
  if (mongodbUri === undefined && !existsSync(join(folder, 'database')))
    return [bad('doctor.storage.none', { folder })];
  // That there is none was told of the machine.
  if (secret === undefined && !existsSync(join(folder, 'secret'))) return [];
  try {
    const stores = await openStores(configuration);
    try {
      return await keptSymptoms(stores, configuration, now());
    } finally {
      await stores.storage.close();
    }
  } catch (error) {
    return [bad('doctor.storage.closed', { why: error instanceof Error ? error.message : String(error) })];
  }
}

export const doctorCommand = command({
  name: 'doctor',
  calls: [''],
  says: 'doctor.says',
  examples: ['meetlat doctor', 'MEETLAT_DATA=/srv/meetlat meetlat doctor'],
  options: {},
  run: async (_values, _operands, say) => {
    const configuration = readConfiguration(process.env, process.cwd());
    const present = now();
    const symptoms = [
      ...(await machineSymptoms({ configuration, now: present, version: programVersion })),
      ...(await storageSymptoms(configuration)),
      ...(await settingsSymptoms(configuration, toEpochMs(present))),
    ];
    for (const { state, says, values } of symptoms) console.log(`${say(`doctor.state.${state}`)}${say(says, values)}`);
    return symptoms.some(({ state }) => state === 'bad') ? 1 : 0;
  },
});
