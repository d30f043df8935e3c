/** Threads for passwords: argon2 in the threads that files and the database share would make candidates wait. */
import { Worker } from 'node:worker_threads';
import type { PasswordOutcome, PasswordThread } from '../people/staff/passwords.ts';

/** `script`: the built password-worker. A thread starts at its first task, and anew when it died. */
export function passwordThread(script: string): PasswordThread {
  let worker: Worker | undefined;
  const started = (): Worker => {
    const fresh = new Worker(script);
    // The program ends without waiting for it.
    fresh.unref();
    return fresh;
  };
  return (task) =>
    new Promise((resolve, reject) => {
      worker ??= started();
      const current = worker;
      const fail = (error: Error): void => {
        worker = undefined;
        current.off('message', answer);
        reject(error);
      };
      const answer = (outcome: PasswordOutcome): void => {
        current.off('error', fail);
        resolve(outcome);
      };
      current.once('error', fail).once('message', answer).postMessage(task);
    });
}
