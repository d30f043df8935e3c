import { readConfiguration } from '../configuration.ts';
import { start } from '../start.ts';
import type { Command } from './command.ts';

export const startCommand: Command = {
  usage: 'start                                serve the product; settings by environment, see README',
  run: async () => {
    await start(readConfiguration(process.env, process.cwd()), (line) => console.log(line));
    return undefined;
  },
};
