/** What every page and the server agree on before a word is exchanged; no schema here, so that pages stay small. */

/**
 * Goes up with every change of the wire that a page of the version before would misread or be misread in. A page sends
 * the version it was built with: an older one is told to reload, a newer one to wait for the server that it came from.
 */
export const protocolVersion = 2;
export const protocolHeader = 'Meetlat-Protocol';

/** What Safe Exam Browser shows a page of its settings, passed on with every request of that page. */
export const pageKeyHeader = 'Meetlat-Config-Key-Hash';

/** An event stream says that it is alive this often, ms; a line that stays silent for much longer is dead. */
export const streamBeatMs = 10_000;
