/**
 * Safe Exam Browser as a script: opens the file of the day, computes its key anew from what stands in the file, and
 * shows it as the real one does, in a header of each request or to the page. None of it is the program's own code.
 */
import { createHash } from 'node:crypto';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Of the elements that our file has; what is a list or a dictionary inside another is read in its turn. */
function valueOf(xml: string): { readonly text: string; readonly rest: string } {
  const simple = /^\s*<(string|integer|data)>([^<]*)<\/\1>/.exec(xml) ?? /^\s*<(true|false)\/>/.exec(xml);
  if (simple !== null) {
    const [whole, kind = '', content] = simple;
    const plain = (content ?? kind).replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
    return { text: kind === 'string' || kind === 'data' ? `"${plain}"` : plain, rest: xml.slice(whole.length) };
  }
  const opening = /^\s*<(array|dict)>/.exec(xml);
  if (opening === null) throw new Error(`no value: ${xml.slice(0, 40)}`);
  return opening[1] === 'array' ? arrayOf(xml.slice(opening[0].length)) : dictionaryOf(xml.slice(opening[0].length));
}

function arrayOf(xml: string): ReturnType<typeof valueOf> {
  const members: string[] = [];
  let rest = xml;
  for (let end = /^\s*<\/array>/.exec(rest); ; end = /^\s*<\/array>/.exec(rest)) {
    if (end !== null) return { text: `[${members.join(',')}]`, rest: rest.slice(end[0].length) };
    const member = valueOf(rest);
    members.push(member.text);
    rest = member.rest;
  }
}

function dictionaryOf(xml: string): ReturnType<typeof valueOf> {
  const members: { readonly key: string; readonly text: string }[] = [];
  let rest = xml;
  for (let key = /^\s*<key>([^<]*)<\/key>/.exec(rest); key !== null; key = /^\s*<key>([^<]*)<\/key>/.exec(rest)) {
    const value = valueOf(rest.slice(key[0].length));
    members.push({ key: key[1] ?? '', text: value.text });
    rest = value.rest;
  }
  const sorted = members.sort((a, b) => (a.key.toLowerCase() < b.key.toLowerCase() ? -1 : 1));
  const text = `{${sorted.map(({ key, text: value }) => `"${key}":${value}`).join(',')}}`;
  return { text, rest: rest.replace(/^\s*<\/dict>/, '') };
}

export class ExamBrowser {
  readonly configKey: string;
  /** Where it begins, without a slash at the end: what it hashes, whatever a test sends its requests to. */
  readonly origin: string;

  constructor(file: string) {
    this.configKey = sha256(valueOf(file.slice(file.indexOf('<dict>'))).text);
    this.origin = (/<key>startURL<\/key><string>([^<]*)\/<\/string>/.exec(file) ?? [])[1] ?? '';
  }

  /** As on Windows: with each request, for its own address. */
  readonly inRequests = (path: string): Readonly<Record<string, string>> => ({
    'x-safeexambrowser-configkeyhash': sha256(`${this.origin}${path}${this.configKey}`),
  });

  /** What its JavaScript interface says to the page at this address. */
  shownTo(path: string): string {
    return sha256(`${this.origin}${path}${this.configKey}`);
  }

  /** As on iPad and Mac: the page passes on what it was shown. */
  readonly byPage = (): Readonly<Record<string, string>> => ({ 'meetlat-config-key-hash': this.shownTo('/') });
}
