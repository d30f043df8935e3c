/** What names the persons of a storage, and where such words lie in clear. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { BSON, MongoClient } from 'mongodb';
import type { Storage } from '../../storage/port.ts';
import { everyStream } from '../../storage/pages.ts';

/** Names, birth dates, references and result keys of data that an earlier version wrote. */
export async function wordsOfOldData(storage: Storage, tenant: string): Promise<readonly string[]> {
  const words = new Set<string>();
  const candidates = await storage.collection<Record<string, unknown>, never>({ name: 'candidates', indexes: {} });
  for (const { value } of await candidates.every())
    for (const member of ['name', 'birthDate', 'reference']) words.add(String(value[member]));
  for await (const id of everyStream(storage.journal, tenant, 'session')) {
    const [first] = (await storage.journal.read({ tenant, kind: 'session', id }))[0]?.events ?? [];
    for (const member of ['candidateName', 'resultKey']) words.add(String(first?.[member]));
  }
  return [...words];
}

/** Each file of a folder that holds one of the words, with the word. */
export async function inFolder(folder: string, words: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const bytes = await readFile(file);
    for (const word of words) if (bytes.includes(word)) found.push(`${word} in ${file.slice(folder.length + 1)}`);
  }
  return found;
}

/** The same of every document of a database. */
export async function inDatabase(uri: string, words: readonly string[]): Promise<string[]> {
  const client = await MongoClient.connect(uri);
  try {
    const found: string[] = [];
    const db = client.db();
    for (const { name } of await db.listCollections().toArray())
      for await (const document of db.collection(name).find()) {
        const text = Buffer.from(BSON.serialize(document));
        for (const word of words) if (text.includes(word)) found.push(`${word} in ${name}`);
      }
    return found;
  } finally {
    await client.close();
  }
}
