/** What kind of MongoDB answers at an address. */
import { MongoClient } from 'mongodb';
import { reach } from './failure.ts';

export interface MongoTopology {
  readonly kind: 'standalone' | 'replica-set' | 'sharded';
  /** That hold data; 0 where a router hides them. */
  readonly members: number;
}

/** Throws StorageUnavailable. */
export async function topologyOf(uri: string): Promise<MongoTopology> {
  const client = new MongoClient(uri);
  try {
    await reach(() => client.connect());
    const hello = await reach(() => client.db('admin').command({ hello: 1 }));
    if (hello['msg'] === 'isdbgrid') return { kind: 'sharded', members: 0 };
    const hosts: unknown = hello['hosts'];
    return Array.isArray(hosts) ? { kind: 'replica-set', members: hosts.length } : { kind: 'standalone', members: 1 };
  } finally {
    await client.close();
  }
}
