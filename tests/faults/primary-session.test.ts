/**
 * The server on a replica set of three: its primary is killed five times during a session, and no acknowledged answer
 * is lost.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CandidateView } from '../../server/api/candidate/protocol.ts';
import { toEpochMs } from '../../storage/document/instant.ts';
import { eventsOf } from '../../storage/journal/stream.ts';
import { openMongo } from '../../storage/mongodb/open.ts';
import { sessionKind, sessionStream } from '../../delivery/sessions/run.ts';
import type { Operation } from '../../delivery/sessions/operation.ts';
import { hasMongo, startMongo, withoutMongo } from '../mongo.ts';
import { ServerProcess } from '../server-process.ts';
import { Candidate, ProblemReply, Staff } from '../session-client.ts';

const kills = 5;
const launcher = join(import.meta.dirname, '../../bin/meetlat.mjs');
if (!hasMongo(true)) console.log(withoutMongo);

/** As the client's outbox does: on 503 or a lost line the same operations again. */
async function sendSurely(candidate: Candidate, operations: readonly Operation[]): Promise<CandidateView> {
  for (let tries = 0; ; tries += 1) {
    try {
      return (await candidate.send(operations)).view;
    } catch (error) {
      if (tries > 240 || (error instanceof ProblemReply && error.status !== 503)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

/** Time that the session's journal says was given back, ms. */
async function givenBack(uri: string, session: string): Promise<number> {
  const storage = await openMongo({ uri });
  try {
    const commits = await storage.journal.read({ tenant: 'demo', kind: sessionKind, id: session });
    return commits
      .flatMap((commit) => eventsOf(sessionStream, commit))
      .reduce((sum, event) => sum + (event.type === 'time-given-back' ? event.ms : 0), 0);
  } finally {
    await storage.close();
  }
}

describe.runIf(hasMongo(true))('a session on MongoDB', () => {
  it(`${kills} kills of the primary lose nothing that was acknowledged`, async () => {
    const mongo = await startMongo({ members: 3, own: true });
    if (mongo?.killPrimary === undefined) throw new Error('no replica set of ours');
    const environment = { MONGODB_URI: mongo.uri, MEETLAT_SECRET: 'a-secret-of-the-tests-only', MEETLAT_DEMO: 'on' };
    const server = await ServerProcess.start(environment);
    try {
      const invigilator = await Staff.login(server.url, await server.account('invigilator'));
      const candidate = await Candidate.admitted(invigilator, { test: 'mo' });
      let view = await candidate.toFirstPart();
      const deadlineAt = view.clock?.deadlineAt;
      const answered = new Map<number, string>();
      for (let position = 1; position <= 20; position += 1) {
        const reviving = position % 4 === 2 ? mongo.killPrimary() : undefined;
        view = await sendSurely(candidate, candidate.prepare({ kind: 'go', position }));
        if (view.screen.name !== 'linear-item') throw new Error(view.screen.name);
        const { handle, options } = view.screen.item;
        const option = options[position % options.length]?.handle ?? '';
        view = await sendSurely(candidate, candidate.prepare({ kind: 'answer', handle, option }));
        answered.set(position, option);
        await (
          await reviving
        )?.();
      }
      // A new primary may take so long that the page counts as lost: then its time is given back, and recorded.
      const moved = toEpochMs(view.clock?.deadlineAt ?? '') - toEpochMs(deadlineAt ?? '');
      expect(moved).toBe(await givenBack(mongo.uri, candidate.session));
      for (const [position, option] of answered) {
        view = await sendSurely(candidate, candidate.prepare({ kind: 'go', position }));
        expect(view.screen).toMatchObject({ selected: option });
      }
      await sendSurely(candidate, candidate.prepare({ kind: 'submit' }));
      const said = execFileSync(process.execPath, [launcher, 'verify', candidate.session], {
        env: { ...process.env, ...environment, MEETLAT_NO_BUILD: '1', MEETLAT_DATA: server.folder },
        encoding: 'utf8',
      });
      expect(said).toMatch(/\nVERIFIED\n$/);
    } catch (error) {
      console.error(
        server.output
          .split('\n')
          .filter((line) => line.includes('"level":50'))
          .slice(-5)
          .join('\n'),
      );
      throw error;
    } finally {
      await server.dispose();
      await mongo.stop();
    }
  }, 300_000);
});
