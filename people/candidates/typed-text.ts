/**
 * What staff types about a person, such as why a session was paused, may name them. A stream keeps it as ciphertext
 * under that person's key; what streams of before hold in clear is read as it is.
 */
import { type PersonCipher, PersonErased, erasedText, isSealedText } from '../../storage/keys/person-cipher.ts';

const purpose = 'typed';

export class TypedTexts {
  constructor(private readonly cipher: Pick<PersonCipher, 'open' | 'seal'>) {}

  /** Of somebody who was erased nothing is kept. */
  async seal(tenant: string, candidate: string, text: string): Promise<string> {
    try {
      return await this.cipher.seal({ tenant, person: candidate }, purpose, text);
    } catch (error) {
      if (!(error instanceof PersonErased)) throw error;
      return erasedText;
    }
  }

  /**
   * The command as it may be recorded: its reason, or the text of a note. What is empty stays empty: it is refused by
   * whoever decides.
   */
  async sealReason<C extends object>(tenant: string, candidate: string | undefined, command: C): Promise<C> {
    if (candidate === undefined) return command;
    const kept = { ...command };
    if ('reason' in kept) kept.reason = await this.sealWritten(tenant, candidate, kept.reason);
    if ('text' in kept) kept.text = await this.sealWritten(tenant, candidate, kept.text);
    return kept;
  }
  private sealWritten(tenant: string, candidate: string, written: unknown): Promise<unknown> {
    const isWritten = typeof written === 'string' && written.trim() !== '';
    return isWritten ? this.seal(tenant, candidate, written) : Promise.resolve(written);
  }

  /** Undefined once the person was erased. Throws CorruptStorage. */
  read(tenant: string, candidate: string, kept: string): Promise<string | undefined> {
    if (!isSealedText(kept)) return Promise.resolve(kept);
    return this.cipher.open({ tenant, person: candidate }, purpose, kept);
  }
}
