/** `meetlat retention`, against a data folder that an earlier version wrote and the server has brought up to date. */
import { describe, expect, it } from 'vitest';
import { accounts } from '../../people/staff/account.ts';
import { inRooms, meetlat, upgradeFolder, useOldFolder } from './called.suite.ts';

useOldFolder();
const retention = (...argv: string[]) => meetlat('retention', '--agency', 'demo', ...argv);

describe('retention', () => {
  it('is set by two people, tells what stands and what is due, and takes nothing away itself', async () => {
    await upgradeFolder();
    expect((await meetlat('retention')).lines).toBe(
      'agency      demo: no periods are set, everything is kept until a person is erased',
    );
    const [one = '', two = ''] = await inRooms(async (_rooms, { storage }) =>
      (await (await storage.collection(accounts)).every()).map(({ id }) => id),
    );
    const periods = ['--persons', '3650', '--certificates', '1'];
    await expect(retention(...periods)).rejects.toMatchObject({ key: 'erase.no-signatories' });
    const alone = ['--by', one, '--confirmed-by', one];
    await expect(retention(...periods, ...alone)).rejects.toMatchObject({ key: 'signatories.same' });
    await expect(meetlat('retention', ...periods)).rejects.toMatchObject({ key: 'retention.which-agency' });
    await expect(meetlat('retention', '--agency', 'x')).rejects.toMatchObject({ key: 'retention.no-agency' });
    const { lines } = await retention(...periods, '--by', one, '--confirmed-by', two);
    expect(lines).toContain(`by ${one} and ${two}`);
    expect(lines).toMatch(/^persons {6}3650 days, 0 due$/m);
    expect(lines).toMatch(/^recordings {3}until the person is erased$/m);
    expect(lines).toMatch(/^certificates 1 days/m);
    await inRooms(async ({ retention: kept }) => {
      expect(await kept.of('demo')).toMatchObject({
        days: { persons: 3650, certificates: 1 },
        by: one,
        confirmedBy: two,
      });
    });
  });
});
