/** The machine: its program, disk and clock, who may read the data folder, and when it was last copied. */
import { access, constants, readFile, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { type Instant, toEpochMs } from '../../storage/document/instant.ts';
import { lastBackup } from '../backups/last-backup.ts';
import type { Configuration } from '../configuration.ts';
import { type Symptom, bad, look, well } from './symptom.ts';

/** A recording of one session is a few megabytes. */
const [fullBytes, tightBytes] = [1e9, 5e9];
const backupDays = 7;
const dayMs = 24 * 3_600_000;

export interface MachinePorts {
  readonly configuration: Configuration;
  readonly now: Instant;
  readonly version: string;
}

export async function machineSymptoms({ configuration, now, version }: MachinePorts): Promise<Symptom[]> {
  const { dataFolder } = configuration;
  return [
    well('doctor.version', { version, node: process.versions.node }),
    ...(await folderSymptoms(dataFolder)),
    ...(await secretSymptoms(configuration)),
    ...(await diskSymptoms(dataFolder)),
    await backupSymptom(dataFolder, now),
  ];
}

async function folderSymptoms(folder: string): Promise<Symptom[]> {
  try {
    await access(folder, constants.R_OK | constants.W_OK);
    const isOpen = ((await stat(folder)).mode & 0o077) !== 0;
    return [isOpen ? look('doctor.folder.open', { folder }) : well('doctor.folder.good', { folder })];
  } catch {
    return [bad('doctor.folder.not-writable', { folder })];
  }
}

async function secretSymptoms({ secret, dataFolder }: Configuration): Promise<Symptom[]> {
  if (secret !== undefined) return [well('doctor.secret.given')];
  const file = join(dataFolder, 'secret');
  try {
    await readFile(file);
  } catch {
    return [bad('doctor.secret.none', { file })];
  }
  const isOpen = ((await stat(file)).mode & 0o077) !== 0;
  return [isOpen ? bad('doctor.secret.open', { file }) : look('doctor.secret.beside', { file })];
}

async function diskSymptoms(folder: string): Promise<Symptom[]> {
  const space = await statfs(folder).catch(() => undefined);
  if (space === undefined) return [];
  const free = space.bavail * space.bsize;
  const values = { free: (free / 1e9).toFixed(1) };
  return [
    free < fullBytes
      ? bad('doctor.disk.full', values)
      : free < tightBytes
        ? look('doctor.disk.tight', values)
        : well('doctor.disk.good', values),
  ];
}

async function backupSymptom(folder: string, now: Instant): Promise<Symptom> {
  const last = await lastBackup(folder);
  if (last === undefined) return look('doctor.backup.none');
  const days = Math.floor((toEpochMs(now) - toEpochMs(last.madeAt)) / dayMs);
  const values = { days, at: last.madeAt.slice(0, 10) };
  return days > backupDays ? look('doctor.backup.old', values) : well('doctor.backup.good', values);
}
