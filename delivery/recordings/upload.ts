/** The recordings of a session: whose they are, and what each is called in the blob store. */
import type { Blobs, UploadId } from '../../storage/port.ts';

export interface RecordingOwner {
  readonly tenant: string;
  readonly session: string;
  /** Whose key encrypts it. */
  readonly person: string;
}

/** `upload` is the client's name of it, unique within the session only. */
export const recordingId = ({ tenant, session, person }: RecordingOwner, upload: string): UploadId => ({
  tenant,
  person,
  id: `${session}-${upload}`,
});

/** Everything that was uploaded in a session, also what was never finished. */
export const recordingsOf = async (
  blobs: Pick<Blobs, 'uploads'>,
  { tenant, session, person }: RecordingOwner,
): Promise<readonly UploadId[]> =>
  (await blobs.uploads(tenant, person)).filter(({ id }) => id.startsWith(`${session}-`));
