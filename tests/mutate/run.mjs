// `npm run mutate [WORDS]`: breaks each rule of rules.json in a copy of the tree, one at a time, and runs the test that
// is named to hold it. A rule that is broken while its test passes is a survivor, and the run fails. WORDS choose the
// rules whose sentence or file has them; --tenth chooses a tenth, drawn by the commit; --shard=2/8 the second of eight
// parts of the list, each with whole files of tests.
import { spawn, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '../..');

/** @typedef {{ rule: string, file: string, find: string, replace: string, test: string }} Rule */

/** @returns {Rule[]} */
export const readRules = () => JSON.parse(readFileSync(join(root, 'tests/mutate/rules.json'), 'utf8'));

/** What keeps a rule of the list from being broken as it says: its text must stand in its file once. */
export function complaints(rules) {
  const sentences = rules.map(({ rule }) => rule);
  return rules.flatMap(({ rule, file, find, replace, test }, n) => {
    if (sentences.indexOf(rule) !== n) return [`${rule}: stands in the list twice`];
    if (!existsSync(join(root, file))) return [`${rule}: there is no ${file}`];
    if (!existsSync(join(root, test))) return [`${rule}: there is no ${test}`];
    const times = readFileSync(join(root, file), 'utf8').split(find).length - 1;
    if (times !== 1) return [`${rule}: ${JSON.stringify(find)} stands ${times} times in ${file}`];
    return find === replace ? [`${rule}: nothing would change`] : [];
  });
}

/** The same tenth for everybody at one commit, another at the next. */
export function tenth(rules, commit) {
  const drawn = ({ rule }) => createHash('sha256').update(`${commit}|${rule}`).digest('hex');
  const shuffled = [...rules].sort((a, b) => (drawn(a) < drawn(b) ? -1 : 1));
  return shuffled.slice(0, Math.ceil(rules.length / 10));
}

/** The n-th of `count` parts, as long as the others; rules of one test stay together. */
export function shard(rules, n, count) {
  const tests = [...new Set(rules.map(({ test }) => test))];
  const loads = Array.from({ length: count }, () => 0);
  const partOf = new Map();
  for (const test of tests) {
    const least = loads.indexOf(Math.min(...loads));
    partOf.set(test, least);
    loads[least] += rules.filter((rule) => rule.test === test).length + 1;
  }
  return rules.filter(({ test }) => partOf.get(test) === n - 1);
}

const big = /^(demonstration\/audio|docs\/(pictures|figures)|tests\/reference\/.*\.(csv|json)$)/;

/** The tree as it is on the disk; what is large and no rule changes is linked. */
function copyTree() {
  const copy = mkdtempSync(join(tmpdir(), 'meetlat-mutate-'));
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 50_000_000,
  });
  for (const file of listed.split('\n').filter((name) => name !== '' && !big.test(name))) {
    if (!existsSync(join(root, file))) continue;
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(root, file), join(copy, file));
  }
  for (const folder of ['node_modules', 'demonstration/audio']) symlinkSync(join(root, folder), join(copy, folder));
  if (existsSync(join(root, 'dist'))) cpSync(join(root, 'dist'), join(copy, 'dist'), { recursive: true });
  return copy;
}

const run = (copy, script, argv, environment = {}) =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [script, ...argv], {
      cwd: copy,
      env: { ...process.env, MEETLAT_NO_BUILD: '1', VITEST: undefined, NODE_ENV: undefined, ...environment },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let errors = '';
    child.stderr.on('data', (data) => {
      errors += data;
    });
    child.once('close', (code) => resolve({ code, errors }));
  });

/** The program of the copy, bundled anew: for tests that start it. */
async function bundle(copy) {
  const { code, errors } = await run(copy, '--input-type=module', [
    '-e',
    `await (await import(${JSON.stringify(pathToFileURL(join(copy, 'build.mjs')).href)})).buildProgram();`,
  ]);
  if (code !== 0) throw new Error(errors);
}

