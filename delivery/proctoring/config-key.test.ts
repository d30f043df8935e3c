import { describe, expect, it } from 'vitest';
import { sha256 } from '../../storage/document/native-hash.ts';
import { type ExamBrowserSettings, configKey, settingsText, shownKey } from './config-key.ts';

/** Cut out of the example at https://safeexambrowser.org/developer/seb-config-key.html, the order untouched. */
const documented = [
  String.raw`{"additionalResources":[],"allowAirPlay":false,"allowDownUploads":false,"allowedDisplayBuiltin":true,`,
  String.raw`"allowedDisplaysMaxNumber":1,"allowFlashFullscreen":false,"browserMessagingPingTime":120000,`,
  String.raw`"browserMessagingSocket":"ws:\localhost:8706","browserURLSalt":true,"browserUserAgent":"",`,
  String.raw`"examKeySalt":"fOwye5rcju6okk1489PNuKKm5VLTObxNAIn35vZNNrc=","permittedProcesses":[{"active":true,`,
  String.raw`"allowedExecutables":"","allowUserToChooseApp":false,"arguments":[],"autostart":true}],`,
  String.raw`"proxies":{"AutoConfigurationEnabled":false,"ExceptionsList":[],"FTPPort":21},"proxySettingsPolicy":0,`,
  String.raw`"startURL":"http://www.safeexambrowser.org/exams","touchOptimized":false,"URLFilterEnable":true,`,
  String.raw`"URLFilterMessage":1,"urlFilterRegex":true,"URLFilterRules":[{"action":1,"active":true,`,
  String.raw`"expression":"safeexambrowser.org/exams","regex":false}],"urlFilterTrustedContent":true,`,
  String.raw`"whitelistURLFilter":"^.*?:\/\/((safeexambrowser\.org)|(.*?\.safeexambrowser\.org))\/exams(()|(?.*?))$"}`,
].join('');

const settings: ExamBrowserSettings = JSON.parse(documented.replaceAll('\\', '\\\\'));
const reversed = (of: object): ExamBrowserSettings => Object.fromEntries(Object.entries(of).reverse());

describe('the text of settings', () => {
  it('is that of the documentation, whatever the order of the file', () => {
    const shuffled = { ...reversed(settings), proxies: reversed(Object(settings['proxies'])) };
    expect(settingsText(shuffled)).toBe(documented);
  });

  it('leaves out who saved the file, and what is empty, at every depth', () => {
    const more = { ...settings, originatorVersion: 'SEB_OSX_2.1.2_1752', configFileCreateIdentity: {} };
    expect(settingsText({ ...more, proxies: { ...Object(settings['proxies']), HTTPRules: {} } })).toBe(documented);
  });

  it('has bytes as Base64', () => {
    const examKeySalt = Buffer.from('fOwye5rcju6okk1489PNuKKm5VLTObxNAIn35vZNNrc=', 'base64');
    expect(settingsText({ ...settings, examKeySalt })).toBe(documented);
  });
});

describe('the key', () => {
  it('is the hash of that text, in lower-case hexadecimal', () => expect(configKey(settings)).toBe(sha256(documented)));

  it('is another one for any other setting', () =>
    expect(configKey({ ...settings, allowAirPlay: true })).not.toBe(configKey(settings)));

  it('is shown behind the address, without the fragment', () => {
    const key = configKey(settings);
    const shown = sha256(`https://exam.example/${key}`);
    expect(shownKey('https://exam.example/', key)).toBe(shown);
    expect(shownKey('https://exam.example/#code=k7wf-93mx-q2hd5', key)).toBe(shown);
    expect(shownKey('https://exam.example/?a', key)).not.toBe(shown);
  });
});
