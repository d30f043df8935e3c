/** The rules of the room as they were chosen last: the same for the next person, until somebody chooses others. */
import type { RegistrationForm } from '../../server/api/invigilator/protocol.ts';

export interface ChosenConduct {
  examBrowser: boolean;
  fullScreen: boolean;
  focus: boolean;
  assistiveTechnology: boolean;
}

let ofTheRoom: ChosenConduct = { examBrowser: false, fullScreen: true, focus: true, assistiveTechnology: false };

/** What one person needs is not taken over for the next. */
export const nextConduct = (): ChosenConduct => ({ ...ofTheRoom, assistiveTechnology: false });

export function chooseConduct(chosen: ChosenConduct): NonNullable<RegistrationForm['conduct']> {
  ofTheRoom = { ...chosen };
  const { examBrowser, ...watched } = chosen;
  return { browser: examBrowser ? 'safe-exam-browser' : 'any', ...watched };
}
