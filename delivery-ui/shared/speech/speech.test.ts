import { describe, expect, it } from 'vitest';
import {
  type BrowserSpeech,
  type ClipPlayer,
  SpeechSynthesisPolyfill,
  SpeechUtterance,
  type SpeechVoice,
} from './speech.ts';

function parts({
  voices = [],
  browserFails = false,
  index = {},
}: {
  readonly voices?: readonly SpeechVoice[];
  readonly browserFails?: boolean;
  readonly index?: Record<string, Record<string, string>>;
}) {
  const heard: string[] = [];
  const browser: BrowserSpeech = {
    getVoices: () => voices,
    cancel: () => {},
    speak: ({ text }, { lang }) => {
      if (browserFails) return Promise.reject(new Error('no'));
      heard.push(`voice ${lang} ${text}`);
      return Promise.resolve();
    },
  };
  const clips: ClipPlayer = {
    play: (address) => {
      heard.push(`clip ${address}`);
      return Promise.resolve();
    },
    stop: () => {
      heard.push('stopped');
    },
  };
  const speech = new SpeechSynthesisPolyfill(browser, clips, (language) => {
    const found = index[language];
    return found === undefined ? Promise.reject(new Error('404')) : Promise.resolve(found);
  });
  const say = (text: string, lang: string): Promise<string> =>
    new Promise((resolve) => {
      const utterance = new SpeechUtterance(text, lang);
      for (const name of ['end', 'error']) utterance.addEventListener(name, () => resolve(name));
      speech.speak(utterance);
    });
  return { speech, heard, say };
}

describe('speech', () => {
  it('uses a voice of the device that speaks the language', async () => {
    const { say, heard } = parts({
      voices: [{ lang: 'nl-BE', localService: true }],
      index: { nl: { Hallo: 'a.mp3' } },
    });
    expect(await say('Hallo', 'nl')).toBe('end');
    expect(heard).toEqual(['voice nl-BE Hallo']);
  });

  it('never uses a voice that sends the text elsewhere', async () => {
    const { say, heard } = parts({
      voices: [{ lang: 'nl-NL', localService: false }],
      index: { nl: { Hallo: 'a.mp3' } },
    });
    await say('Hallo', 'nl');
    expect(heard).toEqual(['clip /voices/nl/a.mp3']);
  });

  it('plays the shipped clip when the browser voice does not begin', async () => {
    const { say, heard } = parts({
      voices: [{ lang: 'nl', localService: true }],
      browserFails: true,
      index: { nl: { Hallo: 'a.mp3' } },
    });
    expect(await say('Hallo', 'nl')).toBe('end');
    expect(heard).toEqual(['clip /voices/nl/a.mp3']);
  });

  it('says so when there is nothing to be heard', async () => {
    const { speech, say } = parts({ index: { nl: { Hallo: 'a.mp3' } } });
    expect(await speech.canSpeak('Hallo', 'nl')).toBe(true);
    expect(await speech.canSpeak('Dag', 'nl')).toBe(false);
    expect(await speech.canSpeak('toString', 'nl')).toBe(false);
    expect(await speech.canSpeak('Hallo', 'uk')).toBe(false);
    expect(await say('Dag', 'nl')).toBe('error');
  });

  it('speaks one after the other', async () => {
    const { say, heard } = parts({ index: { ar: { أهلا: '1.mp3', شكرا: '2.mp3' } } });
    await Promise.all([say('أهلا', 'ar'), say('شكرا', 'ar')]);
    expect(heard).toEqual(['clip /voices/ar/1.mp3', 'clip /voices/ar/2.mp3']);
  });
});
