/** While a session is paused nothing of the test is on the wire: not in a view, not as a clip, not for a new page. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { z } from 'zod';
import type { Code } from '../../server/api/invigilator/protocol.ts';
import { ServerProcess } from '../server-process.ts';
import { Candidate, Staff } from '../session-client.ts';

let server: ServerProcess;
let invigilator: Staff;
beforeAll(async () => {
  server = await ServerProcess.start();
  invigilator = await Staff.login(server.url, await server.account('invigilator'));
}, 60_000);
afterAll(() => server.dispose());

it('shows and serves nothing until it is over, and then the same question', async () => {
  const candidate = await Candidate.admitted(invigilator, { test: 'mo', language: 'ar' });
  const { screen } = await candidate.toFirstPart();
  if (screen.name !== 'linear-item') throw new Error('no question');
  const clips = [screen.item.stem.audio, ...screen.item.options.flatMap(({ audio }) => audio ?? [])];
  const act = (name: string, body: object = {}): Promise<unknown> =>
    invigilator.post(`/invigilator/sessions/${candidate.session}/${name}`, body);
  await act('pause', { reason: 'brandalarm' });

  const answered = await candidate.ask({
    ...{ kind: 'answer', handle: screen.item.handle, option: screen.item.options[0]?.handle ?? '' },
  });
  expect(answered.outcomes).toMatchObject([{ status: 'accepted' }]);
  const views = [answered.view, await candidate.view(), await candidate.take()];
  for (const view of views) expect(view.screen).toEqual({ name: 'paused' });
  expect(JSON.stringify(views)).not.toContain(screen.item.handle);
  for (const clip of clips) expect((await candidate.request(`/media/${clip}`)).status).toBe(404);
  const { outcomes } = await candidate.ask({ kind: 'go', position: 2 });
  expect(outcomes).toMatchObject([{ status: 'refused', code: 'not-active' }]);

  const { code } = await invigilator.post<z.infer<typeof Code>>(`/invigilator/sessions/${candidate.session}/code`);
  const elsewhere = await Candidate.arrive(server.url, code, candidate.session);
  await act('admit');
  expect((await elsewhere.take()).screen).toEqual({ name: 'paused' });
  await act('resume');
  expect((await elsewhere.view()).screen).toMatchObject({
    ...{ name: 'linear-item', number: 1, selected: screen.item.options[0]?.handle },
  });
}, 60_000);
