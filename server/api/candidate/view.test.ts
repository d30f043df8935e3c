/** What leaves for a candidate's browser, by the kind of part. */
import { describe, expect, it } from 'vitest';
import { at, civicTest, oralTest } from '../../../delivery/sessions/example.suite.ts';
import { PlayedSession } from '../../../delivery/sessions/played-session.suite.ts';
import type { PinnedTest } from '../../../item-bank/releases/pinned-test.ts';
import { candidateView } from './view.ts';
import type { CandidateView } from './protocol.ts';

const person = { name: 'Amina Voorbeeld', birthDate: '1990-01-01', reference: 'T-1', resultKey: 'key-of-the-result' };
function seen(test: PinnedTest, seed: string): CandidateView {
  const played = new PlayedSession(test).begin({ seed }).toFirstPart();
  return candidateView(
    { state: played.now, version: 1, hash: '' },
    { person, test, now: at(played.ms), checkpoint: undefined },
  );
}
const namesIn = (view: CandidateView): string[] =>
  [...JSON.stringify(view).matchAll(/"([itom][0-9a-f]{24})"/g)].map(([, name = '']) => name);

describe('what a candidate is shown', () => {
  it('of a listening item holds no text of what must be heard: neither the sound nor the options', () => {
    const view = seen(oralTest, 'one');
    expect(view.screen).toMatchObject({ name: 'listening-item', item: { options: [{}, {}, {}] } });
    expect(JSON.stringify(view)).not.toMatch(/antwoord|Goedemorgen/);
  });

  it('of a question that is read has its options in words', () => {
    const { screen } = seen(civicTest, 'one');
    const options = screen.name === 'linear-item' ? screen.item.options.map(({ text }) => text) : [];
    expect(options.sort()).toEqual([0, 1, 2].map((index) => expect.stringMatching(new RegExp(`antwoord ${index}$`))));
  });

  it.each([oralTest, civicTest])('shares no name of an item, option or clip with another session', (test) => {
    const [one, two] = [namesIn(seen(test, 'one')), namesIn(seen(test, 'two'))];
    expect(one.length).toBeGreaterThan(4);
    expect(one.filter((name) => two.includes(name))).toEqual([]);
  });

  it.each([oralTest, civicTest])('tells no key, reason, author or result key', (test) => {
    expect(JSON.stringify(seen(test, 'one'))).not.toMatch(/CANARY|"key"|rationale|optionOrder|seed|key-of-the-result/);
  });
});
