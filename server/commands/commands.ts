/** All commands, one file each, loaded only when asked for. */
import type { Command } from './command.ts';

export const commands: Readonly<Record<string, () => Promise<Command>>> = {
  start: async () => (await import('./start.ts')).startCommand,
  verify: async () => (await import('./verify.ts')).verifyCommand,
  recompute: async () => (await import('./recompute.ts')).recomputeCommand,
  rescore: async () => (await import('./rescore.ts')).rescoreCommand,
  annul: async () => (await import('./annul.ts')).annulCommand,
  rebuild: async () => (await import('./rebuild.ts')).rebuildCommand,
  'set-aside': async () => (await import('./set-aside.ts')).setAsideCommand,
  'replay-deliveries': async () => (await import('./replay-deliveries.ts')).replayDeliveriesCommand,
  erase: async () => (await import('./erase.ts')).eraseCommand,
  staff: async () => (await import('./staff.ts')).staffCommand,
  clock: async () => (await import('./clock.ts')).clockCommand,
  'rotate-key': async () => (await import('./rotate-key.ts')).rotateKeyCommand,
  responses: async () => (await import('./responses.ts')).responsesCommand,
  calibrate: async () => (await import('./calibrate.ts')).calibrateCommand,
  publish: async () => (await import('./publish.ts')).publishCommand,
  'put-in-force': async () => (await import('./put-in-force.ts')).putInForceCommand,
  bank: async () => (await import('./bank.ts')).bankCommand,
  fit: async () => (await import('./fit.ts')).fitCommand,
  dif: async () => (await import('./dif.ts')).difCommand,
  drift: async () => (await import('./drift.ts')).driftCommand,
  facets: async () => (await import('./facets.ts')).facetsCommand,
  link: async () => (await import('./link.ts')).linkCommand,
  'standard-setting': async () => (await import('./standard-setting.ts')).standardSettingCommand,
  simulate: async () => (await import('./simulate.ts')).simulateCommand,
};
