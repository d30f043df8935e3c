/** A person who was erased has no name any more; what happened in the room is still told. */
import { text } from '../shared/i18n/texts.svelte.ts';

export const shownName = ({ name }: { readonly name?: string | undefined }): string => name ?? text('staff.erased');
