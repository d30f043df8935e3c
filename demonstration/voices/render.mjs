/**
 * Renders every voice that is shipped: the bank's sound into demonstration/audio/, the interface's into
 * delivery-ui/public/voices/.
 * A clip's name is the hash of what it says and how, so that nothing is rendered twice. Synthetic, and marked as such.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bankClips, interfaceTexts } from './clips.mjs';
import { checkPrograms, encode, speak } from './programs.mjs';
import { fromWav, join as joinSounds, normalise, secondsOf, toPcm, trim } from './sound.mjs';

const root = join(import.meta.dirname, '../..');
const audio = join(root, 'demonstration/audio');
const interfaceVoices = join(root, 'delivery-ui/public/voices');
const recipe = JSON.parse(readFileSync(join(import.meta.dirname, 'voices.json'), 'utf8'));
const limitBytes = 60_000_000;

const hash = (...parts) => createHash('sha256').update(parts.join('|')).digest('hex').slice(0, 24);
const wordsIn = (text) => text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;

const whole = (words) => new RegExp(`(?<![\\p{L}\\p{N}])(?:${words.join('|')})(?![\\p{L}\\p{N}])`, 'gu');
const inDutch = (text) => text.replace(whole(Object.keys(recipe.said.nl)), (written) => recipe.said.nl[written]);
const longestFirst = [...recipe.dutchNames].sort((a, b) => b.length - a.length);

/**
 * How a text is said, in pieces: what a synthesiser would read wrong is respelled; Dutch names in another language keep
 * the Dutch voice.
 */
function said(text, language) {
  if (language === 'nl') return [{ text: inDutch(text) }];
  const names = [...text.matchAll(whole(longestFirst))];
  const pieces = names.flatMap((name, n) => {
    const before = names[n - 1];
    return [
      { text: text.slice(before === undefined ? 0 : before.index + before[0].length, name.index) },
      { voice: recipe.languages.nl.voice, text: inDutch(name[0]) },
    ];
  });
  const last = names.at(-1);
  return [...pieces, { text: text.slice(last === undefined ? 0 : last.index + last[0].length) }].filter(
    (piece) => piece.text !== '',
  );
}

async function speakTurns(turns, language, speed) {
  const sounds = [];
  for (const { voice, text } of turns) {
    const character = recipe.voices[voice];
    if (character === undefined) throw new Error(`no voice ${voice} for "${text}"`);
    sounds.push(
      trim(
        fromWav(await speak({ ...character, voice: recipe.languages[language].voice, speed }, said(text, language))),
      ),
    );
  }
  return sounds;
}

/** Words a minute of speech; the pauses between turns do not count. */
const rateOf = (turns, sounds) =>
  (60 * turns.reduce((sum, { text }) => sum + wordsIn(text), 0)) /
  sounds.reduce((sum, sound) => sum + secondsOf(sound), 0);

/** The speed at which these turns are spoken inside the level's bounds: the middle, corrected by what is measured. */
async function speedWithin(turns, language, { slowest, fastest }) {
  let speed = middle({ slowest, fastest });
  for (let attempt = 0; attempt < 8; attempt += 1) {
    const rate = rateOf(turns, await speakTurns(turns, language, speed));
    if (rate >= slowest + 1 && rate <= fastest - 1) return speed;
    speed = Math.round(speed * ((rate < slowest + 1 ? slowest + 3 : fastest - 3) / rate));
  }
  throw new Error(`no speed brings "${turns[0].text}" between ${slowest} and ${fastest} words a minute`);
}

const middle = ({ slowest, fastest }) => (slowest + fastest) / 2;

/** What the clip says and how: its name. */
function nameOf({ language, turns, speed, isHeld }) {
  const rate =
    speed === undefined
      ? recipe.languages[language].rate
      : isHeld
        ? JSON.stringify(recipe.levels[speed])
        : middle(recipe.levels[speed]);
  return (
    hash(
      recipe.recipe,
      recipe.languages[language].voice,
      ...turns.flatMap(({ voice, text }) => [
        JSON.stringify(recipe.voices[voice]),
        JSON.stringify(said(text, language)),
      ]),
      rate,
    ) + '.mp3'
  );
}

async function speedOf({ language, turns, speed, isHeld }) {
  if (speed === undefined) return recipe.languages[language].rate;
  const bounds = recipe.levels[speed];
  return isHeld ? speedWithin(turns, language, bounds) : middle(bounds);
}

