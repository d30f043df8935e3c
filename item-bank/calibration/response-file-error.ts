/** Data or a file that cannot be worked with; `code` is stable. */
export class ResponseFileError extends Error {
  constructor(readonly code: string, message: string) { super(message); this.name = 'ResponseFileError'; }
}
