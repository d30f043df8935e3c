/** Who somebody is, as staff saw it: a document held beside the person and the register, at the door or later. Pure. */
import type { IdentityDocument } from '../proctoring/seen-identity.ts';
import type { EventBody, EventOf, SessionState } from './session.ts';

export interface IdentityCommand {
  readonly type: 'check-identity';
  readonly by: string;
  readonly document: IdentityDocument;
}
export interface AdmitCommand {
  readonly type: 'admit';
  readonly by: string;
  readonly seat: string;
  /** What the person showed just now. */
  readonly document?: IdentityDocument;
}

export const checkIdentity = ({ by, document }: Omit<IdentityCommand, 'type'>): EventBody[] => [
  { type: 'identity-checked', by, document },
];

/** Whoever lets somebody in says nothing of who that is, unless a document was seen, now or before. */
export const admit = ({ identity }: SessionState, { by, seat, document }: AdmitCommand): EventBody[] => [
  ...(document === undefined ? [] : checkIdentity({ by, document })),
  { type: 'admitted', by, identityChecked: document !== undefined || identity !== undefined, seat },
];

export const withIdentity = (state: SessionState, event: EventOf<'identity-checked'>): SessionState => {
  const { by, at, document } = event;
  return { ...state, identity: { by, at, document } };
};

/** Before documents were recorded, an admission alone said that one was seen. */
export const withAdmission = (state: SessionState, event: EventOf<'admitted'>): SessionState => {
  const { by, at, seat, identityChecked } = event;
  const { step } = state;
  return {
    ...state,
    ...(identityChecked && state.identity === undefined ? { identity: { by, at } } : {}),
    seat,
    awaitingAdmission: false,
    pages: 0,
    admissions: state.admissions + 1,
    admittedAt: state.admittedAt ?? at,
    step: step.name === 'registered' || step.name === 'arrived' ? { name: 'confirm-name' } : step,
  };
};
