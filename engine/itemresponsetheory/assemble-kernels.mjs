// `npm run kernels`: assembles src/kernels/row-kernels.wat into the bytes that the package ships; a test holds them
// together.
import { readFileSync, writeFileSync } from 'node:fs';
import wabt from 'wabt';

const folder = new URL('src/kernels/', import.meta.url);
const { parseWat } = await wabt();
const { buffer } = parseWat('row-kernels.wat', readFileSync(new URL('row-kernels.wat', folder), 'utf8'), {
  simd: true,
}).toBinary({});
const lines =
  Buffer.from(buffer)
    .toString('hex')
    .match(/.{1,114}/g) ?? [];
writeFileSync(
  new URL('row-kernels-bytes.ts', folder),
  `/** Written by \`npm run kernels\` from row-kernels.wat. */
const hexadecimal = [
${lines.map((line) => `  '${line}',`).join('\n')}
].join('');

export const rowKernelBytes = Uint8Array.from({ length: hexadecimal.length / 2 }, (_, n) =>
  Number.parseInt(hexadecimal.slice(2 * n, 2 * n + 2), 16),
);
`,
);
