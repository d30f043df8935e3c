/**
 * Settings of Safe Exam Browser as a file that it opens: a property list in XML, neither packed nor encrypted. After
 * https://safeexambrowser.org/developer/seb-file-format.html. Pure.
 */
import { type ExamBrowserSetting, type ExamBrowserSettings, inKeyOrder } from './config-key.ts';

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function element(value: ExamBrowserSetting): string {
  if (typeof value === 'boolean') return value ? '<true/>' : '<false/>';
  if (typeof value === 'number') return `<integer>${value}</integer>`;
  if (typeof value === 'string') return `<string>${escaped(value)}</string>`;
  if (value instanceof Uint8Array) return `<data>${Buffer.from(value).toString('base64')}</data>`;
  if (isList(value)) return `<array>${value.map(element).join('')}</array>`;
  return `<dict>${inKeyOrder(value)
    .map(([key, member]) => `<key>${escaped(key)}</key>${element(member)}`)
    .join('\n')}</dict>`;
}

const isList = (value: readonly ExamBrowserSetting[] | ExamBrowserSettings): value is readonly ExamBrowserSetting[] =>
  Array.isArray(value);

export const settingsFile = (settings: ExamBrowserSettings): string =>
  `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
${element(settings)}
</plist>
`;
