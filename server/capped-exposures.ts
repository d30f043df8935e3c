/** Sessions of people who have seen so much of a bank that nothing new of it is given: told, and counted. */
import type { Logger } from 'pino';
import type { CappedExposure } from '../delivery/registrations/admit.ts';

export class CappedExposures {
  count = 0;
  constructor(private readonly log: Logger) {}

  readonly tell = ({ tenant, session, test, seen, of }: CappedExposure): void => {
    this.count += 1;
    this.log.warn({ tenant, session, test, seen, of }, 'a person has seen so much of a bank that nothing new is given');
  };
}
