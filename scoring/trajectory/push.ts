/** One HTTP attempt under Standard Webhooks: signed with id and timestamp, ten seconds, no redirects. Never throws. */
import { Webhook } from 'standardwebhooks';
import { type Instant, toEpochMs } from '../../storage/document/instant.ts';
import type { Attempt, Push } from './deliveries.ts';

export interface Endpoint { readonly url: string; /** whsec_… */ readonly secret: string }

/** A receiver that takes longer is tried again later, ms. */
const timeoutMs = 10_000;

export interface PushPorts { readonly fetch: typeof fetch; readonly now: () => Instant }

export function pushTo({ url, secret }: Endpoint, ports: PushPorts): Push {
  const webhook = new Webhook(secret);
  return async (id, body): Promise<Attempt> => {
    const epochMs = toEpochMs(ports.now());
    const headers = {
      'content-type': 'application/cloudevents+json', 'webhook-id': id, 'webhook-timestamp': String(Math.floor(epochMs / 1000)), 'webhook-signature': webhook.sign(id, new Date(epochMs), body),
    };
    try {
      const response = await ports.fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) });
      await response.body?.cancel();
      return response.status >= 200 && response.status < 300 ? { acknowledged: true, status: response.status } : { acknowledged: false, why: `HTTP ${response.status}` };
    } catch (error) {
      return { acknowledged: false, why: error instanceof Error ? error.name : 'unknown' };
    }
  };
}
