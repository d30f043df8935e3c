/** Where clips and pictures come from. Ids are names without folders; whoever asks has been checked by the session. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface MediaContent {
  readonly bytes: Uint8Array;
  readonly contentType: string;
}
export interface MediaLibrary {
  read(id: string): Promise<MediaContent | undefined>;
}

const types: Readonly<Record<string, string>> = { mp3: 'audio/mpeg', svg: 'image/svg+xml' };

/** Reads from the first of the folders that has the file. An id that is no plain file name is not there. */
export function folderLibrary(folders: readonly string[]): MediaLibrary {
  return {
    async read(id) {
      const extension = /^[A-Za-z0-9_-]{1,120}\.(mp3|svg)$/.exec(id)?.[1];
      const contentType = extension === undefined ? undefined : types[extension];
      if (contentType === undefined) return undefined;
      for (const folder of folders) {
        try {
          return { bytes: await readFile(join(folder, id)), contentType };
        } catch (error) {
          if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
        }
      }
      return undefined;
    },
  };
}
