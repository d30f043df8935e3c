/** The folder of the data, for the account that runs the program alone. */
import { chmod, mkdir } from 'node:fs/promises';

/** Nobody else on this machine looks into it, whatever lies there from a version that left files open to others. */
export async function ownFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o700);
}
