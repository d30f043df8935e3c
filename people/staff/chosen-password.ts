/**
 * What a person may choose as a password: long, and not what guessers try first. A long password that is a common word
 * with figures behind it falls as quickly as the word.
 */
export type PasswordFault = 'password-short' | 'password-common' | 'password-same';

/** As NIST SP 800-63B asks at least, and four more: there is no second factor yet. */
export const shortestPassword = 12;

/** The words that lists of leaked passwords begin with, in the languages of our staff; without figures and signs. */
const commonWords = new Set(
  `password passwort wachtwoord motdepasse geheim secret welkom welcome bienvenue bonjour hallo hello
  administrator admin beheer beheerder root user gebruiker test tester testing demo demonstratie examen toets
  exam login letmein access toegang changeme wijzigmij verander qwerty qwertz azerty qwertyuiop azertyuiop
  asdfgh asdfghjkl qsdfghjklm zxcvbnm wxcvbn abc abcd abcdef abcdefgh abcdefghijkl iloveyou ikhouvanjou
  jetaime lieveling schatje sunshine zonnetje princess prinses dragon draak monkey aapje football voetbal
  baseball superman batman pokemon starwars summer zomer winter lente herfst spring autumn january februari
  maandag dinsdag woensdag donderdag vrijdag zaterdag zondag monday friday nederlands vlaanderen belgie
  belgium brussel brussels antwerpen gent brugge leuven amsterdam inburgering integratie agentschap meetlat
  master michael jessica charlie jordan shadow hunter killer freedom whatever trustno computer internet google
  samsung microsoft windows default temporary tijdelijk nieuw nieuwwachtwoord newpassword mypassword
  mijnwachtwoord`.split(/\s+/),
);
const letters = (text: string): string => text.toLowerCase().replace(/[^\p{Letter}]/gu, '');
/** How often a character that was not there yet is expected at least. */
const differentCharacters = 6;

/** Of a word that repeats, once. */
const once = (text: string): string => /^(.+?)\1+$/.exec(text)?.[1] ?? text;
const isRow = (text: string): boolean => '01234567890123456789'.includes(text) || '98765432109876543210'.includes(text);

/** What is wrong with it; undefined when it may be chosen. `account` is someone@agency. */
export function passwordFault(
  chosen: string,
  { account, name, present }: { readonly account: string; readonly name: string; readonly present: string },
): PasswordFault | undefined {
  if (chosen === present) return 'password-same';
  if ([...chosen].length < shortestPassword) return 'password-short';
  if (new Set(chosen).size < differentCharacters || isRow(chosen)) return 'password-common';
  const word = once(letters(chosen));
  const own = [...account.split('@'), account, name, ...name.split(/\s+/)].map(letters);
  return word === '' || commonWords.has(word) || own.includes(word) ? 'password-common' : undefined;
}
