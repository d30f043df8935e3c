/** Which clips are wanted: every sound of every item in the bank, and every spoken text of the interface. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * `speed` names the level whose rate is spoken, or is left out for the language's own; `isHeld` keeps the measured rate
 * inside the level's bounds.
 * @typedef {{ key: string, language: string, turns: { voice: string, text: string }[], speed?: string, isHeld?: boolean
 * }} Clip
 */

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));
const narrated = (key, language, text, speed) => ({ key, language, turns: [{ voice: 'narrator', text }], speed });

const listening = ({ id, level, stimulus, question, options }) => [
  { key: `${id}/stimulus`, language: 'nl', turns: stimulus, speed: level, isHeld: true },
  narrated(`${id}/stem`, 'nl', question, level),
  ...options.map(({ text }, n) => narrated(`${id}/option${n}`, 'nl', text, level)),
];
const civic = ({ id, texts }) =>
  Object.entries(texts).flatMap(([language, { stem, options }]) => [
    narrated(`${id}/${language}/stem`, language, stem),
    ...options.map((text, n) => narrated(`${id}/${language}/option${n}`, language, text)),
  ]);
/** Prompts of speaking tasks are for everybody: they are spoken at the speed of A1. */
const speaking = ({ id, turns }) =>
  turns.map(({ voice, text }, n) => ({ key: `${id}/turn${n}`, language: 'nl', turns: [{ voice, text }], speed: 'A1' }));

const clipsOf = (item) =>
  item.texts !== undefined ? civic(item) : item.turns !== undefined ? speaking(item) : listening(item);

/** Item files hold an array; other files in the folder (the slots of the blueprint) do not have items with sound. */
function itemsIn(file) {
  const content = readJson(file);
  return Array.isArray(content)
    ? content.filter((item) => item.texts !== undefined || item.turns !== undefined || item.stimulus !== undefined)
    : [];
}

/** @returns {Clip[]} */
export function bankClips(folder) {
  const files = readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.json'))
    .sort();
  return files.flatMap((name) => itemsIn(join(folder, name))).flatMap(clipsOf);
}

/** The spoken texts of the interface in each language; none while the interface has no list. */
export function interfaceTexts(root, languages) {
  const list = join(root, 'delivery-ui/shared/speech/spoken-keys.json');
  if (!existsSync(list)) return [];
  const keys = readJson(list);
  return languages.flatMap((language) => {
    const file = join(root, 'words/catalogues/candidate', `${language}.json`);
    if (!existsSync(file)) return [];
    const catalogue = readJson(file);
    return keys.flatMap((key) => {
      const text = catalogue[key];
      if (text === undefined || text.includes('{{')) {
        console.warn(
          `${language}: ${key} ${text === undefined ? 'is missing' : 'has a value in it and cannot be spoken'}`,
        );
        return [];
      }
      return [{ language, text }];
    });
  });
}
