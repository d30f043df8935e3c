import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CompactSign, exportJWK, generateKeyPair } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { canonicalJson, jsonObject } from '../../storage/document/json.ts';
import { checkpoints } from '../../storage/journal/checkpoint.ts';
import { openLmdb } from '../../storage/lmdb/open.ts';
import { type Storage, genesisHash } from '../../storage/port.ts';
import { civicTest } from '../sessions/example.suite.ts';
import { PlayedSession } from '../sessions/played-session.suite.ts';
import { type CloseOut, closeOutSession, closeOutType } from './close-out.ts';
import { verifyCloseOut } from './verify-close-out.ts';

const tenant = 'agii';
let [directory, head] = ['', ''];
let storage: Storage;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'meetlat-close-out-'));
  storage = await openLmdb({ directory });
});
afterEach(async () => {
  await storage.close();
  await rm(directory, { recursive: true, force: true });
});

const keys = await generateKeyPair('EdDSA', { extractable: true });
const kid = 'k1';
const jwks = { keys: [{ ...(await exportJWK(keys.publicKey)), kid, alg: 'EdDSA' }] };
const signed = (report: object, typ = closeOutType): Promise<string> =>
  new CompactSign(new TextEncoder().encode(canonicalJson(report)))
    .setProtectedHeader({ alg: 'EdDSA', kid, typ })
    .sign(keys.privateKey);
const verify = async (jws: string) =>
  verifyCloseOut(jws, { journal: storage.journal, checkpoints: await storage.collection(checkpoints), keys: jwks });

/** A day with one session that was stopped. */
async function report(): Promise<CloseOut> {
  const played = new PlayedSession(civicTest).begin().toFirstPart();
  played.run({ type: 'end', by: 'toezichter@demo', why: 'examinee.ill', reason: 'koorts' });
  const stream = { tenant, kind: 'session', id: 's1' };
  const at = '2026-11-23T09:00:00.000Z';
  const events = played.events.map(jsonObject);
  const made = await storage.journal.append(stream, {
    ...{ expectedVersion: 0, previousHash: genesisHash, at, pending: [] },
    events,
  });
  head = made.hash;
  return {
    ...{ kind: 'close-out', schema: 1, tenant, centre: 'gent', day: '2026-11-23', at, by: 'toezichter@demo' },
    attendance: { admitted: 1, excused: 0, absent: 0, cancelled: 0, expected: 0 },
    sessions: [closeOutSession('s1', played.now, played.events, made)],
  };
}

describe('a close-out report', () => {
  it('tells who did what and why, and stands while the journal does', async () => {
    const made = await report();
    expect(made.sessions[0]?.acts.at(-1)).toMatchObject({ type: 'closed', why: 'examinee.ill' });
    expect(canonicalJson(made)).not.toContain('koorts');
    expect(await verify(await signed(made))).toEqual({ report: made, findings: [] });
  });
  it('is not one that was signed as something else, nor changed after', async () => {
    const made = await report();
    const notOurs = { findings: [{ code: 'not-signed-here' }] };
    expect(await verify(await signed(made, 'vc+jwt'))).toEqual(notOurs);
    const [header, , signature] = (await signed(made)).split('.');
    const payload = Buffer.from(canonicalJson({ ...made, by: 'somebody' })).toString('base64url');
    expect(await verify(`${header}.${payload}.${signature}`)).toEqual(notOurs);
    expect(await verify('no report')).toEqual(notOurs);
  });
  it('tells which session the journal holds otherwise, and which checkpoint it has not', async () => {
    const made = await report();
    const other = { ...made.sessions[0], head: head.replace(/^./, (first) => (first === '0' ? '1' : '0')) };
    const claimed = { ...made, sessions: [other], checkpoint: { number: 3, hash: genesisHash } };
    expect((await verify(await signed(claimed))).findings).toEqual([
      { code: 'checkpoint-differs', number: 3 },
      { code: 'head-differs', session: 's1' },
    ]);
  });
});
