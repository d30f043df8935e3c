/**
 * The Config Key of Safe Exam Browser: one hash over all settings that it was started with, and how a browser that has
 * them shows it at an address. After https://safeexambrowser.org/developer/seb-config-key.html. Pure.
 */
import { sha256 } from '../../storage/document/hash.ts';

/** What a file of settings holds, in the types of a property list; numbers are whole. */
export type ExamBrowserSetting =
  boolean | number | string | Uint8Array | readonly ExamBrowserSetting[] | ExamBrowserSettings;
export interface ExamBrowserSettings {
  readonly [key: string]: ExamBrowserSetting;
}

/** Says by which version a file was saved: it sets nothing, and is no part of the key. */
const unhashed = 'originatorVersion';

const isList = (value: ExamBrowserSetting): value is readonly ExamBrowserSetting[] => Array.isArray(value);

/** By key, whatever the case of its letters and whatever the language of the machine. */
export const inKeyOrder = (settings: ExamBrowserSettings): (readonly [string, ExamBrowserSetting])[] =>
  Object.entries(settings)
    .map(([key, value]) => ({ key, value, rank: key.toLowerCase() }))
    .sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0))
    .map(({ key, value }) => [key, value] as const);

const isEmptyDictionary = (value: ExamBrowserSetting): boolean =>
  typeof value === 'object' && !isList(value) && !(value instanceof Uint8Array) && Object.keys(value).length === 0;

/**
 * "SEB-JSON": keys in order, no space between, nothing escaped, bytes as Base64; empty dictionaries and the version of
 * who saved the file are left out. It looks like JSON and is none.
 */
export function settingsText(value: ExamBrowserSetting): string {
  if (typeof value === 'string') return `"${value}"`;
  if (value instanceof Uint8Array) return `"${Buffer.from(value).toString('base64')}"`;
  if (typeof value !== 'object') return String(value);
  if (isList(value)) return `[${value.map(settingsText).join(',')}]`;
  const members = inKeyOrder(value).filter(([key, member]) => key !== unhashed && !isEmptyDictionary(member));
  return `{${members.map(([key, member]) => `"${key}":${settingsText(member)}`).join(',')}}`;
}

/** 64 characters of lower-case hexadecimal. */
export const configKey = (settings: ExamBrowserSettings): string => sha256(settingsText(settings));

/**
 * What the browser shows of its key at an address: in the header `X-SafeExamBrowser-ConfigKeyHash` at the address of
 * the request, in its JavaScript interface at that of the page.
 */
export const shownKey = (address: string, key: string): string => sha256(`${address.replace(/#.*$/s, '')}${key}`);
