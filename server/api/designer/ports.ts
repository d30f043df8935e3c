/** What the designer's routes work with. */
import type { Calibrations } from '../../jobs/calibrations.ts';
import type { Program } from '../../program.ts';
import type { GuardPorts } from '../access.ts';
import type { PasswordPorts } from '../password-check.ts';

/** A bank's releases, and who asks. */
export type DesignerBankPorts = GuardPorts & Pick<Program, 'bank' | 'media' | 'staffLog'>;

export type DesignerReleasePorts = GuardPorts &
  PasswordPorts &
  Pick<Program, 'bank' | 'banks' | 'staffLog'> & { readonly calibrations: Calibrations };

export type DesignerCalibrationPorts = GuardPorts &
  Pick<Program, 'bank' | 'staffLog' | 'sessionList' | 'refusedStreams' | 'timers' | 'log'> & {
    readonly calibrations: Calibrations;
  };

export type DesignerPorts = DesignerBankPorts & DesignerReleasePorts & DesignerCalibrationPorts;
