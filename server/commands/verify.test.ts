/** `meetlat verify SESSION`: the way of a result, against a data folder that an earlier version wrote. */
import { beforeEach, describe, expect, it } from 'vitest';
import { oldData } from '../../tests/fixtures/old-data.ts';
import { inRooms, meetlat, upgradeFolder, useOldFolder } from './called.suite.ts';

const { sessions } = oldData('lmdb');
const keyOf = (name: 'mo-passed' | 'nt2-passed' | 'mo-open') => ({ tenant: 'demo', id: sessions[name].session });
useOldFolder();
beforeEach(upgradeFolder);
const verify = (...argv: string[]) => meetlat('verify', ...argv);

describe('the way of a result', () => {
  it('leads from the session over its ratings to the certificate', async () => {
    const oral = await verify(keyOf('nt2-passed').id);
    expect(oral.lines).toMatch(/^ratings {5}(\d+) of \1 performances are rated/m);
    expect(oral.lines).toMatch(/^result {6}pass: follows from the session/m);
    expect(oral.lines).toMatch(/^certificate signed by a published key/m);
    expect(oral.lines).toMatch(/^delivery {4}/m);
    expect((await verify(keyOf('mo-open').id)).lines).toMatch(/^result {6}nothing is released/m);
  });

  it('says what needs the secret', async () => {
    const { lines } = await verify(keyOf('mo-passed').id, '--without-secret');
    expect(lines).toMatch(/^result {6}pass: follows from the session/m);
    expect(lines).toMatch(/^certificate not checked/m);
    expect(lines).not.toContain('FINDING     certificate');
  });

  it('finds a certificate that says what the result said before', async () => {
    await inRooms(async ({ results }) => {
      const id = keyOf('nt2-passed');
      const result = (await results.load(id)).state?.released?.result;
      if (result === undefined) throw new Error('no result');
      const corrected = { ...result, level: 'A2' };
      await results.handle(id, { type: 'correct', result: corrected, by: 'office', reason: 'an appeal' });
    });
    const { lines } = await verify(keyOf('nt2-passed').id);
    expect(lines).toMatch(/^FINDING {5}certificate of \S+: another result/m);
  });

  it('finds the certificate of another result in its place', async () => {
    await inRooms(async ({ certificates }) => {
      const [own, other] = [await certificates.get(keyOf('mo-passed')), await certificates.get(keyOf('nt2-passed'))];
      const credential = other?.value.credential;
      if (own === undefined || credential === undefined) throw new Error('no certificates');
      await certificates.replace(own, own.revision, { ...own.value, credential });
    });
    for (const what of [keyOf('mo-passed').id, '--all']) {
      const { code, lines } = await verify(what);
      expect(lines).toMatch(/^FINDING {5}certificate of \S+: another/m);
      expect([code, lines]).toEqual([1, expect.stringMatching(/^NOT VERIFIED$/m)]);
    }
  });

  it('is walked for every session: what follows is counted, and what could not be looked at', async () => {
    const { lines } = await verify('--all');
    expect(lines).toMatch(
      /^results {5}[1-9]\d* follow from session, ratings and regime; 0 by .* [1-9]\d* not released$/m,
    );
    expect(lines).toMatch(/^certificates [1-9]\d* genuine/m);
    expect(lines).toMatch(/^deliveries {2}\d+ say what the result says/m);
    expect(lines).not.toMatch(/^NOT CHECKED|^FINDING {5}(way|result|certificate|delivery) /m);
    const audit = await verify('--all', '--without-secret');
    expect(audit.lines).toMatch(/^results {5}[1-9]\d* follow from session/m);
    expect(audit.lines).toMatch(/^NOT CHECKED [1-9]\d* certificates/m);
  });

  it('finds a certificate of which no result was released', async () => {
    await inRooms(async ({ certificates }) => {
      const other = await certificates.get(keyOf('nt2-passed'));
      if (other === undefined) throw new Error('no certificate');
      await certificates.insert(keyOf('mo-open'), other.value);
    });
    const { lines } = await verify('--all');
    expect(lines).toMatch(/^FINDING {5}certificate of \S+: nothing is released$/m);
  });
});
