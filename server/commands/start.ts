import { readConfiguration } from '../configuration.ts';
import { start } from '../start.ts';
import { command } from './command.ts';

export const startCommand = command({
  name: 'start',
  calls: [''],
  says: 'start.says',
  examples: ['PORT=8080 MEETLAT_DATA=/var/lib/meetlat meetlat start'],
  options: {},
  run: async (_values, _operands, say) => {
    await start(readConfiguration(process.env, process.cwd()), say, (line) => console.log(line));
    return undefined;
  },
});
