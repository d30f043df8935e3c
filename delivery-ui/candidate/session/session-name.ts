/**
 * Whose operations wait on this device? A seat is used by many, so the outbox is kept by session. The token says which
 * one; only the server can vouch for that, so the answer is used as a name and for nothing else. A token of another
 * form is its own name.
 */
export function sessionNameOf(token: string): string {
  try {
    const middle = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const claims: Record<string, unknown> = JSON.parse(atob(middle));
    const { tenant, session } = claims;
    return typeof tenant === 'string' && typeof session === 'string' ? `${tenant}/${session}` : token;
  } catch {
    return token;
  }
}
