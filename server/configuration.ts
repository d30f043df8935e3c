/** Configuration is by environment only. An unknown or malformed value stops the start with one clear line. */
import { resolve } from 'node:path';
import { type CommandKey, commandVoice } from '../words/commands.ts';
import type { Values } from '../words/phrase.ts';

export interface Configuration {
  readonly host: string;
  readonly port: number;
  readonly dataFolder: string;
  readonly mongodbUri: string | undefined;
  /** Wraps the keys kept in storage. Undefined: made on first start and kept in the data folder (LMDB only). */
  readonly secret: string | undefined;
  readonly publicUrl: string | undefined;
  readonly tls: { readonly certificateFile: string; readonly keyFile: string } | undefined;
  readonly trajectory: { readonly url: string; readonly secret: string } | undefined;
  readonly demonstration: boolean;
  /** Tests of the agency's own, as data. */
  readonly contentFolder?: string;
  /** File that number and hash of every checkpoint are added to. */
  readonly witnessFile?: string;
  /** Or where it is posted to. */
  readonly witnessUrl?: string;
  /** Where measures are served; absent: nowhere. */
  readonly metrics?: { readonly host: string; readonly port: number };
}

/** `meetlat` says it in the caller's language; the message is the English. */
export class ConfigurationError extends Error {
  readonly code = 'configuration';
  readonly values: Values;
  constructor(
    readonly variable: string,
    readonly key: CommandKey,
    values: Values = {},
  ) {
    super(commandVoice('en')(key, { variable, ...values }));
    this.values = { variable, ...values };
    this.name = 'ConfigurationError';
  }
}

const known = new Set([
  'MEETLAT_DATA',
  'MEETLAT_SECRET',
  'MEETLAT_PUBLIC_URL',
  'MEETLAT_TLS_CERT',
  'MEETLAT_TLS_KEY',
  'MEETLAT_TRAJECTORY_URL',
  'MEETLAT_TRAJECTORY_SECRET',
  'MEETLAT_DEMO',
  'MEETLAT_CONTENT',
  'MEETLAT_WITNESS',
  'MEETLAT_METRICS',
]);
/** Read by the launcher, the commands and the tests' own processes, not by the program. */
const foreign = /^MEETLAT_(NO_BUILD|LANG|FULL|TEST_.*|JWKS)$/;

type Environment = Readonly<Record<string, string | undefined>>;

function port(value: string | undefined): number {
  if (value === undefined) return 3000;
  const number = Number(value);
  if (!/^\d+$/.test(value) || number > 65_535) throw new ConfigurationError('PORT', 'setting.port', { value });
  return number;
}

function url(variable: string, value: string | undefined, protocols: readonly string[]): string | undefined {
  if (value === undefined) return undefined;
  if (!URL.canParse(value) || !protocols.includes(new URL(value).protocol))
    throw new ConfigurationError(variable, 'setting.address', {
      ...{ value, beginnings: protocols.map((protocol) => `${protocol}//`).join(', ') },
    });
  return value;
}

/** A replica set's address names several hosts, which is no URL to the platform's parser. */
function mongoAddress(value: string | undefined): string | undefined {
  if (value !== undefined && !/^mongodb(\+srv)?:\/\/[^\s/]+(\/\S*)?$/.test(value))
    throw new ConfigurationError('MONGODB_URI', 'setting.mongodb', { beginnings: 'mongodb://, mongodb+srv://' });
  return value;
}

/** Two variables that make sense together only. */
function pair(first: string, second: string, environment: Environment): readonly [string, string] | undefined {
  const [a, b] = [environment[first], environment[second]];
  if (a === undefined && b === undefined) return undefined;
  if (a === undefined) throw new ConfigurationError(first, 'setting.pair', { other: second });
  if (b === undefined) throw new ConfigurationError(second, 'setting.pair', { other: first });
  return [a, b];
}

function demonstration(value: string | undefined, onMongo: boolean): boolean {
  if (value === undefined) return !onMongo;
  if (!/^(on|off|1|0|true|false)$/.test(value))
    throw new ConfigurationError('MEETLAT_DEMO', 'setting.on-off', { value });
  return /^(on|1|true)$/.test(value);
}

