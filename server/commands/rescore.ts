/**
 * `meetlat rescore`: what released results would be with other keys, without some questions, or under another regime;
 * and, when somebody signs for it, each change carried out as a correction.
 */
import { tenants } from '../../people/agencies/agency.ts';
import { doneBy } from '../../people/staff/staff-log.ts';
import type { SessionId } from '../../delivery/sessions/run.ts';
import type { Regime } from '../../scoring/regimes/regime.ts';
import type { Amendment } from '../../scoring/results/amendment.ts';
import { type Change, changeOf } from '../../scoring/results/change.ts';
import type { ResultContent } from '../../scoring/results/result.ts';
import { type Rescored, type Rescoring, type Results, resultKind } from '../../scoring/results/run.ts';
import { everyStream } from '../../storage/pages.ts';
import type { CommandVoice } from '../../words/commands.ts';
import { now } from '../machine.ts';
import { openStores } from '../open-stores.ts';
import { readConfiguration } from '../configuration.ts';
import { openRooms } from '../rooms.ts';
import type { Stores } from '../stores.ts';
import { command } from './command.ts';
import { leavingOut } from './left-out.ts';
import { flag, text } from './options.ts';
import { type Signatories, signatories } from './signatories.ts';
import { UsageError } from './usage-error.ts';

const options = {
  without: text('ITEM,…', 'rescore.without'),
  key: text('ITEM=B,…', 'rescore.key'),
  regime: text('REGIME', 'rescore.regime'),
  'carry-out': flag('rescore.carry-out'),
  downward: flag('rescore.downward'),
  by: text('ACCOUNT', 'rescore.by'),
  'confirmed-by': text('ACCOUNT', 'rescore.confirmed-by'),
  reason: text('TEXT', 'rescore.reason'),
};

const listOf = (given: string | undefined): string[] =>
  (given ?? '').split(',').flatMap((one) => (one.trim() === '' ? [] : [one.trim()]));

/** `A12-3=B`: the second option in the author's order. */
function keysOf(given: string | undefined): Record<string, number> {
  const pairs = listOf(given).map((pair): [string, number] => {
    const [, item = '', letter = ''] = /^(.+)=([A-F])$/.exec(pair) ?? [];
    if (item === '') throw new UsageError('rescore.bad-key', { given: pair });
    return [item, letter.charCodeAt(0) - 'A'.charCodeAt(0)];
  });
  return Object.fromEntries(pairs);
}

/** Throws UsageError for an item or a regime that is not here, and where nothing is asked. */
function changeAsked(
  { bank, regimes }: Stores,
  asked: {
    readonly without: string | undefined;
    readonly key: string | undefined;
    readonly regime: string | undefined;
  },
): Rescoring {
  const amendment: Amendment = { without: listOf(asked.without), keys: keysOf(asked.key) };
  const named = [...amendment.without, ...Object.keys(amendment.keys)];
  const known = new Set(bank.allReleases().flatMap(({ items }) => items.map(({ id }) => id)));
  for (const item of named) {
    if (!known.has(item)) throw new UsageError('rescore.unknown-item', { item });
    if (amendment.without.includes(item) && Object.hasOwn(amendment.keys, item))
      throw new UsageError('rescore.both', { item });
  }
  const { regime } = asked;
  if (regime !== undefined && !regimes.some(({ id }) => id === regime))
    throw new UsageError('rescore.unknown-regime', { regime, regimes: regimes.map(({ id }) => id).join(', ') });
  if (named.length === 0 && regime === undefined) throw new UsageError('rescore.nothing-asked');
  return regime === undefined ? { amendment } : { amendment, regime };
}

function levelsOf(regimes: readonly Regime[], id: string): string[] {
  const regime = regimes.find((one) => one.id === id);
  return regime?.kind === 'oral' ? regime.levels.map(({ name }) => name) : [];
}

const scoreOf = ({ score, max }: ResultContent): string | undefined =>
  score === undefined ? undefined : `${score}/${max}`;

/** `pass, 29/41`, `fail, A2, 431`. */
const inShort = (say: CommandVoice, content: ResultContent | undefined): string =>
  content === undefined
    ? say('rescore.undecided')
    : [content.outcome, content.level, content.scale, scoreOf(content)].filter((part) => part !== undefined).join(', ');

