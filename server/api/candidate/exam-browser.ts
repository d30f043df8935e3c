/** Whether a request comes from the browser that its session asks for, by what that shows of its key. */
import type { Request, Response } from 'express';
import type { BrowserFault } from '../../../delivery/proctoring/browser-standing.ts';
import { shownKey } from '../../../delivery/proctoring/config-key.ts';
import { isBrowserChecked, noteBrowser } from '../../../delivery/sessions/exam-browser.ts';
import { dayOf } from '../../../storage/document/day.ts';
import { defined } from '../../../storage/document/defined.ts';
import { Problem } from '../../http/problem.ts';
import { pageKeyHeader } from '../../http/wire.ts';
import type { CandidateAccess } from '../access.ts';
import type { CandidatePorts } from './ports.ts';

type CandidateGuard = (request: Request, response: Response) => Promise<CandidateAccess>;

/** Nothing of the session is told or taken before the right browser asks; what changed is recorded. */
export const inExamBrowser =
  (program: CandidatePorts, guard: CandidateGuard): CandidateGuard =>
  async (request, response) => {
    const access = await guard(request, response);
    if (!isBrowserChecked(access.session.state)) return access;
    const fault = faultOf(program, access, request);
    const session = await noted(program, access, fault);
    if (fault !== undefined) throw new Problem('exam-browser-required', { fault });
    return { ...access, session };
  };

async function noted(
  program: CandidatePorts,
  { id, session }: CandidateAccess,
  fault: BrowserFault | undefined,
): Promise<CandidateAccess['session']> {
  if (noteBrowser(session.state, fault, program.now()).length === 0) return session;
  const handled = await program.sessions.handle(id, { type: 'note-browser', ...defined({ fault }) });
  return handled.session;
}

/** Its own header for each request, or the page's word of what it was shown: not every view can do the first. */
function faultOf(program: CandidatePorts, access: CandidateAccess, request: Request): BrowserFault | undefined {
  const ofRequest = request.get('X-SafeExamBrowser-ConfigKeyHash');
  const ofPage = request.get(pageKeyHeader);
  if (ofRequest === undefined && ofPage === undefined) return 'missing';
  const address = program.publicUrl();
  const isRight = keysOf(program, access).some(
    (key) => ofRequest === shownKey(`${address}${request.originalUrl}`, key) || ofPage === shownKey(`${address}/`, key),
  );
  return isRight ? undefined : 'wrong';
}

/** The file of today; and of the day on which somebody was let in, for a test that is gone on with. */
function keysOf({ examSettings, now }: CandidatePorts, { id, session: { state } }: CandidateAccess): string[] {
  const { admittedAt = now(), terms } = state;
  const days = new Set([dayOf(now()), dayOf(admittedAt)]);
  return [...days].map((day) => examSettings({ tenant: id.tenant, centre: terms.centre, day }).key);
}
