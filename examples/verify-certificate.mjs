// Checks a certificate with nothing but the issuer's published keys.
//   node examples/verify-certificate.mjs http://localhost:3000 < certificate.txt
import { text } from 'node:stream/consumers';
import { createRemoteJWKSet, jwtVerify } from 'jose';

const issuer = process.argv[2];
const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', issuer));
const certificate = (await text(process.stdin)).trim();
try {
  const { payload } = await jwtVerify(certificate, keys, { algorithms: ['EdDSA', 'ES256'], typ: 'vc+jwt', issuer });
  console.log(`valid: ${payload.credentialSubject.achievement.name}, issued by ${payload.iss}`);
} catch (error) {
  console.log(`not valid: ${error.code ?? error.message}`);
  process.exitCode = 1;
}