interface Signed extends Signatories {
  readonly reason: string;
  readonly isDownwardToo: boolean;
}

/** False for what waits: a person's word, a fall that nobody confirmed, what the two scorers do not agree on. */
async function carryOut(results: Results, id: SessionId, one: Rescored & { change: Change }, signed: Signed) {
  const { result, change, isByHand, assured, amendment } = one;
  if (result === undefined || isByHand || assured.length > 0) return false;
  if (change === 'lowered' && !signed.isDownwardToo) return false;
  const { isDownwardToo: _, ...who } = signed;
  await results.handle(id, { type: 'correct', result, amendment, ...who });
  return true;
}

export const rescoreCommand = command({
  name: 'rescore',
  calls: ['--without ITEM,… | --key ITEM=B,… | --regime REGIME'],
  says: 'rescore.says',
  examples: [
    'meetlat rescore --without B1-011',
    'meetlat rescore --regime mo-2026',
    'meetlat rescore --key A10-3=C --carry-out --by an@agii --reason "wrong key"',
  ],
  options,
  run: async (given, _operands, say) => {
    const leftOut = leavingOut(say);
    const stores = await openStores(readConfiguration(process.env, process.cwd()), leftOut.tellOfDocument);
    try {
      const { results, staffLog } = await openRooms({ ...stores, now });
      const asked = changeAsked(stores, given);
      const signed = given['carry-out'] ? await signedBy(stores, given) : undefined;
      const counts = { raised: 0, lowered: 0, other: 0, same: 0, done: 0, waiting: 0 };
      for (const tenant of await tenants(stores.agencies))
        for await (const id of everyStream(stores.storage.journal, tenant, resultKind)) {
          const rescored = await leftOut.unlessDamaged({ tenant, kind: resultKind, id }, () =>
            rescoreOne(results, stores.regimes, { tenant, id }, asked),
          );
          if (rescored === undefined) continue;
          const { change } = rescored;
          counts[change] += 1;
          if (change === 'same') continue;
          const isDone = signed !== undefined && (await carryOut(results, { tenant, id }, rescored, signed));
          if (isDone) await staffLog.record(tenant, doneBy('result-corrected', signed.by, id));
          counts[isDone ? 'done' : 'waiting'] += 1;
          console.log(lineOf(say, id, rescored));
        }
      console.log(say('rescore.total', counts));
      if (signed !== undefined) console.log(say('rescore.done', counts));
      return leftOut.isNothingLeftOut() && (signed === undefined || counts.waiting === 0) ? 0 : 1;
    } finally {
      await stores.storage.close();
    }
  },
});

async function rescoreOne(results: Results, regimes: readonly Regime[], id: SessionId, asked: Rescoring) {
  const rescored = await results.rescore(id, asked);
  if (rescored === undefined) return undefined;
  const levels = levelsOf(regimes, (rescored.result ?? rescored.before).regime.id);
  return { ...rescored, change: changeOf(rescored.before, rescored.result, levels) };
}

function lineOf(
  say: CommandVoice,
  session: string,
  { change, before, result, isByHand, assured }: Rescored & { change: Change },
) {
  const values = { session, before: inShort(say, before), after: inShort(say, result) };
  const line = change === 'raised' ? 'rescore.raised' : change === 'lowered' ? 'rescore.lowered' : 'rescore.other';
  return [
    say(line, values),
    ...(isByHand ? [say('rescore.by-hand')] : []),
    ...(assured.length > 0
      ? [say('rescore.scorers-differ', { members: assured.map(({ member }) => member).join(', ') })]
      : []),
  ].join('\n');
}

/** A fall of somebody's result needs two people. Throws UsageError. */
async function signedBy(
  stores: Stores,
  given: {
    readonly by: string | undefined;
    readonly 'confirmed-by': string | undefined;
    readonly reason: string | undefined;
    readonly downward: boolean;
  },
): Promise<Signed> {
  const { by, reason, downward, 'confirmed-by': confirmedBy } = given;
  if (by === undefined || reason === undefined || reason.trim() === '') throw new UsageError('rescore.no-grounds');
  if (downward && confirmedBy === undefined) throw new UsageError('rescore.two-persons');
  return { ...(await signatories(stores, by, confirmedBy)), reason, isDownwardToo: downward };
}
