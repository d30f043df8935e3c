/** Every text of a catalogue is said somewhere: what nobody says is deleted. */
import { describe, expect, it } from 'vitest';
import { withoutPlural } from '../../words/plural.ts';
import { production, read, tracked } from './sources.ts';

const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\/|<!--[\s\S]*?-->/g, '').replace(/(^|\s)\/\/.*$/gm, '');

/** Everything in quotes that could be a key or a part of one; lists of keys that are data count, too. */
const said = new Set<string>();
/** Keys that are put together: `problem.${code}` says every key of that form. */
const forms = new Set<string>();
const lists = tracked.filter((file) => /^delivery-ui\/.*\.json$/.test(file));
for (const file of [...production, ...lists]) {
  const text = withoutComments(read(file));
  for (const [, one, two, three] of text.matchAll(/'([\w.-]+)'|"([\w.-]+)"|`([\w.-]+)`/g))
    said.add(one ?? two ?? three ?? '');
  for (const [, template = ''] of text.matchAll(/`([\w.-]*(?:\$\{[^{}]*\}[\w.-]*)+)`/g)) forms.add(template);
  // A code of an error, an event or a step behind what it is a code of.
  for (const [, before = ''] of text.matchAll(/\btextOfCode\(\s*'([\w.-]+)'/g)) forms.add(`${before}.\${code}`);
  // Names of members become parts of keys by `Object.keys` and the like.
  for (const [, name = ''] of text.matchAll(/(?:^|[\s{,(])'?([\w-]+)'?\??:/gm)) said.add(name);
}
const patterns = [...forms]
  .filter((form) => /[a-z]\.|\.[a-z]/.test(form.replace(/\$\{[^{}]*\}/g, '')))
  .map((form) => new RegExp(`^${form.replace(/\./g, '\\.').replace(/\$\{[^{}]*\}/g, '([\\w.-]+)')}$`));

/** The key itself, or one that is put together of parts that the code knows. */
function isSaid(key: string): boolean {
  if (said.has(key)) return true;
  return patterns.some((pattern) => {
    const [, ...parts] = pattern.exec(key) ?? [];
    const words = parts.flatMap((part) => (said.has(part) ? [] : part.split('.')));
    return parts.length > 0 && words.every((word) => said.has(word) || /^\d+$/.test(word));
  });
}

const dutch = tracked.filter((file) => /^words\/catalogues\/[^/]+\/nl\.json$/.test(file));

describe('every text is said', () => {
  it('is looked for in many places', () => {
    expect(said.size).toBeGreaterThan(1_000);
    expect(patterns.length).toBeGreaterThan(5);
  });

  it.each(dutch)('of %s', (file) => {
    const texts: Record<string, string> = JSON.parse(read(file));
    const unsaid = Object.keys(texts)
      .map(withoutPlural)
      .filter((key) => !isSaid(key) && !isSaid(key.replace(/\.\d+$/, '')));
    expect(unsaid).toEqual([]);
  });
});