/** @returns 'passed', 'failed' (a test of it did), or 'broken' (it could not be run). */
async function outcomeOf(copy, test) {
  const report = join(copy, 'report.json');
  rmSync(report, { force: true });
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  // One test that fails is enough.
  const flags = ['--bail=1', '--reporter=json', `--outputFile=${report}`];
  const { code } = await run(copy, vitest, ['run', '--root', copy, ...flags, test]);
  if (!existsSync(report)) return 'broken';
  const { numFailedTests, numPassedTests } = JSON.parse(readFileSync(report, 'utf8'));
  if (code === 0) return numPassedTests > 0 ? 'passed' : 'broken';
  return numFailedTests > 0 ? 'failed' : 'broken';
}

/** Does the test start the program as bundled, itself or by what it imports? Then a broken rule is bundled too. */
export function startsProgram(path, seen = new Set()) {
  if (seen.has(path) || !existsSync(path)) return false;
  seen.add(path);
  const source = readFileSync(path, 'utf8');
  if (source.includes('bin/meetlat.mjs')) return true;
  const imported = [...source.matchAll(/from '(\.{1,2}\/[^']+)'/g)].map(([, name]) => join(dirname(path), name));
  return imported.filter((name) => /\/tests\/|\.suite\.ts$/.test(name)).some((name) => startsProgram(name, seen));
}

/** @returns {Promise<string | undefined>} why the rule is not held; undefined when its test failed, as it must. */
async function breakRule(copy, { file, find, replace, test }) {
  const built = startsProgram(join(copy, test));
  const path = join(copy, file);
  const sound = readFileSync(path, 'utf8');
  writeFileSync(
    path,
    sound.replace(find, () => replace),
  );
  try {
    if (built) await bundle(copy);
    const outcome = await outcomeOf(copy, test);
    return outcome === 'failed' ? undefined : outcome === 'passed' ? `${test} passed` : `${test} could not run`;
  } finally {
    // What was bundled from it stays until the next test that starts the program bundles its own.
    writeFileSync(path, sound);
  }
}

/** Each lane is a copy of its own. */
async function inLanes(count, work) {
  const lanes = Array.from({ length: count }, async () => {
    const copy = copyTree();
    try {
      await work(copy);
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  });
  await Promise.all(lanes);
}

async function main(argv) {
  // Tests that start the program start what these sources make.
  execFileSync(process.execPath, [join(root, 'build.mjs'), '--if-needed'], { cwd: root, stdio: 'ignore' });
  const words = argv.filter((argument) => !argument.startsWith('--'));
  const all = readRules();
  const wrong = complaints(all);
  const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
  const [, n, count] = /^--shard=(\d+)\/(\d+)$/.exec(argv.find((one) => one.startsWith('--shard=')) ?? '') ?? [];
  const part = n === undefined ? all : shard(all, Number(n), Number(count));
  const chosen = (argv.includes('--tenth') ? tenth(all, commit) : part).filter(({ rule, file }) =>
    words.every((word) => `${rule} ${file}`.includes(word)),
  );
  const queue = wrong.length === 0 ? [...chosen] : [];
  // The tenth is a part of npm test, which runs these tests on the sound tree itself.
  const tests = argv.includes('--tenth') ? [] : [...new Set(queue.map(({ test }) => test))];
  const survivors = [];
  await inLanes(Math.min(argv.includes('--tenth') ? 1 : 2, queue.length), async (copy) => {
    // A test that fails on the sound tree would seem to hold every rule.
    for (let test = tests.shift(); test !== undefined; test = tests.shift())
      if ((await outcomeOf(copy, test)) !== 'passed') wrong.push(`${test} does not pass while no rule is broken`);
    for (let rule = queue.shift(); rule !== undefined; rule = queue.shift()) {
      const why = await breakRule(copy, rule);
      console.log(`${why === undefined ? 'killed  ' : 'SURVIVES'}  ${rule.rule}`);
      if (why !== undefined) survivors.push(`${rule.rule} (${rule.file}): ${why}`);
    }
  });
  for (const line of [...wrong, ...survivors]) console.log(`! ${line}`);
  console.log(`${chosen.length} rules of ${all.length}, ${survivors.length} survivors`);
  return wrong.length + survivors.length === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.slice(2));
