/** What the settings say to each other: the address that people reach, TLS, the demonstration, who is told what. */
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { toInstant } from '../../storage/document/instant.ts';
import type { Configuration } from '../configuration.ts';
import { type Symptom, bad, look, well } from './symptom.ts';

const dayMs = 24 * 3_600_000;
const renewDays = 30;

const isOwnMachine = (host: string): boolean => host === 'localhost' || host.startsWith('127.') || host === '[::1]';

function addressSymptoms({ publicUrl, tls, host, port }: Configuration): Symptom[] {
  if (publicUrl === undefined) return [look('doctor.address.none')];
  const { protocol, hostname } = new URL(publicUrl);
  if (protocol === 'http:')
    return [
      isOwnMachine(hostname) ? look('doctor.address.local', { publicUrl }) : bad('doctor.address.http', { publicUrl }),
    ];
  if (tls === undefined) {
    const isOpen = host !== 'localhost' && !host.startsWith('127.');
    return [isOpen ? look('doctor.address.proxy-open', { host }) : well('doctor.address.proxy', { host, port })];
  }
  return [well('doctor.address.https', { publicUrl })];
}

async function certificateSymptoms({ publicUrl, tls }: Configuration, nowMs: number): Promise<Symptom[]> {
  if (tls === undefined) return [];
  try {
    const certificate = new X509Certificate(await readFile(tls.certificateFile));
    if (!certificate.checkPrivateKey(createPrivateKey(await readFile(tls.keyFile))))
      return [bad('doctor.certificate.other-key', { file: tls.keyFile })];
    const until = Date.parse(certificate.validTo);
    const days = Math.floor((until - nowMs) / dayMs);
    const day = toInstant(until).slice(0, 10);
    if (days < 0) return [bad('doctor.certificate.over', { day })];
    const name = publicUrl === undefined ? undefined : new URL(publicUrl).hostname;
    const names = name !== undefined && (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name));
    if (name !== undefined && names === undefined) return [bad('doctor.certificate.other-name', { name })];
    return [
      days < renewDays ? look('doctor.certificate.soon', { day, days }) : well('doctor.certificate.good', { day }),
    ];
  } catch (error) {
    return [bad('doctor.certificate.unreadable', { why: error instanceof Error ? error.message : String(error) })];
  }
}

export async function settingsSymptoms(configuration: Configuration, nowMs: number): Promise<Symptom[]> {
  const { demonstration, witnessFile, witnessUrl, trajectory, metrics } = configuration;
  return [
    ...addressSymptoms(configuration),
    ...(await certificateSymptoms(configuration, nowMs)),
    demonstration ? look('doctor.demonstration.on') : well('doctor.demonstration.off'),
    witnessFile === undefined && witnessUrl === undefined ? look('doctor.witness.none') : well('doctor.witness.set'),
    trajectory === undefined ? look('doctor.trajectory.none') : well('doctor.trajectory.set'),
    metrics === undefined ? look('doctor.metrics.none') : well('doctor.metrics.set'),
  ];
}
