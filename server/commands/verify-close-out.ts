/** `meetlat verify-close-out`: was this report signed here, and does the journal still hold what it says? */
import { readFile } from 'node:fs/promises';
import {
  type CloseOutFinding,
  type CloseOutVerification,
  verifyCloseOut,
} from '../../delivery/monitoring/verify-close-out.ts';
import { checkpoints } from '../../storage/journal/checkpoint.ts';
import { publicKeys } from '../../storage/keys/signing-keys.ts';
import { type CommandVoice, commandVoice } from '../../words/commands.ts';
import { reportLanguages } from '../../words/reports.ts';
import { command } from './command.ts';
import { withInstallation } from './installation.ts';
import { choice } from './options.ts';
import { UsageError } from './usage-error.ts';

function findingLine(finding: CloseOutFinding, say: CommandVoice): string {
  switch (finding.code) {
    case 'not-signed-here':
      return say('close-out.not-signed-here');
    case 'head-differs':
      return say('close-out.head-differs', { session: finding.session });
    case 'checkpoint-differs':
      return say('close-out.checkpoint-differs', { number: finding.number });
  }
}

function lines({ report, findings }: CloseOutVerification, say: CommandVoice): string[] {
  const found = findings.map((finding) => findingLine(finding, say));
  if (report === undefined) return found;
  const { centre, day, at, by, sessions, refused = [] } = report;
  return [
    say('close-out.is', { centre, day, at, by }),
    ...refused.map((one) => say('close-out.refused', one)),
    ...found,
    ...(found.length === 0 ? [say('close-out.stands', { sessions: sessions.length })] : []),
  ];
}

export const verifyCloseOutCommand = command({
  name: 'verify-close-out',
  calls: ['FILE [--language LANGUAGE]'],
  says: 'close-out.says',
  examples: ['meetlat verify-close-out close-out-2026-11-27.jws'],
  options: { language: choice(reportLanguages, 'option.language', 'en') },
  run: async ({ language }, [file]) => {
    if (file === undefined) throw new UsageError('close-out.no-file');
    const jws = await readFile(file, 'utf8');
    return withInstallation(async ({ storage }) => {
      const verification = await verifyCloseOut(jws, {
        journal: storage.journal,
        checkpoints: await storage.collection(checkpoints),
        keys: await publicKeys(storage),
      });
      for (const line of lines(verification, commandVoice(language))) console.log(line);
      return verification.findings.length === 0 ? 0 : 1;
    });
  },
});
