/** Is a close-out report one of ours, and does the journal still hold what it says? Every difference is told. */
import { type JSONWebKeySet, compactVerify, createLocalJWKSet, errors } from 'jose';
import { type Checkpoints, checkpointHash } from '../../storage/journal/checkpoint.ts';
import { CorruptStorage, type Journal, installationTenant } from '../../storage/port.ts';
import { sessionKind } from '../sessions/run.ts';
import { CloseOut, closeOutType } from './close-out.ts';

export type CloseOutFinding =
  | { readonly code: 'not-signed-here' }
  /** The stream is gone, was cut or says something else at that place. */
  | { readonly code: 'head-differs'; readonly session: string }
  | { readonly code: 'checkpoint-differs'; readonly number: number };

export interface CloseOutVerification {
  /** Undefined unless it was signed by one of the keys. */
  readonly report?: CloseOut;
  readonly findings: readonly CloseOutFinding[];
}

interface CloseOutGrounds {
  readonly journal: Journal;
  readonly checkpoints: Checkpoints;
  readonly keys: JSONWebKeySet;
}

async function signedReport(jws: string, keys: JSONWebKeySet): Promise<CloseOut | undefined> {
  try {
    const { payload, protectedHeader } = await compactVerify(jws.trim(), createLocalJWKSet(keys));
    if (protectedHeader.typ !== closeOutType) return undefined;
    return CloseOut.parse(JSON.parse(new TextDecoder().decode(payload)));
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}

async function headStands({ journal }: CloseOutGrounds, tenant: string, session: CloseOut['sessions'][number]) {
  try {
    const commits = await journal.read({ tenant, kind: sessionKind, id: session.session });
    return commits.some(({ version, hash }) => version === session.commits && hash === session.head);
  } catch (error) {
    if (!(error instanceof CorruptStorage)) throw error;
    return false;
  }
}

async function checkpointFindings(
  { checkpoints }: CloseOutGrounds,
  known: CloseOut['checkpoint'],
): Promise<readonly CloseOutFinding[]> {
  if (known === undefined) return [];
  const query = { index: 'number', equal: [known.number], limit: 1 } as const;
  const [found] = (await checkpoints.find(installationTenant, query)).documents;
  const isSame = found !== undefined && checkpointHash(found.value) === known.hash;
  return isSame ? [] : [{ code: 'checkpoint-differs', number: known.number }];
}

export async function verifyCloseOut(jws: string, grounds: CloseOutGrounds): Promise<CloseOutVerification> {
  const report = await signedReport(jws, grounds.keys);
  if (report === undefined) return { findings: [{ code: 'not-signed-here' }] };
  const findings: CloseOutFinding[] = [...(await checkpointFindings(grounds, report.checkpoint))];
  for (const session of report.sessions)
    if (!(await headStands(grounds, report.tenant, session)))
      findings.push({ code: 'head-differs', session: session.session });
  return { report, findings };
}
