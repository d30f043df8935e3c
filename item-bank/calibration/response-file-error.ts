/** What is known of a refusal: line, item, person, value … */
export type Fields = Readonly<Record<string, string | number>>;

/**
 * Data or a file that cannot be worked with. `code` is stable; code and fields are put in words by a catalogue, the
 * message is for logs.
 */
export class ResponseFileError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly fields: Fields = {},
  ) {
    super(message);
    this.name = 'ResponseFileError';
  }
}
