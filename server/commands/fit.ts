/** `meetlat fit RESPONSES --parameters FILE`: how well items with known parameters fit new responses. */
import { fitKnown } from '../../item-bank/calibration/fit-known.ts';
import { readParameters } from '../../item-bank/calibration/parameter-file.ts';
import { tellOutcome } from './calibration-outcome.ts';
import { command } from './command.ts';
import { flag, text } from './options.ts';
import { withRefusals } from './refused.ts';
import { readWithProgress, responsesOptions, responsesRequest } from './responses-file.ts';
import { UsageError } from './usage-error.ts';

export const fitCommand = command({
  name: 'fit',
  calls: ['RESPONSES.csv --parameters FILE [OPTIONS]'],
  says: 'fit.says',
  examples: ['meetlat fit responses.csv --parameters calibration-2026/calibration.json --out fit-2026'],
  options: { parameters: text('FILE', 'fit.parameters'), ...responsesOptions, 'in-order': flag('option.in-order') },
  run: async ({ parameters: file, ...values }, [path]) => {
    if (path === undefined) throw new UsageError('fit.no-file');
    if (file === undefined) throw new UsageError('fit.no-parameters');
    return withRefusals(values.language, async () => {
      const request = await responsesRequest(values);
      const parameters = await readParameters(file);
      const data = await readWithProgress(path, { ...request.read, inOrder: values['in-order'] }, request.say);
      return tellOutcome(fitKnown(data, parameters), path, request);
    });
  },
});
