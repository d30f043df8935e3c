/** Sound as Float64Array, mono, one sample rate: what happens between the synthesiser and the encoder. */

/** @typedef {{ samples: Float64Array, rate: number }} Sound */

/**
 * Reads 16-bit mono WAV. A synthesiser that writes to a pipe does not know the length, so the data is all that follows
 * the header.
 */
export function fromWav(bytes) {
  if (bytes.length < 46 || bytes.toString('latin1', 0, 4) !== 'RIFF') throw new Error('not a WAV file');
  const start = bytes.indexOf('data', 12, 'latin1') + 8;
  return {
    rate: bytes.readUInt32LE(24),
    samples: Float64Array.from(
      { length: (bytes.length - start) >> 1 },
      (_, n) => bytes.readInt16LE(start + 2 * n) / 32_768,
    ),
  };
}

/** 16-bit little-endian. */
export function toPcm({ samples }) {
  const bytes = Buffer.alloc(samples.length * 2);
  samples.forEach((value, n) => bytes.writeInt16LE(Math.round(Math.max(-1, Math.min(1, value)) * 32_767), 2 * n));
  return bytes;
}

const peakOf = (samples) => samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** Without the silence at both ends: what is 40 dB below the peak. */
export function trim({ samples, rate }) {
  const quiet = peakOf(samples) * 0.01;
  if (quiet === 0) throw new Error('silent');
  const first = samples.findIndex((value) => Math.abs(value) > quiet);
  return { rate, samples: samples.slice(first, samples.findLastIndex((value) => Math.abs(value) > quiet) + 1) };
}

export const secondsOf = ({ samples, rate }) => samples.length / rate;

/** One sound after the other, with a pause (ms) between them and an edge (ms) of silence at both ends. */
export function join(sounds, pauseMs, edgeMs) {
  const { rate } = sounds[0];
  const pause = Math.round((pauseMs * rate) / 1000);
  const edge = Math.round((edgeMs * rate) / 1000);
  const samples = new Float64Array(
    sounds.reduce((sum, sound) => sum + sound.samples.length, 0) + pause * (sounds.length - 1) + 2 * edge,
  );
  let at = edge;
  for (const sound of sounds) {
    samples.set(sound.samples, at);
    at += sound.samples.length + pause;
  }
  return { rate, samples };
}

/** Level of the speech itself: pauses do not count. -19 dBFS leaves room for the peaks of a voice. */
const level = 10 ** (-19 / 20);
/** Above this the peaks are rounded off; the encoder adds a little on top. */
const ceiling = 10 ** (-3 / 20);

/** Every voice at one loudness: RMS over the 20 ms frames that hold speech, peaks rounded off. */
export function normalise({ samples, rate }) {
  const frame = Math.round(rate / 50);
  const powers = [];
  for (let at = 0; at < samples.length; at += frame)
    powers.push(samples.subarray(at, at + frame).reduce((sum, value) => sum + value * value, 0) / frame);
  const gate = Math.max(...powers) / 1000;
  const spoken = powers.filter((power) => power > gate);
  const gain = level / Math.sqrt(spoken.reduce((sum, power) => sum + power, 0) / spoken.length);
  const knee = ceiling * 0.7;
  const round = (value) => {
    const size = Math.abs(value);
    return size <= knee
      ? value
      : Math.sign(value) * (knee + (ceiling - knee) * Math.tanh((size - knee) / (ceiling - knee)));
  };
  return { rate, samples: samples.map((value) => round(value * gain)) };
}
