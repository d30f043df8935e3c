/** What the answers to a question are called, in their order. */
const latin = 'ABCDEFGH';
const arabic = 'أبجدهوزح';

/** @param language of the question: readers of Arabic count أ ب ج. */
export const answerLetters = (language: string): string =>
  new Intl.Locale(language).language === 'ar' ? arabic : latin;
