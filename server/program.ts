/** Everything the routes and jobs may use, made once in compose.ts and handed down. */
import type { Logger } from 'pino';
import type { Blobs, Storage } from '../storage/port.ts';
import type { Instant } from '../storage/document/instant.ts';
import type { Anchor } from '../storage/journal/checkpoint.ts';
import type { MakeId } from '../storage/document/id.ts';
import type { Agencies } from '../people/agencies/agency.ts';
import type { AdmissionCodes } from '../people/access/codes.ts';
import type { Tokens } from '../people/access/tokens.ts';
import type { Accounts } from '../people/staff/account.ts';
import type { Passwords } from '../people/staff/passwords.ts';
import type { StaffSessions } from '../people/staff/staff-sessions.ts';
import type { MarkStream } from '../item-bank/items/marked-clip.ts';
import type { MediaLibrary } from '../item-bank/items/media.ts';
import type { ExamDay, ExamDaySettings } from '../delivery/proctoring/exam-day.ts';
import type { SessionId } from '../delivery/sessions/run.ts';
import type { ReleaseStore } from '../item-bank/releases/store.ts';
import type { AdmissionPorts } from '../delivery/registrations/admit.ts';
import type { SessionList } from '../delivery/sessions/session-list.ts';
import type { Live } from '../delivery/live/live.ts';
import type { Sign } from '../scoring/certificates/sign.ts';
import type { Regime } from '../scoring/regimes/regime.ts';
import type { Configuration } from './configuration.ts';
import type { RefusedStreams } from './refused-streams.ts';
import type { Rooms } from './rooms.ts';
import type { Timers } from '../storage/document/timers.ts';

/** No room takes it whole: each names the few members that it needs, as its ports. */
export interface Program extends Rooms {
  readonly configuration: Configuration;
  readonly version: string;
  readonly log: Logger;
  readonly now: () => Instant;
  readonly makeId: MakeId;
  readonly random: (bytes: number) => Uint8Array;
  readonly timers: Timers;
  readonly storage: Storage;
  readonly refusedStreams: RefusedStreams;
  readonly blobs: Blobs;
  readonly tokens: Tokens;
  readonly agencies: Agencies;
  readonly accounts: Accounts;
  readonly staffSessions: StaffSessions;
  readonly passwords: Passwords;
  readonly codes: AdmissionCodes;
  readonly sessionList: SessionList;
  readonly live: Live;
  readonly bank: ReleaseStore;
  readonly media: MediaLibrary;
  /** By which the clips of a session have bytes of their own. */
  readonly clipMark: (session: SessionId) => MarkStream;
  /** What Safe Exam Browser is set to on a day at a centre. */
  readonly examSettings: (day: ExamDay) => ExamDaySettings;
  readonly admission: AdmissionPorts;
  /** Those that ship, and those of the content folder. */
  readonly regimes: readonly Regime[];
  /** Signs certificates by the newest key of the installation. */
  readonly sign: Sign;
  /** Signs checkpoints. */
  readonly signBytes: (payload: string | Uint8Array) => Promise<string>;
  /** What somebody who reads or prints a page now may keep as a witness. */
  readonly newestCheckpoint: () => Promise<Anchor | undefined>;
  /** Address that people reach us at, without a slash at the end. */
  readonly publicUrl: () => string;
}
