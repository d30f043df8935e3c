/** `meetlat clock`: whether a jump of a clock has stopped what deadlines close, and the word that lets it go on. */
import { StaffLog, doneBy } from '../../people/staff/staff-log.ts';
import { installationTenant } from '../../storage/port.ts';
import { ClockStops, type ClockStop, clockStops, isStopped, lastJump } from '../../delivery/live/clock-stop.ts';
import { type CommandVoice, commandVoice } from '../../words/commands.ts';
import { reportLanguages } from '../../words/reports.ts';
import { now } from '../machine.ts';
import { command } from './command.ts';
import { withInstallation } from './installation.ts';
import { choice, flag, text } from './options.ts';
import { UsageError } from './usage-error.ts';

function lines(stop: ClockStop | undefined, say: CommandVoice): string[] {
  if (!isStopped(stop)) return [say('clock.running')];
  const jumps = stop.jumps.map(({ noticedAt, machineAt, aheadMs }) =>
    say('clock.jump', { noticedAt, machineAt, seconds: Math.round(aheadMs / 1000) }),
  );
  return [say('clock.stopped'), ...jumps];
}

async function confirm(stops: ClockStops, stop: ClockStop | undefined, by: string): Promise<void> {
  const seen = isStopped(stop) ? lastJump(stop) : undefined;
  if (seen !== undefined && !(await stops.confirm(seen.noticedAt, by))) throw new UsageError('clock.changed');
}

export const clockCommand = command({
  name: 'clock',
  calls: ['[--language LANGUAGE]', '--confirm --by NAME'],
  says: 'clock.says',
  examples: ['meetlat clock', 'meetlat clock --confirm --by "An Peeters, IT"'],
  options: {
    confirm: flag('clock.confirm'),
    by: text('NAME', 'clock.by'),
    language: choice(reportLanguages, 'option.language', 'en'),
  },
  run: async ({ confirm: isConfirmed, by, language }) => {
    if (isConfirmed && (by === undefined || by.trim() === '')) throw new UsageError('clock.no-by');
    const say = commandVoice(language);
    return withInstallation(async ({ storage }) => {
      const stops = new ClockStops(await storage.collection(clockStops), now);
      const stop = (await stops.get())?.value;
      for (const line of lines(stop, say)) console.log(line);
      if (!isStopped(stop)) return 0;
      if (!isConfirmed || by === undefined) return 1;
      await confirm(stops, stop, by.trim());
      await new StaffLog({ journal: storage.journal, now }).record(
        installationTenant,
        doneBy('clock-confirmed', by.trim()),
      );
      console.log(say('clock.confirmed', { by: by.trim() }));
      return 0;
    });
  },
});
