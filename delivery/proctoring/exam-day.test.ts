import { describe, expect, it } from 'vitest';
import { sha256 } from '../../storage/document/native-hash.ts';
import { configKey, settingsText } from './config-key.ts';
import { type ExamDay, examDaySettings } from './exam-day.ts';
import { settingsFile } from './settings-file.ts';

const secret = new Uint8Array(32).fill(7);
const day: ExamDay = { tenant: 'agency', centre: 'north', day: '2026-03-02' };
const made = (change: Partial<ExamDay> = {}, by = secret) =>
  examDaySettings(by, 'https://exam.example', { ...day, ...change });

describe('the settings of a day at a centre', () => {
  it('are the same whenever and wherever they are made', () => expect(made()).toEqual(made()));

  it.each([
    ['agency', made({ tenant: 'other' })],
    ['centre', made({ centre: 'south' })],
    ['day', made({ day: '2026-03-03' })],
    ['secret', made({}, new Uint8Array(32).fill(8))],
  ])('of another %s have another key and another password', (_, other) => {
    expect(other.key).not.toBe(made().key);
    expect(other.quitPassword).not.toBe(made().quitPassword);
  });

  it('lead to the candidate’s page, and nowhere else', () => {
    const { settings } = made();
    expect(settings['startURL']).toBe('https://exam.example/');
    expect(settings['URLFilterRules']).toEqual([
      { action: 1, active: true, expression: 'exam.example/*', regex: false },
    ]);
  });

  it('hold the password only hashed', () => {
    const { settings, quitPassword } = made();
    expect(quitPassword).toMatch(/^[0-9]{8}$/);
    expect(settings['hashedQuitPassword']).toBe(sha256(quitPassword));
    expect(settingsText(settings)).not.toContain(quitPassword);
  });

  it('keep what a page has not handed in yet when the browser ends, and let the microphone in', () => {
    const { settings } = made();
    for (const name of ['removeBrowserProfile', 'removeLocalStorage', 'examSessionClearCookiesOnEnd'])
      expect(settings[name]).toBe(false);
    expect(settings['allowAudioCapture']).toBe(true);
  });

  it('are shown in requests and to the page', () => {
    expect(made().settings['sendBrowserExamKey']).toBe(true);
    expect(made().settings['browserWindowWebView']).toBe(3);
  });
});

describe('the file', () => {
  it('is a property list in XML', () => {
    const file = settingsFile({ b: true, A: 'x < y & z', list: [{ n: 1 }, false], salt: new Uint8Array([1, 2, 3]) });
    expect(file).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict><key>A</key><string>x &lt; y &amp; z</string>
<key>b</key><true/>
<key>list</key><array><dict><key>n</key><integer>1</integer></dict><false/></array>
<key>salt</key><data>AQID</data></dict>
</plist>
`);
  });

  it('says what the key is made of, read by somebody else', () => {
    const { settings, key } = made();
    const file = settingsFile(settings);
    const members = [
      ...file.matchAll(/<key>(\w+)<\/key><(string|data|integer)>([^<]*)<|<key>(\w+)<\/key><(true|false)\/>/g),
    ];
    const read = Object.fromEntries(
      members.map(([, name, type, value, flag, truth]) =>
        name === undefined ? [flag, truth === 'true'] : [name, type === 'integer' ? Number(value) : value],
      ),
    );
    const { action, active, expression, regex, ...rest } = read;
    expect(configKey({ ...rest, URLFilterRules: [{ action, active, expression, regex }] })).toBe(key);
  });
});
