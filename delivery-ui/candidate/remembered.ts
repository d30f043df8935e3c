/** What this tab keeps: gone with the tab, so that the next person at this seat finds nothing. */
export type RememberedName = 'token' | 'seat' | 'language' | 'clock-hidden' | 'protocol' | 'kept';
const keyOf = (name: RememberedName): string => `meetlat-${name}`;

export function remembered(name: RememberedName): string | undefined {
  try {
    return sessionStorage.getItem(keyOf(name)) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Without a value: forget. Storage that refuses is no reason to stop. */
export function remember(name: RememberedName, value: string | undefined): void {
  try {
    if (value === undefined) sessionStorage.removeItem(keyOf(name));
    else sessionStorage.setItem(keyOf(name), value);
  } catch {
    /* lives as long as the page */
  }
}
