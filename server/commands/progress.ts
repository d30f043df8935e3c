/** How long work shows itself on the terminal's error stream; nothing when that is a file. */
import type { ReportVoice } from '../../words/reports.ts';

export interface ProgressLine {
  say(text: string): void;
  end(): void;
}

/** A line that is written over. */
export function progressLine(): ProgressLine {
  if (!process.stderr.isTTY) return { say: () => undefined, end: () => undefined };
  return {
    say: (text) => {
      process.stderr.write(`\r${text}\u001b[K`);
    },
    end: () => {
      process.stderr.write('\r\u001b[K');
    },
  };
}

const bar = (share: number, length: number): string => {
  const filled = Number.isFinite(share) ? Math.round(length * Math.min(1, Math.max(0, share))) : 0;
  return `[${'#'.repeat(filled)}${'.'.repeat(length - filled)}]`;
};

/** How much of a known amount is done. */
export function progressBar(total: number): (done: number) => void {
  const line = progressLine();
  return (done) => {
    if (done < total) line.say(`${bar(done / total, 30)} ${done} / ${total}`);
    else line.end();
  };
}

export interface Cycle {
  readonly cycle: number;
  readonly logLikelihood: number;
  readonly change: number;
}

/** A bar that fills as the largest change falls to the tolerance, on the scale of logarithms. */
export function cycleText({ cycle, logLikelihood, change }: Cycle, tolerance: number, say: ReportVoice): string {
  const numbers = { cycle, logLikelihood: logLikelihood.toFixed(4), change: change.toExponential(2) };
  return `${bar(Math.log(change) / Math.log(tolerance), 24)} ${say('progress.cycle', numbers)}`;
}
