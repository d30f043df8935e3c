import { readFileSync, readdirSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { commandVoice } from '../../words/commands.ts';
import { callProgram } from './call.ts';
import { commands } from './commands.ts';
import { commandHelp } from './help.ts';
import type { Command } from './command.ts';
import { explained, choice, flag, number, readOptions, text } from './options.ts';
import { UsageError } from './usage-error.ts';

const program = join(import.meta.dirname, '../../bin/meetlat.mjs');

function meetlat(options: readonly string[], language = 'en') {
  const env = { ...process.env, MEETLAT_LANG: language, MEETLAT_NO_BUILD: '1' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...options], { encoding: 'utf8', env });
  return { status, stdout, stderr };
}
const tooWide = (page: string): string[] => page.split('\n').filter((line) => line.length > 80);

beforeAll(() => {
  spawnSync(process.execPath, [join(import.meta.dirname, '../../build.mjs'), '--if-needed']);
}, 120_000);

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(Object.entries(commands))('meetlat %s --help', (name, load) => {
  it('is printed, and nothing is done', async () => {
    const command = await load();
    const call = vi.spyOn(command, 'call');
    const print = vi.spyOn(console, 'log').mockReturnValue();
    expect(await callProgram([name, '--help'], commandVoice('en'))).toBe(0);
    expect(print.mock.calls).toEqual([[commandHelp(command, commandVoice('en'))]]);
    expect(call).not.toHaveBeenCalled();
  });

  it.each(['en', 'nl'])('in %s: 80 columns, every option explained, with an example', async (language) => {
    const command = await load();
    const say = commandVoice(language);
    const page = commandHelp(command, say);
    expect(tooWide(page)).toEqual([]);
    const words = page.replace(/\s+/g, ' ');
    expect(words).toContain(say(command.says));
    for (const option of command.options) {
      expect(page).toContain(`\n  --${option.name}`);
      expect(words).toContain(say(option.says));
    }
    expect(command.examples.length).toBeGreaterThan(0);
    for (const example of command.examples) expect(page.replace(/ \\\n\s+/g, ' ')).toContain(`\n  ${example}`);
  });

  it('is called what its file says, and every example is a call of it that its table reads', async () => {
    const command = await load();
    expect(command.name).toBe(name);
    for (const example of command.examples) {
      expect(example).toMatch(new RegExp(`(^| )meetlat ${name}( |$)`));
      const known = new Set(command.options.map((option) => `--${option.name}`));
      expect(example.split(' ').filter((word) => word.startsWith('--') && !known.has(word))).toEqual([]);
    }
  });

  it('refuses an option that it does not have by its name', async () => {
    const command = await load();
    await expect(command.call(['--modle', '2pl'])).rejects.toMatchObject({
      key: 'usage.unknown-option',
      values: { command: name, option: '--modle' },
    });
  });
});

describe('meetlat --help', () => {
  it('of a command is a process that prints it and ends', async () => {
    const { calibrateCommand } = await import('./calibrate.ts');
    const page = `${commandHelp(calibrateCommand, commandVoice('en'))}\n`;
    expect(meetlat(['calibrate', '--help'])).toEqual({ status: 0, stdout: page, stderr: '' });
  });
  it.each(['en', 'nl'])('in %s: names every command within 80 columns', (language) => {
    const { status, stdout } = meetlat(['--help'], language);
    expect(status).toBe(0);
    expect(tooWide(stdout)).toEqual([]);
    for (const name of Object.keys(commands)) expect(stdout).toContain(`\n  ${name}\n`);
  });
  it('there is a command for every file that defines one', () => {
    const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.ts') && !file.includes('.test.'));
    const defined = files.flatMap((file) =>
      [...readFileSync(join(import.meta.dirname, file), 'utf8').matchAll(/= command\(\{\s+name: '([\w-]+)'/g)].map(
        ([, name]) => name,
      ),
    );
    expect(defined.sort()).toEqual(Object.keys(commands).sort());
  });
  it('speaks English where the environment names no language of ours, and names an unknown command', () => {
    expect(meetlat(['--help'], 'xx').stdout).toBe(meetlat(['--help']).stdout);
    expect(meetlat(['calibrat'], 'nl')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('onbekende opdracht "calibrat"'),
    });
  });
  it('breaks a long example behind a backslash', () => {
    const long: Command = {
      name: 'long',
      calls: [''],
      says: 'start.says',
      examples: [`meetlat long ${'--option value '.repeat(8)}`.trim()],
      options: [],
      call: async () => 0,
    };
    const page = commandHelp(long, commandVoice('en'));
    expect(page).toMatch(/value \\\n {4}--option/);
    expect(tooWide(page)).toEqual([]);
  });
});

describe('options', () => {
  const table = {
    out: text('DIR', 'option.out'),
    'in-order': flag('option.in-order'),
    method: choice(['mml', 'jmle'], 'facets.method', 'mml'),
    alpha: number('P', 'drift.alpha', { below: 1 }, 0.01),
    workers: number('N', 'option.workers', { isWhole: true, most: 64 }),
  };
  const read = (...argv: string[]) => readOptions('test', table, argv);

  it('reads what is written and fills in what counts otherwise', () => {
    expect(read('a.csv', '--in-order', '--alpha=0.05', '--out', 'x', 'b.csv')).toEqual({
      values: { out: 'x', 'in-order': true, method: 'mml', alpha: 0.05, workers: undefined },
      operands: ['a.csv', 'b.csv'],
    });
    expect(read('--out=-1').values.out).toBe('-1');
    expect(explained(table).map(({ name }) => name)).toEqual(Object.keys(table));
  });
  it.each([
    [['--what'], 'usage.unknown-option'],
    [['-x'], 'usage.unknown-option'],
    [['--out'], 'usage.no-value'],
    [['--out', '--in-order'], 'usage.no-value'],
    [['--in-order=yes'], 'usage.flag-with-value'],
    [['--method', 'cml'], 'usage.choice'],
    [['--alpha', '1'], 'usage.number-between'],
    [['--alpha', '0'], 'usage.number-between'],
    [['--alpha', ''], 'usage.number-between'],
    [['--workers', '0'], 'usage.whole-to'],
    [['--workers', '65'], 'usage.whole-to'],
    [['--workers', '1.5'], 'usage.whole-to'],
    [['--workers', '0x10'], 'usage.whole-to'],
  ])('refuses %j', (argv, key) => {
    let thrown: unknown;
    try {
      read(...argv);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(UsageError);
    expect(thrown).toMatchObject({ key });
  });
});
