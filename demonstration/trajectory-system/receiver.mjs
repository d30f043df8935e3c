/**
 * A small stand-in for the trajectory system: a process of its own that knows nothing of Meetlat but two secrets' worth of contract.
 * It verifies every push by Standard Webhooks and every certificate with only the address of the issuer's keys, and keeps each event once.
 *
 * PORT (4000), MEETLAT_TRAJECTORY_SECRET (whsec_…), MEETLAT_JWKS (address of the JWKS), RECEIVER_FILE (events are kept there; default memory only).
 * For trials: RECEIVER_FAIL=n answers 500 to the first n pushes, RECEIVER_SLOW_MS=n waits that long before each answer.
 */
import { createServer } from 'node:http';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';

const { PORT = '4000', MEETLAT_TRAJECTORY_SECRET: secret, MEETLAT_JWKS: jwksAddress, RECEIVER_FILE: file, RECEIVER_FAIL = '0', RECEIVER_SLOW_MS = '0' } = process.env;
if (!secret || !jwksAddress) {
  console.error('Set MEETLAT_TRAJECTORY_SECRET (whsec_…) and MEETLAT_JWKS (e.g. http://localhost:3000/.well-known/jwks.json).');
  process.exit(2);
}
const webhook = new Webhook(secret);
const keys = createRemoteJWKSet(new URL(jwksAddress));
const largestBody = 200_000;
let failures = Number(RECEIVER_FAIL);
let attempts = 0;

const load = () => { try { return JSON.parse(readFileSync(file, 'utf8')); } catch { return []; } };
const events = new Map((file ? load() : []).map((event) => [event.id, event]));
function keep(event) {
  events.set(event.id, event);
  if (!file) return;
  writeFileSync(`${file}.part`, JSON.stringify([...events.values()], null, 1));
  renameSync(`${file}.part`, file);
}

async function bodyOf(request) {
  let text = '';
  for await (const part of request) { text += part; if (text.length > largestBody) throw new Error('too large'); }
  return text;
}

/** Who the certificate is for and what it says, or why it does not count. */
async function certificateOf(credential) {
  if (!credential) return 'none';
  try {
    const { payload } = await jwtVerify(credential, keys, { algorithms: ['EdDSA', 'ES256'], typ: 'vc+jwt' });
    return `valid, ${payload.credentialSubject?.achievement?.name}`;
  } catch (error) { return `INVALID (${error.code ?? error.message})`; }
}

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function receive(request) {
  attempts += 1;
  const body = await bodyOf(request);
  await wait(Number(RECEIVER_SLOW_MS));
  if (failures > 0) { failures -= 1; return [500, { error: 'out of order, for a trial' }]; }
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = request.headers;
  let event;
  try { event = webhook.verify(body, { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature }); } catch (error) {
    if (error instanceof WebhookVerificationError) return [401, { error: 'the signature is not right' }];
    return [400, { error: 'not understood' }];
  }
  if (event.specversion !== '1.0' || event.id !== id) return [400, { error: 'no CloudEvent 1.0, or another id than announced' }];
  if (events.has(id)) return [200, { known: true }];
  const certificate = await certificateOf(event.data?.credential);
  keep({ id, type: event.type, receivedAt: new Date().toISOString(), data: { ...event.data, credential: undefined }, certificate });
  console.log(`${event.type} ${event.subject} ${event.data?.test} ${event.data?.outcome} ${event.data?.level ?? ''} certificate: ${certificate}`);
  return [202, { known: false }];
}

const server = createServer((request, response) => {
  const answer = (status, content) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
  if (request.method === 'GET') { answer(200, { attempts, events: [...events.values()] }); return; }
  if (request.method !== 'POST' || request.url !== '/events') { answer(404, { error: 'POST /events, GET /' }); return; }
  receive(request).then(([status, content]) => answer(status, content), () => answer(400, { error: 'not understood' }));
});
server.listen(Number(PORT), '127.0.0.1', () => console.log(`Trajectory system (stand-in) at http://127.0.0.1:${server.address().port}/events`));
process.once('SIGTERM', () => server.close(() => process.exit(0)));
