import type { AddressInfo } from 'node:net';
import express from 'express';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemHandler } from './problem.ts';
import { protocolCheck } from './protocol-check.ts';
import { protocolHeader, protocolVersion } from './wire.ts';

const application = express();
application.use('/api/v1', protocolCheck, (_request, response) => {
  response.status(204).end();
});
application.use(problemHandler(pino({ level: 'silent' })));
const server = application.listen(0, '127.0.0.1');
let address = '';
beforeAll(async () => {
  if (!server.listening) await new Promise((resolve) => server.once('listening', resolve));
  const at = server.address();
  const isAddress = (value: string | AddressInfo | null): value is AddressInfo =>
    typeof value === 'object' && value !== null;
  address = `http://127.0.0.1:${isAddress(at) ? at.port : 0}/api/v1`;
});
afterAll(() => server.close());

describe('the version of the wire', () => {
  it.each([
    ['none is given', undefined, '/candidate/session', 204, undefined],
    ['the present one', protocolVersion, '/candidate/session', 204, undefined],
    ['an older one', protocolVersion - 1, '/candidate/session', 409, 'page-older'],
    ['an older one, bytes of a recording', protocolVersion - 1, '/candidate/recordings/u/chunks/3', 204, undefined],
    ['an older one, a beat', protocolVersion - 1, '/candidate/session/heartbeat', 204, undefined],
    ['a newer one', protocolVersion + 1, '/candidate/session', 503, 'page-newer'],
    ['no number', 'x', '/candidate/session', 409, 'page-older'],
  ])('%s', async (_what, version, path, status, code) => {
    const headers: Record<string, string> = version === undefined ? {} : { [protocolHeader]: String(version) };
    const response = await fetch(`${address}${path}`, { headers });
    expect(response.status).toBe(status);
    if (code === undefined) return;
    const problem: Record<string, unknown> = await response.json();
    expect(problem['code']).toBe(code);
    if (code === 'page-older') expect(problem['protocol']).toBe(protocolVersion);
    else expect(response.headers.get('retry-after')).toBe('2');
  });
});
