/**
 * What Safe Exam Browser is set to on one day at one centre. All of it follows from the secret of the installation:
 * nothing is stored, every process makes the same file, and the file of another day or centre has another key.
 */
import { createHmac } from 'node:crypto';
import type { Day } from '../../storage/document/day.ts';
import { canonicalJson } from '../../storage/document/json.ts';
import { sha256 } from '../../storage/document/native-hash.ts';
import { type ExamBrowserSettings, configKey } from './config-key.ts';

export interface ExamDay {
  readonly tenant: string;
  readonly centre: string;
  readonly day: Day;
}

export interface ExamDaySettings {
  readonly settings: ExamBrowserSettings;
  readonly key: string;
  /** Ends Safe Exam Browser at a seat; for invigilators. */
  readonly quitPassword: string;
}

/** So long that nobody guesses it at a seat, and still typed from a slip of paper. */
const passwordDigits = 8;

/**
 * @param secret from Wrapping.derive('safe exam browser')
 * @param publicUrl address that people reach us at, without a slash at the end
 */
export function examDaySettings(secret: Uint8Array, publicUrl: string, day: ExamDay): ExamDaySettings {
  const drawn = (use: string): Buffer =>
    createHmac('sha256', secret)
      .update(canonicalJson([use, day.tenant, day.centre, day.day]))
      .digest();
  const number = drawn('quit password').readUIntBE(0, 6) % 10 ** passwordDigits;
  const quitPassword = String(number).padStart(passwordDigits, '0');
  const settings = {
    ...lockedDown,
    startURL: `${publicUrl}/`,
    URLFilterRules: [{ action: 1, active: true, expression: `${new URL(publicUrl).host}/*`, regex: false }],
    hashedQuitPassword: sha256(quitPassword),
    examKeySalt: new Uint8Array(drawn('salt')),
  };
  return { settings, key: configKey(settings), quitPassword };
}

/** Names and values as Safe Exam Browser documents them; what is not said here is as it ships. */
const lockedDown: ExamBrowserSettings = {
  /** This file begins an exam; it does not set up the machine. */
  sebConfigPurpose: 0,
  sendBrowserExamKey: true,
  /** The modern view where there is one: it shows the key to the page, as its requests cannot carry it. */
  browserWindowWebView: 3,
  browserViewMode: 1,
  mainBrowserWindowWidth: '100%',
  mainBrowserWindowHeight: '100%',
  URLFilterEnable: true,
  URLFilterEnableContentFilter: false,
  newBrowserWindowByLinkPolicy: 0,
  newBrowserWindowByScriptPolicy: 0,
  allowQuit: true,
  allowPreferencesWindow: false,
  allowDownUploads: false,
  allowSpellCheck: false,
  allowDictionaryLookup: false,
  allowDictation: false,
  allowSiri: false,
  allowScreenSharing: false,
  allowDisplayMirroring: false,
  allowedDisplaysMaxNumber: 1,
  allowVirtualMachine: false,
  allowSwitchToApplications: false,
  enablePrivateClipboard: true,
  enablePrintScreen: false,
  enableRightMouse: false,
  enableZoomPage: true,
  enableZoomText: true,
  /** Speaking is recorded. */
  allowAudioCapture: true,
  allowVideoCapture: false,
  /** Whoever lost the line is brought back at the seat: the network can be chosen, the page loaded again. */
  allowWlan: true,
  showTaskBar: true,
  showReloadButton: true,
  browserWindowAllowReload: true,
  showReloadWarning: false,
  /** What a page has kept and not yet handed in outlives the browser. */
  examSessionClearCookiesOnStart: false,
  examSessionClearCookiesOnEnd: false,
  removeBrowserProfile: false,
  removeLocalStorage: false,
};
