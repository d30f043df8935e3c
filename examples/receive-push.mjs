// Receives the pushes of results: checks the signature (Standard Webhooks), keeps each event once, answers 204.
//   MEETLAT_TRAJECTORY_SECRET=whsec_… PORT=4000 node examples/receive-push.mjs
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';

const webhook = new Webhook(process.env.MEETLAT_TRAJECTORY_SECRET);
const seen = new Set();
const server = createServer(async (request, response) => {
  const body = await text(request);
  try {
    webhook.verify(body, request.headers);
  } catch {
    response.writeHead(401).end();
    return;
  }
  const id = request.headers['webhook-id'];
  if (!seen.has(id)) console.log(`${id}: ${body}`);
  seen.add(id);
  response.writeHead(204).end();
});
server.listen(Number(process.env.PORT ?? 4000), () => console.log(`listening on ${server.address().port}`));
