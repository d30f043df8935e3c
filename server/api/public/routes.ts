import type { Endpoint } from '../../http/endpoint.ts';
import { jsonEndpoint } from '../../http/endpoint.ts';
import { languages } from '../../../item-bank/items/item.ts';
import { failureTerms, lookedUp } from '../../http/limits.ts';
import { Problem } from '../../http/problem.ts';
import type { Program } from '../../program.ts';
import { guards } from '../access.ts';
import { About, CertificateCheck, CheckRequest, ResultRequest, ResultView } from './protocol.ts';

export interface PublicPorts {
  readonly result: (key: string) => Promise<ResultView | undefined>;
  readonly check: (credential: string) => Promise<CertificateCheck>;
}

export function publicEndpoints(program: Program, ports: PublicPorts): Endpoint[] {
  const { anyone } = guards(program);
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
          version: program.version,
          demonstration: program.configuration.demonstration,
          engine: program.registration.engine,
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
        const result = await lookedUp(program.live.failures, attempt, response, () => ports.result(body.key));
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
