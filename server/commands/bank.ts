/** `meetlat bank check`: cues, texts, facts and enemies of a bank, before a release of it is published. */
import { readFile } from 'node:fs/promises';
import { loadDemonstration } from '../../demonstration/bank.ts';
import type { Release } from '../../item-bank/releases/release.ts';
import { Release as ReleaseFile } from '../../item-bank/releases/release.ts';
import { type BankCheck, type ItemFinding, checkBank } from '../../item-bank/review/check.ts';
import type { CueFigure, Trick } from '../../item-bank/review/tricks.ts';
import type { CommandKey, CommandVoice } from '../../words/commands.ts';
import { demonstrationFolder, now } from '../machine.ts';
import { readConfiguration } from '../configuration.ts';
import { readContent } from '../content.ts';
import { command } from './command.ts';
import { flag, text } from './options.ts';
import { RefusedData, UsageError } from './usage-error.ts';

const trickNames: Readonly<Record<Trick, CommandKey>> = {
  'first-place': 'bank.trick.first-place',
  'second-place': 'bank.trick.second-place',
  'third-place': 'bank.trick.third-place',
  longest: 'bank.trick.longest',
  shortest: 'bank.trick.shortest',
  'without-absolutes': 'bank.trick.without-absolutes',
  'first-named': 'bank.trick.first-named',
  'middle-named': 'bank.trick.middle-named',
  'last-named': 'bank.trick.last-named',
  'least-heard': 'bank.trick.least-heard',
  warmest: 'bank.trick.warmest',
  'without-audio': 'bank.trick.without-audio',
};
const ruleNames: Readonly<Record<ItemFinding['rule'], CommandKey>> = {
  'no-question': 'bank.rule.no-question',
  'joke-answer': 'bank.rule.joke-answer',
  'half-named': 'bank.rule.half-named',
  'cue-in-translation': 'bank.rule.cue-in-translation',
  'longer-in-translation': 'bank.rule.longer-in-translation',
  'asks-who-speaks': 'bank.rule.asks-who-speaks',
  'no-source': 'bank.rule.no-source',
  'source-without-place': 'bank.rule.source-without-place',
  'not-consulted': 'bank.rule.not-consulted',
  'no-next-look': 'bank.rule.no-next-look',
  'next-look-too-late': 'bank.rule.next-look-too-late',
  'look-due': 'bank.rule.look-due',
  'foreign-subject': 'bank.rule.foreign-subject',
  'subject-not-asked': 'bank.rule.subject-not-asked',
  alike: 'bank.rule.alike',
};

async function releaseIn(path: string): Promise<Release> {
  const parsed = ReleaseFile.safeParse(JSON.parse(await readFile(path, 'utf8')));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new RefusedData(`${path}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
}

/** The files that are named, else the installation's own content, else the demonstration. */
async function releasesToCheck(files: readonly string[]): Promise<readonly Release[]> {
  if (files.length > 0) return Promise.all(files.map(releaseIn));
  const { contentFolder } = readConfiguration(process.env, process.cwd());
  if (contentFolder !== undefined) return (await readContent(contentFolder)).releases;
  return (await loadDemonstration(demonstrationFolder)).releases;
}

const figureLine = ({ trick, group, items, right, chance, bound }: CueFigure, say: CommandVoice): string =>
  say('bank.figure', {
    trick: say(trickNames[trick]),
    group,
    count: items,
    right: right.toFixed(1),
    chance: chance.toFixed(1),
    bound: bound.toFixed(1),
  });

function reportLines(
  bank: string,
  { items, figures, findings }: BankCheck,
  all: boolean | undefined,
  say: CommandVoice,
) {
  const cues = figures.filter(({ isCue }) => isCue);
  const shown = all === true ? figures : cues;
  return [
    say('bank.checked', { bank, count: items, tricks: figures.length }),
    ...shown.map((figure) => `  ${figure.isCue ? '!' : ' '} ${figureLine(figure, say)}`),
    ...findings.map(({ rule, item, what }) => `  ! ${item}: ${say(ruleNames[rule])}${what === '' ? '' : `: ${what}`}`),
    say('bank.found', { count: cues.length + findings.length }),
  ];
}

export const bankCommand = command({
  name: 'bank',
  calls: ['check [RELEASE.json…] [OPTIONS]'],
  says: 'bank.says',
  examples: ['meetlat bank check', 'meetlat bank check releases/mo-2027.json --on 2027-02-01'],
  options: { all: flag('bank.all'), on: text('DATE', 'bank.on') },
  run: async ({ all, on }, [act, ...files], say) => {
    if (act !== 'check') throw new UsageError('bank.no-act');
    const today = on ?? new Date(now()).toISOString().slice(0, 10);
    const checks = (await releasesToCheck(files)).map(({ bank, items }) => ({ bank, check: checkBank(items, today) }));
    for (const { bank, check } of checks) console.log(reportLines(bank, check, all, say).join('\n'));
    return checks.some(({ check }) => check.findings.length > 0 || check.figures.some(({ isCue }) => isCue)) ? 1 : 0;
  },
});
