/**
 * A small stand-in for the trajectory system: a process of its own that knows nothing of Meetlat but the contract.
 * It verifies every push by Standard Webhooks and every certificate with only the address of the issuer's keys, and
 * keeps each event once.
 *
 * PORT (4000), MEETLAT_TRAJECTORY_SECRET (whsec_…), MEETLAT_JWKS (address of the JWKS), RECEIVER_FILE (events are kept
 * there; default memory only).
 * POST /events takes a push, GET /events gives what came as JSON, GET / shows it.
 * For trials: RECEIVER_FAIL=n answers 500 to the first n pushes, RECEIVER_SLOW_MS=n waits that long before each answer.
 */
import { createServer } from 'node:http';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';

const {
  PORT = '4000',
  MEETLAT_TRAJECTORY_SECRET: secret,
  MEETLAT_JWKS: jwksAddress,
  RECEIVER_FILE: file,
  RECEIVER_FAIL = '0',
  RECEIVER_SLOW_MS = '0',
} = process.env;
if (!secret || !jwksAddress) {
  console.error(
    'Set MEETLAT_TRAJECTORY_SECRET (whsec_…) and MEETLAT_JWKS (e.g. http://localhost:3000/.well-known/jwks.json).',
  );
  process.exit(2);
}
const webhook = new Webhook(secret);
const keys = createRemoteJWKSet(new URL(jwksAddress));
const largestBody = 200_000;
let failures = Number(RECEIVER_FAIL);
let attempts = 0;

/** A file that is there but cannot be read is a fault to look at, not an empty list. */
function load() {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}
const events = new Map((file ? load() : []).map((event) => [event.id, event]));
function keep(event) {
  events.set(event.id, event);
  if (!file) return;
  writeFileSync(`${file}.part`, JSON.stringify([...events.values()], null, 1));
  renameSync(`${file}.part`, file);
}

async function bodyOf(request) {
  request.setEncoding('utf8');
  let text = '';
  for await (const part of request) {
    text += part;
    if (text.length > largestBody) throw new Error('too large');
  }
  return text;
}

class KeysUnreachable extends Error {}

/**
 * What the certificate says, or why it does not count. Throws KeysUnreachable when the issuer's keys cannot be had now.
 */
async function certificateOf(credential, source) {
  if (!credential) return 'none';
  try {
    const { payload } = await jwtVerify(credential, keys, {
      algorithms: ['EdDSA', 'ES256'],
      typ: 'vc+jwt',
      issuer: source,
    });
    return `valid, ${payload.credentialSubject?.achievement?.name}`;
  } catch (error) {
    const isAbsent =
      !(error instanceof errors.JOSEError) || error instanceof errors.JWKSTimeout || error.code === 'ERR_JOSE_GENERIC';
    if (isAbsent) throw new KeysUnreachable();
    return `INVALID (${error.code})`;
  }
}

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** By id, what is being looked at: the same event twice at once is one event. */
const underWay = new Map();

async function receive(request) {
  attempts += 1;
  const body = await bodyOf(request);
  await wait(Number(RECEIVER_SLOW_MS));
  if (failures > 0) {
    failures -= 1;
    return [500, { error: 'out of order, for a trial' }];
  }
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = request.headers;
  let event;
  try {
    event = webhook.verify(body, { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature });
  } catch (error) {
    if (error instanceof WebhookVerificationError) return [401, { error: 'the signature is not right' }];
    return [400, { error: 'not understood' }];
  }
  if (event?.specversion !== '1.0' || event.id !== id)
    return [400, { error: 'no CloudEvent 1.0, or another id than announced' }];
  await underWay.get(id)?.catch(() => undefined);
  if (events.has(id)) return [200, { known: true }];
  const run = take(event);
  underWay.set(id, run);
  try {
    await run;
  } catch (error) {
    if (error instanceof KeysUnreachable) return [503, { error: 'the keys of the issuer cannot be had' }];
    throw error;
  } finally {
    if (underWay.get(id) === run) underWay.delete(id);
  }
  return [202, { known: false }];
}

async function take({ id, type, subject, source, data }) {
  const certificate = await certificateOf(data?.credential, source);
  keep({
    id,
    type,
    subject,
    receivedAt: new Date().toISOString(),
    data: { ...data, credential: undefined },
    certificate,
  });
  console.log(
    [type, subject, data?.test, data?.outcome, data?.level, `certificate: ${certificate}`].filter(Boolean).join(' '),
  );
}

const escaped = (value) => String(value ?? '').replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
const columns = ['receivedAt', 'subject', 'test', 'outcome', 'level', 'certificate'];
const row = (event, cell) =>
  `<tr>${columns.map((name) => `<${cell}>${escaped(event[name] ?? event.data?.[name])}</${cell}>`).join('')}</tr>`;
const page = () => `<!doctype html><html lang="en"><meta charset="utf-8"><title>Trajectory system (stand-in)</title>
<h1>Trajectory system (stand-in)</h1><p>${events.size} events, ${attempts} attempts since the start.</p>
<table border="1" cellpadding="6"><thead>${row(Object.fromEntries(columns.map((name) => [name, name])), 'th')}</thead>
<tbody>${[...events.values()]
  .reverse()
  .map((event) => row(event, 'td'))
  .join('\n')}</tbody></table></html>`;

const server = createServer((request, response) => {
  const answer = (status, content) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
  if (request.method === 'GET' && request.url === '/') {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page());
    return;
  }
  if (request.method === 'GET' && request.url === '/events') {
    answer(200, { attempts, events: [...events.values()] });
    return;
  }
  if (request.method !== 'POST' || request.url !== '/events') {
    answer(404, { error: 'POST /events, GET /events, GET /' });
    return;
  }
  receive(request).then(
    ([status, content]) => answer(status, content),
    () => answer(400, { error: 'not understood' }),
  );
});
server.listen(Number(PORT), '127.0.0.1', () =>
  console.log(`Trajectory system (stand-in) at http://127.0.0.1:${server.address().port}/events`),
);
process.once('SIGTERM', () => server.close(() => process.exit(0)));
