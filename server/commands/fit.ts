/** `meetlat fit RESPONSES --parameters FILE`: how well items with known parameters fit new responses. */
import { readParameters } from '../../item-bank/calibration/parameter-file.ts';
import { fitKnown } from '../../item-bank/calibration/fit-known.ts';
import { command } from './command.ts';
import { flag, text } from './options.ts';
import { asUsage, commonOf, commonOptions, readWithProgress, tell } from './report-outcome.ts';
import { UsageError } from './usage-error.ts';

export const fitCommand = command({
  name: 'fit',
  calls: ['RESPONSES.csv --parameters FILE [OPTIONS]'],
  says: 'fit.says',
  examples: ['meetlat fit responses.csv --parameters calibration-2026/calibration.json --out fit-2026'],
  options: { parameters: text('FILE', 'fit.parameters'), ...commonOptions, 'in-order': flag('option.in-order') },
  run: async (values, [path]) => {
    if (path === undefined) throw new UsageError('fit.no-file');
    if (values.parameters === undefined) throw new UsageError('fit.no-parameters');
    try {
      const common = await commonOf(values);
      const parameters = await readParameters(values.parameters);
      const data = await readWithProgress(path, { ...common.read, inOrder: values['in-order'] });
      return await tell(fitKnown(data, parameters), path, common);
    } catch (error) {
      throw asUsage(error, values.language);
    }
  },
});
