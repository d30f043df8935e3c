/** A thread that computes one password at a time. */
import { parentPort } from 'node:worker_threads';
import { type PasswordTask, computePassword } from '../people/staff/passwords.ts';

parentPort?.on('message', (task: PasswordTask) => {
  parentPort?.postMessage(computePassword(task));
});
