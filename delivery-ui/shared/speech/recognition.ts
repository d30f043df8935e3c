/**
 * Speech recognition is an extra of the sound check where the browser can do it on the device itself. Nothing ever
 * depends on it, and it is never used for scoring.
 */
interface RecognitionClass {
  available?(options: { langs: string[]; processLocally: boolean }): Promise<string>;
}

const isRecognitionClass = (value: unknown): value is RecognitionClass => typeof value === 'function';

/** Whether this browser says that it understands the language without sending sound anywhere. */
export async function canRecognise(language: string): Promise<boolean> {
  const found: unknown = Reflect.get(globalThis, 'SpeechRecognition');
  if (!isRecognitionClass(found) || found.available === undefined) return false;
  return found.available({ langs: [language], processLocally: true }).then(
    (answer) => answer === 'available',
    () => false,
  );
}