/** Characters. */
export const shortestSecret = 16;

function secretOf(environment: Environment, isNeeded: boolean): string | undefined {
  const secret = environment['MEETLAT_SECRET'];
  if (secret !== undefined && secret.length < shortestSecret)
    throw new ConfigurationError('MEETLAT_SECRET', 'setting.short-secret');
  if (isNeeded && secret === undefined && environment['MONGODB_URI'] !== undefined)
    throw new ConfigurationError('MEETLAT_SECRET', 'setting.secret-needed');
  return secret;
}

function trajectoryOf(environment: Environment): Configuration['trajectory'] {
  const both = pair('MEETLAT_TRAJECTORY_URL', 'MEETLAT_TRAJECTORY_SECRET', environment);
  if (both === undefined) return undefined;
  const address = url('MEETLAT_TRAJECTORY_URL', both[0], ['http:', 'https:']);
  if (!/^whsec_[A-Za-z0-9+/=]{16,}$/.test(both[1]))
    throw new ConfigurationError('MEETLAT_TRAJECTORY_SECRET', 'setting.webhook-secret');
  return address === undefined ? undefined : { url: address, secret: both[1] };
}

/** An address, or a file. */
function witnessOf(
  witness: string | undefined,
  workingFolder: string,
): Pick<Configuration, 'witnessFile' | 'witnessUrl'> {
  if (witness === undefined) return {};
  if (!/^https?:/i.test(witness)) return { witnessFile: resolve(workingFolder, witness) };
  const witnessUrl = url('MEETLAT_WITNESS', witness, ['http:', 'https:']);
  return witnessUrl === undefined ? {} : { witnessUrl };
}

/** A port of this machine's own, or an address with a port. */
function metricsOf(place: string | undefined): Pick<Configuration, 'metrics'> {
  if (place === undefined) return {};
  const [, host = '127.0.0.1', number] = /^(?:\[?([\w.:-]+?)\]?:)?(\d+)$/.exec(place) ?? [];
  if (number === undefined || Number(number) > 65_535)
    throw new ConfigurationError('MEETLAT_METRICS', 'setting.port-or-address', { value: place });
  return { metrics: { host, port: Number(number) } };
}

/** Throws ConfigurationError. An empty value counts as absent. */
export function readConfiguration(
  raw: Environment,
  workingFolder: string,
  /** False for an auditor's command. */
  needsSecret = true,
): Configuration {
  const environment: Environment = Object.fromEntries(Object.entries(raw).filter(([, value]) => value !== ''));
  for (const variable of Object.keys(environment)) {
    if (variable.startsWith('MEETLAT_') && !known.has(variable) && !foreign.test(variable))
      throw new ConfigurationError(variable, 'setting.unknown');
  }
  const mongodbUri = mongoAddress(environment['MONGODB_URI']);
  const content = environment['MEETLAT_CONTENT'];
  const witness = environment['MEETLAT_WITNESS'];
  const tls = pair('MEETLAT_TLS_CERT', 'MEETLAT_TLS_KEY', environment);
  return {
    host: environment['HOST'] ?? '0.0.0.0',
    port: port(environment['PORT']),
    dataFolder: resolve(workingFolder, environment['MEETLAT_DATA'] ?? 'data'),
    mongodbUri,
    secret: secretOf(environment, needsSecret),
    publicUrl: url('MEETLAT_PUBLIC_URL', environment['MEETLAT_PUBLIC_URL'], ['http:', 'https:'])?.replace(/\/+$/, ''),
    tls:
      tls === undefined
        ? undefined
        : { certificateFile: resolve(workingFolder, tls[0]), keyFile: resolve(workingFolder, tls[1]) },
    trajectory: trajectoryOf(environment),
    demonstration: demonstration(environment['MEETLAT_DEMO'], mongodbUri !== undefined),
    ...(content === undefined ? {} : { contentFolder: resolve(workingFolder, content) }),
    ...witnessOf(witness, workingFolder),
    ...metricsOf(environment['MEETLAT_METRICS']),
  };
}
