/** Names that can be called across a room; two words and a number. */
const colours = ['blauwe', 'groene', 'gele', 'rode', 'witte', 'grijze', 'oranje', 'paarse'];
const animals = ['vos', 'uil', 'egel', 'haas', 'kat', 'merel', 'otter', 'zwaan', 'das', 'reiger'];

export function seatName(random: Uint8Array): string {
  const [a = 0, b = 0, c = 0] = random;
  return `${colours[a % colours.length]} ${animals[b % animals.length]} ${(c % 90) + 10}`;
}
