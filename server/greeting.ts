/** What the program prints when it is up: where each kind of person begins. */
import type { Credentials } from '../demonstration/people.ts';
import type { Storage } from '../storage/port.ts';
import type { CommandVoice } from '../words/commands.ts';
import type { Configuration } from './configuration.ts';

interface Greeting {
  readonly storage: Pick<Storage, 'engine'>;
  readonly configuration: Pick<Configuration, 'dataFolder'>;
}

export function greeting(
  { storage, configuration }: Greeting,
  credentials: Credentials | undefined,
  address: string,
  local: string,
  say: CommandVoice,
): string[] {
  const nobody = { account: '', password: '' };
  const place = (name: string, path: string, { account, password } = nobody): string =>
    `  ${name.padEnd(14)} ${`${address}${path}`.padEnd(44)} ${account}   ${password}`.trimEnd();
  return [
    storage.engine === 'lmdb'
      ? say('start.where', { address: local, folder: configuration.dataFolder })
      : say('start.where-mongo', { address: local }),
    ...(credentials === undefined ? [] : [`  ${say('start.demonstration')}`]),
    place(say('start.candidate'), '/'),
    place(say('start.invigilator'), '/invigilator/', credentials?.invigilator),
    place(say('start.examiner'), '/examiner/', credentials?.examiner),
    place(say('start.designer'), '/designer/', credentials?.designer),
    place(say('start.office'), '/office/'),
    place(say('start.result'), '/result/'),
    place(say('start.certificate'), '/check/'),
    place('API', '/api/v1/openapi.json'),
  ];
}
