/** A thread that computes one password at a time. */
import { constants, platform, setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { type PasswordTask, computePassword } from '../people/staff/passwords.ts';

parentPort?.on('message', (task: PasswordTask) => {
  parentPort?.postMessage(computePassword(task));
});

// Candidates' answers go first where both want a core. Elsewhere than on Linux this would be the whole process.
if (platform() === 'linux') setPriority(constants.priority.PRIORITY_LOW);
