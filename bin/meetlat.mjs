#!/usr/bin/env node
// Loads the built program. From a checkout it rebuilds first when sources are newer.
import { existsSync } from 'node:fs';

const root = new URL('..', import.meta.url);
if (process.env.MEETLAT_NO_BUILD !== '1' && existsSync(new URL('server/commands/meetlat.ts', root))) {
  const { buildIfNeeded } = await import(new URL('build.mjs', root).href);
  await buildIfNeeded();
}
await import(new URL('dist/meetlat.mjs', root).href);
