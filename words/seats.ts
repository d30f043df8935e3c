/** Names of waiting devices, to be called across a room: two words and a number, in the language of the centres. */
import nl from './catalogues/seats/nl.json' with { type: 'json' };
import { voiceOf } from './voice.ts';

const voice = voiceOf(nl, 'nl');
const [colours, animals] = [voice.all('colour'), voice.all('animal')];

/** @param random three bytes */
export function seatName(random: Uint8Array): string {
  const [a = 0, b = 0, c = 0] = random;
  const colour = colours[a % colours.length] ?? '';
  const animal = animals[b % animals.length] ?? '';
  return voice('name', { colour, animal, number: (c % 90) + 10 });
}
