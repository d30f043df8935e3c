/** One HTTP attempt under Standard Webhooks: signed with id and timestamp, ten seconds, no redirects. Never throws. */
import { Webhook } from 'standardwebhooks';
import { type Instant, toEpochMs } from '../../storage/document/instant.ts';
import { BadEndpoint, endpointUrl } from './address.ts';
import type { Attempt, Push } from './deliveries.ts';

export interface PushEndpoint {
  readonly url: string;
  /** whsec_… */ readonly secret: string;
}

/** A receiver that takes longer is tried again later, ms. */
const defaultTimeoutMs = 10_000;

export interface PushPorts {
  readonly fetch: typeof fetch;
  readonly now: () => Instant;
  readonly timeoutMs?: number;
}

/** Throws BadEndpoint when the address or the secret is unusable. */
export function pushTo({ url, secret }: PushEndpoint, ports: PushPorts): Push {
  const address = endpointUrl(url).href;
  const webhook = webhookOf(secret);
  return async (id, body): Promise<Attempt> => {
    const epochMs = toEpochMs(ports.now());
    const headers = {
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(epochMs / 1000)),
      'webhook-signature': webhook.sign(id, new Date(epochMs), body),
    };
    try {
      const response = await ports.fetch(address, {
        method: 'POST',
        headers,
        body,
        redirect: 'manual',
        signal: AbortSignal.timeout(ports.timeoutMs ?? defaultTimeoutMs),
      });
      await response.body?.cancel();
      return response.status >= 200 && response.status < 300
        ? { acknowledged: true, status: response.status }
        : { acknowledged: false, isReachable: true, why: `HTTP ${response.status}` };
    } catch (error) {
      return { acknowledged: false, isReachable: false, why: reasonOf(error) };
    }
  };
}

function webhookOf(secret: string): Webhook {
  try {
    return new Webhook(secret);
  } catch {
    throw new BadEndpoint('secret', 'must be whsec_ followed by base64');
  }
}

/** ECONNREFUSED, blocked-address, TimeoutError …: never an address or a body. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  for (const one of [error, error.cause])
    if (one instanceof Error && 'code' in one && typeof one.code === 'string') return one.code;
  return error.name;
}
