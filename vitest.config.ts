import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { SlowestFirst } from './tests/sequencer.ts';

// `npm test` runs reduced counts; MEETLAT_FULL=1 (npm run full) the full ones.
export default defineConfig({
  resolve: { alias: { itemresponsetheory: join(import.meta.dirname, 'engine/itemresponsetheory/src') } },
  test: {
    include: [
      'engine/**/*.test.ts',
      'words/**/*.test.ts',
      'storage/**/*.test.ts',
      'people/**/*.test.ts',
      'item-bank/**/*.test.ts',
      'delivery/**/*.test.ts',
      'scoring/**/*.test.ts',
      'server/**/*.test.ts',
      'delivery-ui/**/*.test.ts',
      'demonstration/**/*.test.ts',
      'tests/**/*.test.ts',
    ],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    sequence: { sequencer: SlowestFirst },
    // One more than two cores: tests in a browser mostly wait for what is spoken and heard.
    maxWorkers: 3,
  },
});
