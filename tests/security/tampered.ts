/** An installation whose database somebody changes who does not have the secret; and `meetlat` beside it. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { Storage, StreamId } from '../../storage/port.ts';
import type { OldName } from '../fixtures/old-data.ts';
import type { OldDataOpened } from '../fixtures/open-old-data.ts';

const launcher = join(import.meta.dirname, '../../bin/meetlat.mjs');
export const tenant = 'demo';

export interface Tampered {
  /** The data of earlier and the program on it. */
  readonly opened: () => OldDataOpened;
  /** What the command prints, with the settings of the installation but for some. */
  readonly meetlat: (argv: readonly string[], without?: readonly string[]) => string;
  /** What an auditor sees, who has no secret. */
  readonly audited: (...argv: readonly string[]) => string;
  /** The database as somebody without the secret has it. */
  readonly inStorage: <R>(act: (storage: Storage) => Promise<R>) => Promise<R>;
  readonly post: (path: string, body: unknown) => Promise<Response>;
  readonly streamOf: (kind: 'session' | 'result', name: OldName) => StreamId;
}

/** Opens it before the tests of a `describe`, and ends it after them. */
export function tamperedWith(open: () => Promise<OldDataOpened>): Tampered {
  let known: OldDataOpened | undefined;
  beforeAll(async () => {
    known = await open();
  });
  afterAll(() => known?.end());
  const opened = (): OldDataOpened => {
    if (known === undefined) throw new Error('not opened');
    return known;
  };
  const meetlat: Tampered['meetlat'] = (argv, without = []) => {
    const settings = Object.entries({ MEETLAT_NO_BUILD: '1', ...opened().environment });
    const run = spawnSync(process.execPath, [launcher, ...argv], {
      env: {
        PATH: process.env['PATH'] ?? '',
        ...Object.fromEntries(settings.filter(([name]) => !without.includes(name))),
      },
      encoding: 'utf8',
    });
    return `${run.stdout}${run.stderr}`;
  };
  return {
    opened,
    meetlat,
    audited: (...argv) => meetlat(['verify', '--all', '--without-secret', ...argv], ['MEETLAT_SECRET']),
    async inStorage(act) {
      const storage = await opened().storage();
      try {
        return await act(storage);
      } finally {
        await storage.close();
      }
    },
    post: (path, body) =>
      fetch(`${opened().server.url}/api/v1${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    streamOf: (kind, name) => ({ tenant, kind, id: opened().data.sessions[name].session }),
  };
}
