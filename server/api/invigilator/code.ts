/** A one-time code that lets a device into a session, as a text and as a QR. */
import QRCode from 'qrcode';
import type { SessionId } from '../../../delivery/sessions/run.ts';
import { codeHash, makeCode } from '../../../people/access/codes.ts';
import type { StaffAccess } from '../access.ts';
import type { Code } from './protocol.ts';
import type { InvigilatorPorts } from './view.ts';

export async function codeFor(program: InvigilatorPorts, id: SessionId, access: StaffAccess): Promise<Code> {
  const code = await makeCode(
    program.codes,
    program.random,
    { tenant: id.tenant, session: id.id, admits: false, by: access.id },
    program.now(),
  );
  await program.sessions.handle(id, { type: 'make-code', hash: codeHash(code), admits: false, by: access.id });
  const address = `${program.publicUrl()}/#code=${code}`;
  return { code, address, qr: await QRCode.toString(address, { type: 'svg', margin: 1, errorCorrectionLevel: 'M' }) };
}
