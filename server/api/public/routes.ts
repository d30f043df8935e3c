import type { Timers } from '../../../storage/document/timers.ts';
import type { Failures } from '../../../delivery/live/failures.ts';
import type { Endpoint } from '../../http/endpoint.ts';
import { jsonEndpoint } from '../../http/endpoint.ts';
import { languages } from '../../../item-bank/items/item.ts';
import { failureTerms, lookedUp } from '../../http/limits.ts';
import { Problem } from '../../http/problem.ts';
import { type GuardPorts, guards } from '../access.ts';
import { About, CertificateCheck, CheckRequest, ResultRequest, ResultView } from './protocol.ts';

export interface PublicPorts extends GuardPorts {
  readonly version: string;
  /** Of the engine that new sessions are measured by. */
  readonly engine: string;
  readonly isDemonstration: boolean;
  readonly failures: Failures;
  readonly timers: Timers;
  readonly result: (key: string) => Promise<ResultView | undefined>;
  readonly check: (credential: string) => Promise<CertificateCheck>;
}

export function publicEndpoints(ports: PublicPorts): Endpoint[] {
  const { anyone } = guards(ports);
  return [
    jsonEndpoint({
      method: 'get',
      path: '/public/about',
      summary: 'What this is',
      guard: anyone,
      access: 'anyone',
      reply: About,
      handle: () =>
        Promise.resolve({
          name: 'Meetlat',
          version: ports.version,
          demonstration: ports.isDemonstration,
          engine: ports.engine,
          languages: [...languages],
        }),
    }),
    jsonEndpoint({
      method: 'post',
      path: '/public/result',
      summary: 'A result, by the key on the receipt',
      guard: anyone,
      access: 'anyone',
      body: ResultRequest,
      reply: ResultView,
      problems: ['not-found', 'too-many-attempts'],
      handle: async ({ body, request, response }) => {
        const attempt = { terms: failureTerms.resultKey, who: request.ip ?? 'unknown' };
        const result = await lookedUp(ports, attempt, response, () => ports.result(body.key));
        if (result === undefined) throw new Problem('not-found');
        return result;
      },
    }),
    jsonEndpoint({
      method: 'post',
      path: '/public/check',
      summary: 'Is this certificate real?',
      guard: anyone,
      access: 'anyone',
      body: CheckRequest,
      reply: CertificateCheck,
      handle: ({ body }) => ports.check(body.credential),
    }),
  ];
}
