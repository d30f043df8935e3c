/** What the program prints when it is up: where each kind of person begins. */
import type { Credentials } from '../demonstration/people.ts';
import type { Storage } from '../storage/port.ts';
import { commandVoice } from '../words/commands.ts';
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
): string[] {
  const dutch = commandVoice('nl');
  const nobody = { account: '', password: '' };
  const place = (name: string, path: string, { account, password } = nobody): string =>
    `  ${name.padEnd(14)} ${`${address}${path}`.padEnd(44)} ${account}   ${password}`.trimEnd();
  return [
    `Meetlat: ${local}   (${storage.engine === 'lmdb' ? `LMDB, ${configuration.dataFolder}` : 'MongoDB'})`,
    ...(credentials === undefined
      ? []
      : [`  ${dutch('start.demonstration')} / ${commandVoice('en')('start.demonstration')}`]),
    place(dutch('start.candidate'), '/'),
    place(dutch('start.invigilator'), '/invigilator/', credentials?.invigilator),
    place(dutch('start.examiner'), '/examiner/', credentials?.examiner),
    place(dutch('start.designer'), '/designer/', credentials?.designer),
    place(dutch('start.result'), '/result/'),
    place(dutch('start.certificate'), '/check/'),
    place('API', '/api/v1/openapi.json'),
  ];
}