/** Returns the length in ms and the speed it was spoken at. */
async function renderClip(clip, path) {
  const speed = await speedOf(clip);
  const sound = joinSounds(
    (await speakTurns(clip.turns, clip.language, speed)).map(normalise),
    recipe.turnPauseMs,
    recipe.edgeMs,
  );
  writeFileSync(path, await encode(toPcm(sound), sound.rate));
  return { durationMs: Math.round(secondsOf(sound) * 1000), speed };
}

/** Two at a time; progress on one line. */
async function inPairs(what, jobs, work) {
  let next = 0;
  let done = 0;
  const worker = async () => {
    while (next < jobs.length) {
      const job = jobs[next];
      next += 1;
      await work(job);
      done += 1;
      if (done % 100 === 0 || done === jobs.length) console.log(`${what}: ${done} of ${jobs.length}`);
    }
  };
  await Promise.all([worker(), worker()]);
}

const sorted = (object) => Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
const writeJson = (path, object) => writeFileSync(path, `${JSON.stringify(sorted(object), undefined, 1)}\n`);

/** Removes clips that nobody names any more. */
function sweep(folder, kept) {
  for (const name of readdirSync(folder)) if (name.endsWith('.mp3') && !kept.has(name)) rmSync(join(folder, name));
}
const bytesIn = (folder) =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true }).reduce(
        (sum, name) => sum + (name.endsWith('.mp3') ? statSync(join(folder, name)).size : 0),
        0,
      )
    : 0;

/** Clips of an earlier run that are still there, with their lengths. */
function earlierClips(manifestPath) {
  const before = existsSync(manifestPath) ? Object.values(JSON.parse(readFileSync(manifestPath, 'utf8'))) : [];
  return new Map(
    before.filter(({ file }) => existsSync(join(audio, file))).map(({ file, durationMs }) => [file, durationMs]),
  );
}

function tellSpeeds(speeds) {
  for (const level of Object.keys(recipe.levels)) {
    const used = speeds
      .filter((entry) => entry.level === level)
      .map(({ speed }) => speed)
      .sort((a, b) => a - b);
    if (used.length > 0)
      console.log(
        `${level}: ${used.length} stimuli, espeak-ng speed ${used[0]} to ${used.at(-1)}, median ` +
          `${used[used.length >> 1]}`,
      );
  }
}

async function renderBank() {
  mkdirSync(audio, { recursive: true });
  const manifestPath = join(audio, 'manifest.json');
  const durations = earlierClips(manifestPath);
  const clips = bankClips(join(root, 'demonstration/bank'));
  const wanted = new Map(clips.map((clip) => [nameOf(clip), clip]));
  const speeds = [];
  await inPairs(
    'bank',
    [...wanted].filter(([file]) => !durations.has(file)),
    async ([file, clip]) => {
      const { durationMs, speed } = await renderClip(clip, join(audio, file));
      durations.set(file, durationMs);
      if (clip.isHeld) speeds.push({ level: clip.speed, speed });
    },
  );
  const manifest = Object.fromEntries(
    clips.map((clip) => [clip.key, { file: nameOf(clip), durationMs: durations.get(nameOf(clip)) }]),
  );
  writeJson(manifestPath, manifest);
  sweep(audio, new Set(Object.values(manifest).map(({ file }) => file)));
  tellSpeeds(speeds);
}

async function renderInterface() {
  const texts = interfaceTexts(root, Object.keys(recipe.languages));
  const indexes = new Map();
  await inPairs('interface', texts, async ({ language, text }) => {
    const folder = join(interfaceVoices, language);
    mkdirSync(folder, { recursive: true });
    const clip = { language, turns: [{ voice: 'narrator', text }] };
    const file = nameOf(clip);
    if (!existsSync(join(folder, file))) await renderClip(clip, join(folder, file));
    indexes.set(language, { ...indexes.get(language), [text]: file });
  });
  for (const [language, index] of indexes) {
    writeJson(join(interfaceVoices, language, 'index.json'), index);
    sweep(join(interfaceVoices, language), new Set(Object.values(index)));
  }
}

try {
  await checkPrograms();
  await renderBank();
  await renderInterface();
  const bytes = bytesIn(audio) + bytesIn(interfaceVoices);
  console.log(
    `all audio: ${(bytes / 1e6).toFixed(1)} MB (bank ${(bytesIn(audio) / 1e6).toFixed(1)}, interface ` +
      `${(bytesIn(interfaceVoices) / 1e6).toFixed(1)})`,
  );
  if (bytes > limitBytes) throw new Error(`all audio together may be ${limitBytes / 1e6} MB`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
