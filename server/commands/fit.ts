/** `meetlat fit RESPONSES --parameters FILE`: how well items with known parameters fit new responses. */
import { parseArgs } from 'node:util';
import { readParameters } from '../../item-bank/calibration/parameter-file.ts';
import { fitKnown } from '../../item-bank/calibration/fit-known.ts';
import { type Command, UsageError } from './command.ts';
import { asUsage, commonOf, commonOptions, readWithProgress, tell } from './report-outcome.ts';

export const fitCommand: Command = {
  usage:
    'fit RESPONSES.csv --parameters FILE [--groups COLUMN] [--cuts NAME=θ,…] [--duplicates refuse|first] [--in-order] [--language nl|en] [--out DIR]   fit of known parameters: calibration.json, a release or a CSV of item, slope, difficulty',
  run: async (argv) => {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { ...commonOptions, parameters: { type: 'string' }, 'in-order': { type: 'boolean', default: false } },
    });
    const [path] = positionals;
    if (path === undefined) throw new UsageError('fit needs a file of responses: .csv, .jsonl, or either with .gz');
    if (values.parameters === undefined) throw new UsageError('fit needs --parameters FILE');
    try {
      const common = await commonOf(values);
      const parameters = await readParameters(values.parameters);
      const data = await readWithProgress(path, { ...common.read, inOrder: values['in-order'] });
      return await tell(fitKnown(data, parameters), path, common);
    } catch (error) {
      throw asUsage(error, values.language);
    }
  },
};
